"""Plain values that cross the room's border."""

from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

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
