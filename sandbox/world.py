"""The people, channels and posts of one sandbox."""

from collections.abc import Callable
from datetime import datetime
from os import PathLike
from pathlib import Path
from typing import Self

from sandbox import loading
from sandbox.errors import IdTaken, UnknownDataCentre
from sandbox.media import HOME
from sandbox.model import FIRST_CHANNEL_ID, Channel, Group, Person, Post, access_hash
from sandbox.saving import save
from sandbox.script import Scripted

CENTRES = (HOME, 4)
"""The data centres of a sandbox."""

__all__ = ["CENTRES", "FIRST_CHANNEL_ID", "Channel", "Person", "Post", "World", "access_hash"]


class World(Scripted):
    """The state a sandbox serves.

    Free to change until it is served; from then on only on its server's thread.
    """

    def __repr__(self) -> str:
        return f"<World of {len(self.people)} people and {len(self.channels)} channels>"

    @classmethod
    def from_json(
        cls, path: str | PathLike[str], *, clock: Callable[[], datetime] | None = None
    ) -> Self:
        """Load a world from a file; raises WorldFileInvalid with the place in it."""
        world = cls(clock=clock)
        loading.fill(world, Path(path))
        return world

    def to_json(self, path: str | PathLike[str]) -> None:
        """Save the world to a file; logs of changes and logins are not part of it."""
        save(self, Path(path))

    def person(
        self,
        person_id: int,
        *,
        first_name: str = "Reader",
        username: str | None = None,
        phone: str | None = None,
        dc: int = HOME,
    ) -> Person:
        """Add a person."""
        self._check_thread()
        if person_id in self.people:
            raise IdTaken(person_id)
        if dc not in CENTRES:
            raise UnknownDataCentre(dc)
        person = Person(person_id, first_name, username, phone, dc)
        self._take_name(username, person)
        self.people[person_id] = person
        return person

    def channel(
        self,
        title: str,
        *,
        username: str | None = None,
        id: int | None = None,  # noqa: A002  # what Telegram and this interface call it
        about: str = "",
        megagroup: bool = False,
        protected: bool = False,
        signed: bool = False,
    ) -> Channel:
        """Add a channel, public if it has a username; a megagroup is a supergroup."""
        self._check_thread()
        channel_id = max(self.channels, default=FIRST_CHANNEL_ID - 1) + 1 if id is None else id
        if channel_id in self.channels:
            raise IdTaken(channel_id)
        channel = Channel(
            channel_id,
            title,
            username,
            self._now(),
            about,
            megagroup=megagroup,
            protected=protected,
            signed=signed,
        )
        self._take_name(username, channel)
        self.channels[channel_id] = channel
        return channel

    def migrated_group(
        self, group_id: int, title: str, to: Channel, *, at: datetime | None = None
    ) -> Group:
        """Add a small group that became a supergroup, as old accounts have them."""
        self._check_thread()
        if group_id in self.groups:
            raise IdTaken(group_id)
        group = Group(group_id, title, to.id, at or to.created)
        self.groups[group_id] = group
        return group

    def join_group(self, person: Person, group: Group) -> None:
        """Let the group be in the person's list of chats."""
        self._check_thread()
        person.groups[group.id] = None
