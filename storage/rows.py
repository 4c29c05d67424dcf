"""Plain values that cross the room's border."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, TypeAlias

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
    """A channel as one account sees it in its dialogs."""

    id: int
    access_hash: int
    title: str
    username: str | None
    top: int


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


@dataclass(frozen=True, slots=True, kw_only=True)
class PostRow:
    """A post as it was read; its times carry an offset."""

    channel_id: int
    id: int
    published_at: datetime
    edited_at: datetime | None
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """The posts found in one span of a channel, stored together or not at all."""

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
class PostView:
    """A post as its reader sees it."""

    channel_id: int
    channel_title: str
    id: int
    published_at: datetime
    edited_at: datetime | None
    text: str
    permalink: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelView:
    """A followed channel as its reader sees it."""

    id: int
    title: str
    username: str | None
    posts: int
    newest_at: datetime | None
    coverage: Coverage
    floor: int | None


MediaKind: TypeAlias = Literal[
    "photo", "video", "round_video", "voice", "audio", "animation", "sticker", "document",
    "poll", "location", "contact", "web_page", "other",
]  # fmt: skip
"""What a post carries besides its text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Media:
    """What one message carries besides its text; what Telegram does not say is None."""

    part: int
    """The id of the message that carries it."""
    kind: MediaKind
    size: int | None = None
    """Bytes, of a picture those of its largest form."""
    duration: float | None = None
    """Seconds."""
    file_name: str | None = None
    """As its author named it; no path to write to."""
    mime: str | None = None
    width: int | None = None
    height: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where a forwarded post was first; its time carries an offset."""

    channel_id: int | None
    """None for what a person wrote, who may hide behind the name."""
    name: str | None
    """The channel's title or the person's name, where Telegram tells it."""
    post_id: int | None
    at: datetime
    author: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Caption:
    """What one part of an album says, which is often nothing."""

    part: int
    """The part's message id."""
    text: str
    html: str
    links: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What a post holds; an album is one post, and what it says is what its parts say in turn."""

    text: str
    html: str
    """The text in the HTML that Telegram's bots may send, safe to show on a page."""
    author: str | None
    """The signature."""
    reply_to: int | None
    """The id of the channel's own post that it answers."""
    album: int | None
    """What the parts of one album share; None for every other post."""
    media: tuple[Media, ...]
    forward: Origin | None
    links: tuple[str, ...]
    """Addresses in the text, on the buttons and of the preview, each once, in this order."""
    views: int | None
    forwards: int | None
    reactions: tuple[tuple[str, int], ...]
    """An emoji, "custom:<id>" or "paid", and how often."""
    comments: int | None
    """None where nobody may comment."""
    protected: bool
    """Whether it may be neither forwarded nor saved."""
    captions: tuple[Caption, ...] = ()
    """What each known part of an album says, by ascending id; empty for every other post."""
