"""Telegram and the archive, small enough to be obviously right."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from storage.rows import Coverage, PostRow
from tests.storage.found import EPOCH, message

Key = tuple[str, int, int]
"""A piece of work: its kind, the channel, the post."""


@dataclass(frozen=True)
class Said:
    """A message."""

    text: str
    at: datetime
    album: int | None = None
    views: int | None = None


@dataclass
class Subscription:
    """How an account stands to a channel."""

    position: int
    source: str = "list"
    wanted: bool = True
    left: str | None = None
    confirmed: bool = True
    visible_from: int | None = None


@dataclass(frozen=True)
class Post:
    """Messages that are one post, by id."""

    parts: tuple[tuple[int, Said], ...]

    @property
    def id(self) -> int:
        """The lowest."""
        return self.parts[0][0]

    @property
    def meaning(self) -> object:
        """What makes an edit if it differs."""
        return [(id, said.text) for id, said in self.parts]  # noqa: A001

    def above(self, visible_from: int) -> "Post | None":
        """What of it an account sees."""
        shown = tuple(part for part in self.parts if part[0] > visible_from)
        return Post(shown) if shown else None

    def told(self) -> tuple[Any, ...]:
        """As a reader is to see it."""
        first = self.parts[0][1]
        ids = () if first.album is None else tuple(id for id, _ in self.parts)  # noqa: A001
        return first.at, self.id, "\n\n".join(said.text for _, said in self.parts), ids, first.views


def posts_of(messages: Mapping[int, Said]) -> dict[object, Post]:
    """Group messages to posts."""
    groups: dict[object, list[tuple[int, Said]]] = {}
    for id, said in sorted(messages.items()):  # noqa: A001
        groups.setdefault(("album", said.album) if said.album else id, []).append((id, said))
    return {key: Post(tuple(parts)) for key, parts in groups.items()}


def row(channel: int, id: int, said: Said) -> PostRow:  # noqa: A002
    """A message as it is read."""
    whole = message(id, channel=channel, text=said.text, album=said.album, views=said.views)
    return PostRow(
        channel_id=channel, id=id, published_at=said.at, edited_at=None, content=whole.content
    )


@dataclass
class Source:
    """A channel at Telegram."""

    last: int = 0
    messages: dict[int, Said] = field(default_factory=dict)

    def publish(self, size: int) -> None:
        """Publish a message, or an album of several."""
        first = self.last + 1
        at = EPOCH + timedelta(minutes=first)
        for _ in range(size):
            self.last += 1
            album = first if size > 1 else None
            self.messages[self.last] = Said(f"{self.last} текст", at, album)


@dataclass
class Channel:
    """What is held of a channel."""

    is_public: bool
    held: dict[int, Said] = field(default_factory=dict)
    covered: set[int] = field(default_factory=set)
    floor: int | None = None
    pts: int | None = None
    sweep_from: int | None = None

    @property
    def coverage(self) -> Coverage:
        """The covered ids as spans."""
        starts = sorted(id for id in self.covered if id - 1 not in self.covered)  # noqa: A001
        ends = sorted(id + 1 for id in self.covered if id + 1 not in self.covered)  # noqa: A001
        return tuple(zip(starts, ends, strict=True))


class Archive:
    """What must be held, seen and still be done."""

    def __init__(self, publics: Iterable[int]) -> None:
        self.publics = set(publics)
        self.channels: dict[int, Channel] = {}
        self.subscriptions: dict[tuple[int, int], Subscription] = {}
        self.work: set[Key] = set()

    def known(self, channel: int) -> Channel:
        """Register a channel."""
        return self.channels.setdefault(channel, Channel(channel in self.publics))

    def change(self, channel: int, held: dict[int, Said]) -> tuple[int, int, int]:
        """Hold these messages from now on; count the posts that are new, other, and gone."""
        before, after = posts_of(self.channels[channel].held), posts_of(held)
        self.channels[channel].held = held
        added = [after[key] for key in after.keys() - before.keys()]
        gone = [before[key] for key in before.keys() - after.keys()]
        both = [(before[key], after[key]) for key in before.keys() & after.keys()]
        edited = [(old, new) for old, new in both if old.meaning != new.meaning]
        for old in [*gone, *(old for old, new in edited if old.id != new.id)]:
            self.work -= {("tag", channel, old.id), ("index", channel, old.id)}
            self.work.add(("unindex", channel, old.id))
        for new in [*added, *(new for _, new in edited)]:
            self.work |= {("tag", channel, new.id), ("index", channel, new.id)}
        return len(added), len(edited), len(gone)

    def followed(self, reader: int) -> list[int]:
        """The channels a reader follows, in its order."""
        mine = [
            (each.position, channel)
            for (account, channel), each in self.subscriptions.items()
            if account == reader and each.wanted and each.left is None
        ]
        return [channel for _, channel in sorted(mine)]

    def sight(self, reader: int, channel: int) -> int | None:
        """From where on a reader sees a channel's messages, as far as that is known."""
        found = self.subscriptions.get((reader, channel))
        known = found.visible_from if found and found.left is None else None
        return 0 if known is None and channel in self.publics else known

    def readable(self, reader: int) -> dict[int, list[Post]]:
        """The posts a reader may see, by channel."""
        seen: dict[int, list[Post]] = {}
        for channel in self.followed(reader):
            sight = self.sight(reader, channel)
            confirmed = self.subscriptions[reader, channel].confirmed
            if sight is not None and (confirmed or channel in self.publics):
                whole = posts_of(self.channels[channel].held).values()
                seen[channel] = [post for each in whole if (post := each.above(sight))]
        return seen

    def see(self, reader: int, channel: int, *, source: str | None = None) -> Subscription:
        """Confirm that a reader is a member, or let it follow by its own choice."""
        self.known(channel)
        mine = [each for (account, _), each in self.subscriptions.items() if account == reader]
        last = max((each.position for each in mine), default=0)
        found = self.subscriptions.setdefault((reader, channel), Subscription(last + 1))
        found.confirmed = True
        if found.left is not None:
            found.left = found.visible_from = None
        if source is not None:
            found.source, found.wanted = source, True
        return found

    def clean(self, channel: int) -> None:
        """Hold nothing of a channel that nobody follows, and do not know it if nobody is there."""
        mine = {key: each for key, each in self.subscriptions.items() if key[1] == channel}
        if any(each.wanted and each.left is None for each in mine.values()):
            return
        if self.channels[channel].covered:
            self.work = {each for each in self.work if each[1] != channel}
            self.work.add(("unindex", channel, 0))
        self.channels[channel] = Channel(channel in self.publics)
        if all(each.left is not None for each in mine.values()):
            del self.channels[channel]
            for key in mine:
                del self.subscriptions[key]

    def claimable(self, kind: str) -> set[Key]:
        """The work of a kind that may be done now."""
        removals = {(channel, post) for each, channel, post in self.work if each == "unindex"}
        return {
            (each, channel, post)
            for each, channel, post in self.work
            if each == kind and not (kind == "index" and {(channel, 0), (channel, post)} & removals)
        }
