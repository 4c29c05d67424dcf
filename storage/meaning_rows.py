"""What is known of the meaning of posts, in plain values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias

from storage.rows import PostView, WorkKind, WorkRow

TagState: TypeAlias = Literal["pending", "ok", "skipped", "dead"]
"""A post's tags: awaited, there, not to be had, or given up. Only `pending` is not the end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkItem:
    """A piece of work that was claimed, with what is to be worked on."""

    row: WorkRow
    text: str
    """The post's plain text; empty if it has none, or is gone."""
    gone: bool
    """Whether the post is not held any more."""
    published_at: datetime | None
    payer: int | None
    """The account whose tokens it costs: the follower who has spent the least today."""
    poor_until: datetime | None
    """When a follower may spend tokens again, if none of them may now."""
    known: KnownTags | None
    """What came of tagging a post of the same text, if one was."""
    missing_in: tuple[str, ...] = ()
    """Of index work: the collections that the post is to be written into, the active one first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownTags:
    """What came of tagging a text."""

    tags: tuple[str, ...]
    provider: str
    model: str
    refused: str | None
    """Why there are no tags, if every provider has refused the text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TagResult:
    """What one claimed post's tagging came to."""

    row: WorkRow
    state: Literal["ok", "skipped"]
    tags: tuple[str, ...] = ()
    reason: str | None = None
    """Why it was skipped, for people."""
    provider: str | None = None
    model: str | None = None
    """The model that the provider says has answered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spending:
    """Tokens that an account has spent on one answer."""

    account: int
    provider: str
    model: str
    purpose: Literal["tag", "index", "ask", "digest"]
    prompt_tokens: int
    completion_tokens: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectionRow:
    """A collection of vectors, as the database knows it."""

    name: str
    model: str
    dimension: int
    epoch: str
    """Which incarnation of it was written to; another one in the vector store: it was lost."""
    state: Literal["building", "active"]
    """The active one answers; one that is being built becomes it when everything is in it."""
    posts: int
    """How many posts are said to be in it."""
    missing: int
    """How many posts are held, not in it, and not given up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """How far the tagging and indexing of an account's channels has come."""

    posts: int
    tagged: int
    skipped: int
    dead: int
    indexed: int
    pending: int
    """Posts that wait to be tagged, or to be indexed, or for both; each once."""
    fresh_tagged: int
    fresh_indexed: int
    """Of `tagged` and `indexed`: how many became so since the time that was asked about."""
    at: datetime
    """When it was so, by the database's clock: what is fresh next time is so since then."""
    waiting: tuple[Waiting, ...]
    """Why some wait, the soonest first, at most 20."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """Posts that wait for the same reason."""

    kind: WorkKind
    reason: str
    posts: int
    next_at: datetime | None
    """When the first of them is tried again; None: never, they were given up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TextHit:
    """A post in whose words something was found."""

    channel_id: int
    post_id: int
    rank: float


@dataclass(frozen=True, slots=True, kw_only=True)
class TaggedPost:
    """A post as its reader sees it, with what is known of its meaning."""

    post: PostView
    tags: tuple[str, ...]
    tag_state: TagState
    tag_reason: str | None
    """Why it is pending, skipped or dead, if there is something to say."""
    tag_due_at: datetime | None
    """When a pending one is tried again."""
    model: str | None
    indexed: bool
