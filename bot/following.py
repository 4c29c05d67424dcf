"""What the readings of a person's channels change, as it happens."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from actors import Channel, Notice, Post
    from bot.house import AnyHouse

NEWEST = 100
"""How many of a channel's newest posts are compared."""

_MOST = 1000
_MOST_NOTICES = 1000


@dataclass(frozen=True, slots=True)
class Window:
    """A channel's newest posts as they were seen."""

    marks: Mapping[int, int]
    """What each post says, by its id, as a number that differs when that does."""
    low: int
    """All posts with ids from here on are among them."""
    albums: Mapping[int, int]
    """The id of each album by the ids of its parts: it has another when its first part goes."""

    @classmethod
    def of(cls, posts: tuple[Post, ...], most: int) -> Window:
        """Remember posts, of which so many were asked for."""
        marks = {post.id: _mark(post) for post in posts}
        albums = {part: post.id for post in posts for part in post.parts}
        return cls(marks, min(marks) if len(posts) >= most else 0, albums)

    def known(self, post: Post) -> int:
        """Return the id by which a post was seen, its own if it was not."""
        if post.id in self.marks:
            return post.id
        return next((self.albums[part] for part in post.parts if part in self.albums), post.id)


@dataclass(frozen=True, slots=True)
class Reading:
    """What one reading of a channel has changed."""

    channel: Channel
    added: tuple[Post, ...]
    """Oldest first."""
    edited: tuple[Post, ...]
    deleted: tuple[int, ...]


def reading(channel: Channel, before: Window, posts: tuple[Post, ...], after: Window) -> Reading:
    """Compare what a channel holds with what it held.

    What lies below either look's end is not compared: it may have been there all the time.
    """
    told = {before.known(post): post for post in sorted(posts, key=lambda post: post.id)}
    gone = before.marks.keys() - told.keys()
    return Reading(
        channel,
        tuple(
            post
            for known, post in told.items()
            if known not in before.marks and known >= before.low
        ),
        tuple(
            post
            for known, post in told.items()
            if known in before.marks and before.marks[known] != _mark(post)
        ),
        tuple(sorted(each for each in gone if each >= after.low)),
    )


@dataclass(frozen=True, slots=True)
class Lost:
    """A channel that is read for the person no more."""

    channel: int
    title: str
    state: str
    why: str | None


class Watch:
    """Finds out what has changed since it looked last."""

    def __init__(self, account: int) -> None:
        self._account = account
        self._channels: dict[int, Channel] = {}
        self._windows: dict[int, Window] = {}
        self._told: set[int] = set()

    async def begin(self, house: AnyHouse) -> None:
        """Remember how everything is."""
        for channel in await house.user(self._account).channels():
            await self._read(house, channel)

    async def look(self, house: AnyHouse) -> list[Reading | Lost | Notice]:
        """Return what has changed, and the notices that were written."""
        found: list[Reading | Lost | Notice] = []
        now = {each.id: each for each in await house.user(self._account).channels()}
        for channel in now.values():
            before = self._channels.get(channel.id)
            if channel.read_at != (before and before.read_at):
                found.append(await self._read(house, channel))
        found += await self._lost(house, self._channels.keys() - now)
        found += await self._notices(house)
        return found

    async def _read(self, house: AnyHouse, channel: Channel) -> Reading:
        """Look at a channel's newest posts, and at all that have come."""
        before = self._channels.get(channel.id)
        grown = max(0, channel.posts - (before.posts if before else 0))
        most = min(NEWEST + grown, _MOST)
        posts: tuple[Post, ...] = ()
        if channel.posts:
            posts = await house.user(self._account).posts(limit=most, channel=channel.id)
        window = Window.of(posts, most)
        change = reading(channel, self._windows.get(channel.id, Window({}, 0, {})), posts, window)
        self._channels[channel.id], self._windows[channel.id] = channel, window
        return change

    async def _lost(self, house: AnyHouse, gone: set[int]) -> list[Lost]:
        if not gone:
            return []
        known = {each.id: each for each in await house.user(self._account).channels(known=True)}
        lost = []
        for channel in sorted(gone):
            last = self._channels.pop(channel)
            self._windows.pop(channel)
            now = known.get(channel)
            state, why = (now.state, now.why) if now else ("unfollowed", None)
            lost.append(Lost(channel, last.title, state, why))
        return lost

    async def _notices(self, house: AnyHouse) -> list[Notice]:
        found = await house.notices(account=self._account, limit=_MOST_NOTICES)
        new = [each for each in found if each.id not in self._told]
        self._told = {each.id for each in found}
        return new


def _mark(post: Post) -> int:
    """Tell apart what a post says; how often it was seen does not matter."""
    return hash((post.edited_at, post.html, post.author, post.media, post.forward, post.links))
