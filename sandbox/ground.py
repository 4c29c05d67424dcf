"""What every part of a world stands on: its things, its clock, its one thread."""

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime

from sandbox.errors import (
    IdTaken,
    UnknownChannel,
    UnknownPerson,
    UnknownPost,
    WorldIsServed,
)
from sandbox.events import ChannelChanged, Event, PostsChanged
from sandbox.media import File
from sandbox.model import Change, ChangeKind, Channel, Group, Invite, Person, Post


class Ground:
    """The state of a world, and the rules that hold for every change of it."""

    def __init__(self, *, clock: Callable[[], datetime] | None = None) -> None:
        self.people: dict[int, Person] = {}
        self.channels: dict[int, Channel] = {}
        self.groups: dict[int, Group] = {}
        self.invites: dict[str, Invite] = {}
        self.files: dict[tuple[type, int], File] = {}
        self.names: dict[str, Person | Channel] = {}  # by username in lower case
        self._clock = clock or (lambda: datetime.now(UTC))
        self._server: int | None = None
        self._tell: Callable[[Event], None] | None = None
        self._was_served = False

    def find_person(self, person_id: int) -> Person:
        """The person with this id, or UnknownPerson."""
        try:
            return self.people[person_id]
        except KeyError:
            raise UnknownPerson(person_id) from None

    def find_channel(self, channel_id: int) -> Channel:
        """The channel with this id, or UnknownChannel."""
        try:
            return self.channels[channel_id]
        except KeyError:
            raise UnknownChannel(channel_id) from None

    def find_post(self, channel: Channel, post_id: int) -> Post:
        """The post with this id, or UnknownPost."""
        try:
            return channel.posts[post_id]
        except KeyError:
            raise UnknownPost(channel.id, post_id) from None

    def bind(self, thread: int | None, tell: Callable[[Event], None] | None = None) -> None:
        """Let only this thread (an ident, or None: any) change the world, and tell of changes."""
        self._server, self._tell = thread, tell
        self._was_served |= thread is not None

    def _changed(self, channel: Channel, kind: ChangeKind, *ids: int) -> None:
        """Count a change of posts in pts, remember it, tell of it."""
        channel.pts += len(ids) if kind == "delete" else 1
        if self._was_served:  # before that no client can have missed anything
            change = Change(kind, ids, channel.pts, time.time())
            channel.log.append(change)
            self._say(PostsChanged(channel, change))

    def _say(self, event: Event) -> None:
        if self._tell is not None:
            self._tell(event)

    def _say_of(self, channel: Channel) -> None:
        self._say(ChannelChanged(channel))

    def _now(self) -> datetime:
        return self._clock().replace(microsecond=0)

    def _take_name(self, username: str | None, owner: Person | Channel) -> None:
        if username is None:
            return
        if username.lower() in self.names:
            raise IdTaken(username)
        self.names[username.lower()] = owner

    def _check_thread(self) -> None:
        if self._server is not None and self._server != threading.get_ident():
            raise WorldIsServed
