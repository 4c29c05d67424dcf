"""The things of a world: people, channels, posts."""

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import blake2b
from typing import Final, Literal, TypedDict

from sandbox.media import HOME, Media
from sandbox.passwords import Password

FIRST_CHANNEL_ID: Final = 1_000_000_001
"""The lowest id a channel is given, as Telegram's own begin there."""

REMEMBERED: Final = 10_000
"""Changes of a channel kept for clients that were away; older ones are "too long" ago."""

MarkKind = Literal[
    "bold", "code", "email", "hashtag", "italic", "mention", "pre", "spoiler", "strike",
    "text_url", "underline", "url",
]  # fmt: skip
ActionKind = Literal["created", "renamed", "pinned", "photo removed"]
ChangeKind = Literal["new", "edit", "delete", "pin", "unpin"]


@dataclass(frozen=True, slots=True)
class Mark:
    """Formatting of a part of a text; places are UTF-16 units, as Telegram counts them."""

    kind: MarkKind
    offset: int
    length: int
    url: str | None = None  # of a "text_url"


@dataclass(frozen=True, slots=True, kw_only=True)
class Forward:
    """Where a forwarded post was first: a channel's post, or somebody who hides behind a name."""

    date: datetime
    channel: int | None = None
    post: int | None = None
    name: str | None = None
    author: str | None = None


@dataclass(frozen=True, slots=True)
class Action:
    """What a service message tells; `value` is the new title, or the pinned post's id."""

    kind: ActionKind
    value: str | int | None = None


class Content(TypedDict, total=False):
    """What a post may have besides a text and a date."""

    media: Media | None
    group: int | None
    forward: Forward | None
    reply_to: int | None
    marks: tuple[Mark, ...]
    views: int | None
    forwards: int | None
    reactions: tuple[tuple[str, int], ...]
    author: str | None
    protected: bool


@dataclass(frozen=True, slots=True)
class Post:
    """One message of a channel; a service post has an action and no text."""

    id: int
    text: str
    date: datetime
    edited: datetime | None = None
    action: Action | None = None
    media: Media | None = None
    group: int | None = None  # the posts of an album share it
    forward: Forward | None = None
    reply_to: int | None = None
    marks: tuple[Mark, ...] = ()
    views: int | None = None
    forwards: int | None = None
    reactions: tuple[tuple[str, int], ...] = ()  # emoji and number
    author: str | None = None
    pinned: bool = False
    protected: bool = False  # may not be forwarded
    edit_hidden: bool = False  # the edit changes nothing a reader would call an edit

    @property
    def service(self) -> bool:
        """Whether it is a service message."""
        return self.action is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Folder:
    """A person's folder of chats."""

    id: int
    title: str
    channels: tuple[int, ...] = ()
    pinned: tuple[int, ...] = ()
    excluded: tuple[int, ...] = ()
    all_channels: bool = False


@dataclass(slots=True, eq=False)
class Invite:
    """A link into a private channel."""

    hash: str
    channel: int
    limit: int | None = None  # how many may join by it
    expires: datetime | None = None
    needs_approval: bool = False
    used: int = 0
    revoked: bool = False

    @property
    def url(self) -> str:
        """The link as people pass it on."""
        return f"https://t.me/+{self.hash}"


@dataclass(slots=True, eq=False)
class Person:
    """Somebody with a Telegram account; `follows` keeps the ids of channels in joining order."""

    id: int
    first_name: str
    username: str | None
    phone: str | None
    dc: int = HOME
    password: Password | None = None
    follows: dict[int, None] = field(default_factory=dict)
    groups: dict[int, None] = field(default_factory=dict)
    hidden_up_to: dict[int, int] = field(default_factory=dict)  # Telegram's available_min_id
    archived: set[int] = field(default_factory=set)
    pinned: list[int] = field(default_factory=list)  # channels, the topmost first
    folders: list[Folder] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Change:
    """An entry of a channel's log; `pts` is the channel's afterwards, `at` a Unix time."""

    kind: ChangeKind
    ids: tuple[int, ...]
    pts: int
    at: float

    @property
    def count(self) -> int:
        """By how much it moved pts."""
        return len(self.ids) if self.kind == "delete" else 1


@dataclass(slots=True, eq=False)
class Channel:
    """A broadcast channel, or a supergroup; without a username it is private."""

    id: int
    title: str
    username: str | None
    created: datetime
    about: str = ""
    megagroup: bool = False
    protected: bool = False
    signed: bool = False
    deleted: bool = False
    posts: dict[int, Post] = field(default_factory=dict)
    ids: list[int] = field(default_factory=list)  # of `posts`, ascending
    last_id: int = 0  # never given again, even if that post is deleted
    last_date: datetime | None = None
    pts: int = 1  # grows by one with each changed post, as Telegram counts them
    log: deque[Change] = field(default_factory=lambda: deque(maxlen=REMEMBERED))
    banned: set[int] = field(default_factory=set)
    requests: dict[int, None] = field(default_factory=dict)  # who waits for approval

    def __repr__(self) -> str:
        return f"<Channel {self.id} {self.title!r}, {len(self.ids)} posts, pts {self.pts}>"

    @property
    def newest(self) -> Post | None:
        """The newest post that is still there."""
        return self.posts[self.ids[-1]] if self.ids else None


@dataclass(frozen=True, slots=True)
class Group:
    """A small group that became a supergroup: Telegram keeps it in the list of chats."""

    id: int
    title: str
    migrated_to: int
    date: datetime


def access_hash(viewer_id: int, kind: str, target_id: int) -> int:
    """The hash by which one viewer names one peer; everybody has another, never 0.

    It depends on nothing else, so what a client remembered still fits after a restart.
    """
    digest = blake2b(f"{viewer_id}/{kind}/{target_id}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "little", signed=True) or 1
