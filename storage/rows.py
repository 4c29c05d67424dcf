"""Plain values that cross the room's border."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal, NamedTuple, TypeAlias

from storage.content import Content, Media, Origin

Span: TypeAlias = tuple[int, int]
"""Message ids from the first up to, not including, the second."""

Coverage: TypeAlias = tuple[Span, ...]
"""Disjoint, ascending spans of message ids that were read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountRow:
    """An account's persisted state."""

    id: int
    state: str
    reason: str | None
    changed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """A process's right to open an account and to write what is its owner's."""

    account: int
    incarnation: str
    epoch: int
    """Which of the account's claims it is: any later one voids it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """A living process that has an account."""

    incarnation: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """An account that was claimed, with the state it was found in."""

    hold: Hold
    row: AccountRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Forgotten:
    """What was deleted with an account."""

    account: int
    subscriptions: int
    channels: int
    """Channels that nobody else follows."""
    posts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeRow:
    """Something that somebody has to be told, once."""

    id: int
    account: int | None
    """Whom it concerns; None for the operator."""
    kind: str
    occurrence: str
    data: Mapping[str, Any]
    created_at: datetime
    delivered_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class InviteRow:
    """An invite as it is kept: without its code."""

    id: int
    label: str
    """The first characters of the code."""
    uses: int
    spent: int
    reserved: int
    expires_at: datetime | None
    limits: Mapping[str, int]
    note: str
    created_at: datetime
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Invite:
    """A new invite with its code, which is told this once."""

    id: int
    code: str = field(repr=False)
    uses: int
    expires_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rotated:
    """What a rotation found among the sealed records."""

    resealed: int
    already: int
    failed: tuple[int, ...]
    """Accounts with a record that no key opens, left as it was."""
    newest: str
    """A fingerprint of the key that seals now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelSeen:
    """A channel as one account sees it."""

    id: int
    access_hash: int
    title: str
    username: str | None
    top: int
    pts: int | None
    """Where the channel's differences are, if Telegram told."""
    protected: bool = False
    """Whether its posts may be neither forwarded nor saved."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Folder:
    """One of an account's folders of chats, as Telegram lists it."""

    id: int
    title: str
    channels: tuple[int, ...]
    """Ascending; large groups may be among them, and channels that were left."""
    complete: bool
    """False for a folder by rule when some of the account's channels stayed out of sight."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowedFolder:
    """A folder that an account follows: of its list, only what is in such ones is followed."""

    id: int
    title: str
    channels: int
    """How many channels are followed because they are in it."""
    gone: bool
    """Whether Telegram has it no more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelState:
    """A followed channel: how to reach it, and what of it was read."""

    id: int
    access_hash: int
    title: str
    username: str | None
    coverage: Coverage
    floor: int | None
    top: int
    pts: int | None
    """Up to where its changes are known."""
    visible_from: int | None
    """The account sees ids above it, 0: all; None: Telegram was not asked yet."""
    window_due: bool
    """Whether its newest messages are to be read again and compared."""
    sweep_from: int | None
    """The sweep of older messages goes on below it; None: it begins at the newest."""
    protected: bool
    depth: int | None = None
    """How many posts deep one of its followers wants it, if any says so."""
    reach: timedelta | None = None
    """How far back one of its followers wants it, if any says so."""
    kept: timedelta | None = None
    """For how long its posts are kept; None: for ever."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """An account that can read a channel."""

    account: int
    access_hash: int
    visible_from: int | None


class PostRow(NamedTuple):
    """A message as it was read; its times carry an offset.

    A tuple for the reason that its content is one.
    """

    channel_id: int
    id: int
    published_at: datetime
    edited_at: datetime | None
    content: Content


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """The messages found in one span of a channel, stored together or not at all."""

    channel_id: int
    floor: int | None
    read: Span
    posts: tuple[PostRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """What one batch changed: posts that are new, and the coverage after it."""

    added: int
    coverage: Coverage


@dataclass(frozen=True, slots=True, kw_only=True)
class Amendment:
    """What has become of messages that are held."""

    channel_id: int
    seen: tuple[PostRow, ...]
    """Messages as they are now; those that are not held are passed by."""
    deleted: tuple[int, ...]
    """Ids of messages that Telegram says are gone."""
    window: Span | None
    """Ids that were read again whole: what of them is held and not in `seen` is gone."""
    pts: int | None
    """Up to where the channel's changes are known with this one; None: as before."""
    swept_to: int | None
    """The window is a page of the sweep, which goes on below this id; None: it is the newest."""

    @property
    def ids(self) -> list[int]:
        """The messages that something is said of."""
        return [*(post.id for post in self.seen), *self.deleted]

    @property
    def reach(self) -> list[int]:
        """Ids between whose least and greatest all lies that it may change; none, if it can't."""
        low, high = self.window or (0, 0)
        return [*self.ids, *([low, high] if low < high else [])]


