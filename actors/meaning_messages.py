"""What the tagger, the indexer and the search ask of the store."""

from __future__ import annotations

from dataclasses import field
from datetime import datetime

from runtime import Request, message
from storage.meaning_rows import (
    CollectionRow,
    Meaning,
    Spending,
    TaggedPost,
    TagResult,
    TextHit,
    WorkItem,
)
from storage.rows import WorkCount, WorkKind, WorkRow
from storage.vectors.port import Scope


@message
class BeginWork(Request[str]):
    """Name this process's workers, and have done what a dead process in its place had begun.

    To be asked once in a process's life, before it has any workers: what is freed is in their name.
    """


@message
class ClaimWork(Request[tuple[WorkItem, ...]]):
    """Lease due work of one kind to a worker, with the posts it is about.

    What is claimed `attempts` times and never finished is given up.
    """

    kind: WorkKind
    worker: str
    n: int
    lease: float
    """Seconds."""
    cap: int | None = None
    """How many tokens an account may spend a day; None: any number."""


@message
class FinishWork(Request[int]):
    """Remove work that has come to nothing to keep: an index entry that is gone, a lost post."""

    rows: tuple[WorkRow, ...]


@message
class KeepTags(Request[int]):
    """Persist what tagging came to and remove its work, in one transaction.

    Answered with how many results counted; work that went to another worker does not.
    """

    results: tuple[TagResult, ...]
    spendings: tuple[Spending, ...] = ()


@message
class KeepIndexed(Request[int]):
    """Persist that posts are in a collection and remove their work, in one transaction."""

    collection: str
    rows: tuple[WorkRow, ...]
    skipped: tuple[WorkRow, ...] = ()
    """Posts with nothing to embed, which count as indexed."""


@message
class DelayWork(Request[bool]):
    """Put work back until a time, with the reason."""

    row: WorkRow
    until: datetime
    reason: str
    failed: bool
    """Whether this attempt counts."""


@message
class GiveUpWork(Request[bool]):
    """Give work up for good, until its post changes or somebody retries it."""

    row: WorkRow
    reason: str


@message
class RetryWork(Request[int]):
    """Make work due at once that waits or was given up; answered with how much there was."""

    account: int | None
    """Whose channels; None: everybody's."""


@message
class NextWork(Request[datetime | None]):
    """Tell when work of one kind is due next; None: there is none."""

    kind: WorkKind


@message
class CountWork(Request[tuple[WorkCount, ...]]):
    """Count the work there is for the channels an account follows, by kind."""

    account: int


@message
class LoadCollections(Request[tuple[CollectionRow, ...]]):
    """Return the collections the database knows, the active one first."""

    counted: bool = True
    """Whether their posts are counted, which takes a while; else both numbers are 0."""


@message
class BeginCollection(Request[CollectionRow]):
    """Know a collection from now on: the active one if there is none, else one to be built.

    Every post held becomes work for it. Of a known one whose epoch differs, everything that was
    said to be in it is forgotten and becomes work again.
    """

    name: str
    model: str
    dimension: int
    epoch: str


@message
class ActivateCollection(Request[bool]):
    """Let a collection answer from now on that has everything in it; False if it has not."""

    name: str


@message
class ForgetCollection(Request[None]):
    """Know a collection no more."""

    name: str


@message
class ReconcileChannel(Request[int]):
    """Compare what the vector store holds of a channel with what is said to be in it.

    What is missing becomes work; so does the removal of what is there and not held. Answered with
    how much differed.
    """

    collection: str
    channel: int
    found: frozenset[int]


@message
class ListHeldChannels(Request[tuple[int, ...]]):
    """Return the ids of all channels of which posts are held, or said to be in a collection."""


@message
class DescribeMeaning(Request[Meaning]):
    """Tell how far the tagging and indexing of an account's channels has come."""

    account: int
    since: datetime | None = None
    """From when on what is tagged or indexed counts as fresh; None: ever."""


@message
class LoadScope(Request[Scope]):
    """Return which posts an account may see, of some channels or of all that it follows."""

    account: int
    channels: tuple[int, ...] | None = None
    since: datetime | None = None
    until: datetime | None = None


@message
class SearchText(Request[tuple[TextHit, ...]]):
    """Find posts by their words, the best first, among those the account may see."""

    account: int
    query: str = field(repr=False)
    channels: tuple[int, ...] | None = None
    tags: tuple[str, ...] = ()
    """A post must have one of them."""
    since: datetime | None = None
    until: datetime | None = None
    limit: int = 100
    again: bool = False
    """Whether it was searched a moment ago: then the words of the newest posts were found."""


@message
class LoadPosts(Request[tuple[TaggedPost, ...]]):
    """Return posts by channel and post id, in that order; those not to be seen are left out."""

    account: int
    posts: tuple[tuple[int, int], ...]
    tags: tuple[str, ...] = ()
    """Only those that have one of them."""


@message
class ListTagged(Request[tuple[TaggedPost, ...]]):
    """Return the posts of a period, the newest first."""

    account: int
    since: datetime
    until: datetime | None = None
    channels: tuple[int, ...] | None = None
    limit: int = 1000


@message
class Vocabulary(Request[tuple[tuple[str, int], ...]]):
    """Return the words of the posts an account may see, with in how many posts each is."""

    account: int
    limit: int = 50_000


@message
class KeepSpending(Request[None]):
    """Count tokens that an account has spent."""

    spendings: tuple[Spending, ...]


@message
class PoorUntil(Request[datetime | None]):
    """Tell when an account may spend tokens again; None: now."""

    account: int
    cap: int | None = None
    """How many tokens it may spend a day; None: any number."""


MeaningMessage = (
    ClaimWork
    | FinishWork
    | KeepTags
    | KeepIndexed
    | DelayWork
    | GiveUpWork
    | RetryWork
    | NextWork
    | CountWork
    | LoadCollections
    | BeginCollection
    | ActivateCollection
    | ForgetCollection
    | ReconcileChannel
    | ListHeldChannels
    | DescribeMeaning
    | LoadScope
    | SearchText
    | LoadPosts
    | ListTagged
    | Vocabulary
    | KeepSpending
    | PoorUntil
)
"""What of it concerns the meaning of posts."""
