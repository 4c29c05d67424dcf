"""The people, channels and posts of one sandbox."""

import threading
from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from hashlib import blake2b

from sandbox.errors import (
    DateOutOfOrder,
    IdTaken,
    NaiveDate,
    UnknownChannel,
    UnknownPerson,
    UnknownPost,
    WorldIsServed,
)

FIRST_CHANNEL_ID = 1_000_000_001
"""The lowest id a channel is given, as Telegram's own begin there."""


@dataclass(frozen=True, slots=True)
class Post:
    """One message of a channel; a service post has no text."""

    id: int
    text: str
    date: datetime
    edited: datetime | None = None
    service: bool = False


@dataclass(slots=True, eq=False)
class Person:
    """Somebody with a Telegram account; `follows` keeps the ids of channels in joining order."""

    id: int
    first_name: str
    username: str | None
    phone: str | None
    follows: dict[int, None] = field(default_factory=dict)


@dataclass(slots=True, eq=False)
class Channel:
    """A broadcast channel; without a username it is private."""

    id: int
    title: str
    username: str | None
    created: datetime
    posts: dict[int, Post] = field(default_factory=dict)
    ids: list[int] = field(default_factory=list)  # of `posts`, ascending
    last_id: int = 0  # never given again, even if that post is deleted
    last_date: datetime | None = None
    pts: int = 1  # grows by one with each change, as Telegram counts them

    def __repr__(self) -> str:
        return f"<Channel {self.id} {self.title!r}, {len(self.ids)} posts, pts {self.pts}>"

    @property
    def newest(self) -> Post | None:
        """The newest post that is still there."""
        return self.posts[self.ids[-1]] if self.ids else None


class World:
    """The state a sandbox serves.

    Free to change until it is served; from then on only on its server's thread.
    """

    def __init__(self, *, clock: Callable[[], datetime] | None = None) -> None:
        self.people: dict[int, Person] = {}
        self.channels: dict[int, Channel] = {}
        self._clock = clock or (lambda: datetime.now(UTC))
        self._names: set[str] = set()
        self._server: int | None = None

    def __repr__(self) -> str:
        return f"<World of {len(self.people)} people and {len(self.channels)} channels>"

    def person(
        self,
        person_id: int,
        *,
        first_name: str = "Reader",
        username: str | None = None,
        phone: str | None = None,
    ) -> Person:
        """Add a person."""
        self._check_thread()
        if person_id in self.people:
            raise IdTaken(person_id)
        self._take_name(username)
        person = Person(person_id, first_name, username, phone)
        self.people[person_id] = person
        return person

    # "id" is what Telegram and this interface call it.
    def channel(self, title: str, *, username: str | None = None, id: int | None = None) -> Channel:  # noqa: A002
        """Add a broadcast channel, public if it has a username."""
        self._check_thread()
        channel_id = max(self.channels, default=FIRST_CHANNEL_ID - 1) + 1 if id is None else id
        if channel_id in self.channels:
            raise IdTaken(channel_id)
        self._take_name(username)
        channel = Channel(channel_id, title, username, created=self._now())
        self.channels[channel_id] = channel
        return channel

    def follow(self, person: Person, channel: Channel) -> None:
        """Make the person a subscriber of the channel."""
        self._check_thread()
        person.follows[channel.id] = None

    def unfollow(self, person: Person, channel: Channel) -> None:
        """End the person's subscription, if there is one."""
        self._check_thread()
        person.follows.pop(channel.id, None)

    def publish(
        self,
        channel: Channel,
        text: str,
        *,
        at: datetime | None = None,
        id: int | None = None,  # noqa: A002
    ) -> Post:
        """Add the channel's next post; its date is `at`, or now, in whole seconds."""
        return self._add(channel, text, at=at, post_id=id, service=False)

    def service(self, channel: Channel, *, at: datetime | None = None) -> Post:
        """Add the service message "channel created" as the channel's next post."""
        return self._add(channel, "", at=at, post_id=None, service=True)

    def edit(self, channel: Channel, post_id: int, text: str) -> Post:
        """Replace the text of a post."""
        self._check_thread()
        post = replace(self.find_post(channel, post_id), text=text, edited=self._now())
        channel.posts[post_id] = post
        channel.pts += 1
        return post

    def delete(self, channel: Channel, post_id: int) -> None:
        """Remove a post; its id is never given again."""
        self._check_thread()
        self.find_post(channel, post_id)
        del channel.posts[post_id]
        del channel.ids[bisect_left(channel.ids, post_id)]
        channel.pts += 1

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

    def bind(self, thread: int | None) -> None:
        """Let only this thread (an ident, or None: any) change the world."""
        self._server = thread

    def _add(
        self,
        channel: Channel,
        text: str,
        *,
        at: datetime | None,
        post_id: int | None,
        service: bool,
    ) -> Post:
        self._check_thread()
        number = channel.last_id + 1 if post_id is None else post_id
        if number <= channel.last_id:
            raise IdTaken(number)
        post = Post(number, text, self._date(channel, at), service=service)
        channel.posts[number] = post
        channel.ids.append(number)
        channel.last_id = number
        channel.last_date = post.date
        channel.pts += 1
        return post

    def _date(self, channel: Channel, at: datetime | None) -> datetime:
        newest = channel.last_date
        if at is None:
            return max(self._now(), newest) if newest else self._now()
        if at.tzinfo is None:
            raise NaiveDate(at.isoformat())
        date = at.astimezone(UTC).replace(microsecond=0)
        if newest and date < newest:
            raise DateOutOfOrder(date.isoformat(), newest.isoformat())
        return date

    def _now(self) -> datetime:
        return self._clock().replace(microsecond=0)

    def _take_name(self, username: str | None) -> None:
        if username is None:
            return
        if username.lower() in self._names:
            raise IdTaken(username)
        self._names.add(username.lower())

    def _check_thread(self) -> None:
        if self._server is not None and self._server != threading.get_ident():
            raise WorldIsServed


def access_hash(viewer_id: int, kind: str, target_id: int) -> int:
    """The hash by which one viewer names one peer; everybody has another, never 0.

    It depends on nothing else, so what a client remembered still fits after a restart.
    """
    digest = blake2b(f"{viewer_id}/{kind}/{target_id}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "little", signed=True) or 1