@dataclass(frozen=True, slots=True, kw_only=True)
class Amended:
    """How many posts one amendment changed, and how many it removed."""

    edited: int
    deleted: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PostView:
    """A post as its reader sees it."""

    channel_id: int
    channel_title: str
    id: int
    published_at: datetime
    edited_at: datetime | None
    text: str
    permalink: str
    html: str
    author: str | None
    reply_to: int | None
    media: tuple[Media, ...]
    forward: Origin | None
    links: tuple[str, ...]
    views: int | None
    forwards: int | None
    reactions: tuple[tuple[str, int], ...]
    comments: int | None
    protected: bool
    parts: tuple[int, ...]
    """The ids of an album's messages; empty for every other post."""


Following: TypeAlias = Literal[
    "followed",
    "unfollowed",
    "left",
    "banned",
    "private",
    "deleted",
    "outside",
    "over the limit",
]
"""How an account stands to a channel: by its own choice, or by what Telegram says; `outside` is
what is in none of the folders that it follows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelView:
    """A channel as its reader sees it."""

    id: int
    title: str
    username: str | None
    posts: int
    newest_at: datetime | None
    coverage: Coverage
    floor: int | None
    source: str
    """Where the subscription comes from: list, chosen, or folder:ID."""
    state: Following
    why: str | None
    """Why its posts are not shown, or not all of them."""
    visible_from: int | None
    """Its ids above it may be read by the account, 0: all; None: none may, or nobody knows yet."""
    share: float
    """Which part of what the account may see of it was read, from 0 to 1."""
    holes: Coverage
    """What is still to be read above the floor."""
    read_at: datetime | None
    due_at: datetime | None
    protected: bool


WorkKind: TypeAlias = Literal["tag", "index", "unindex"]
"""What is to be done with a post, or about one that is gone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkRow:
    """A piece of work that a worker has claimed."""

    kind: WorkKind
    channel_id: int
    post_id: int
    """0: everything of the channel, which is only ever unindexed."""
    attempts: int
    """How often it was claimed since its post changed last, this time included."""
    enqueued_at: datetime
    reason: str | None
    """Why it was put back last."""
    lease: int
    """Which claim of it this is; the next one voids it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkCount:
    """How much work of one kind there is."""

    kind: WorkKind
    due: int
    leased: int
    waiting: int
    """Put back until later."""
    dead: int
    """Given up."""
    next_at: datetime | None
    """When the first of those that wait is due."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cleaned:
    """What was removed because nobody follows it any more."""

    channels: int
    posts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DueChannel:
    """A channel that a process has taken to read it."""

    channel: int
    overdue_by: timedelta
    """Zero if it was never read."""


UnreadCause: TypeAlias = Literal["expired", "flooded", "failed", "late"]
"""Why a channel is unread: none of those who could read it is logged in, Telegram lets all of them
wait, the last reading failed, or nobody has come to it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Freshness:
    """How far behind the reading of all channels is."""

    channels: int
    """Channels that somebody who is logged in follows."""
    due: int
    """Those of them that are due, whether somebody reads them just now or not."""
    oldest_due: datetime | None
    """Since when the first of these is due."""
    unread: Mapping[UnreadCause, int]
    """How many channels were not read for three intervals of a follower, by the cause."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportRow:
    """What one parse committed, in plain values."""

    id: int
    account: int
    began_at: datetime
    report: Mapping[str, Any]
