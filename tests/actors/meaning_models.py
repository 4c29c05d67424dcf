"""A queue, providers and vectors small enough to be obviously right."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from actors.meaning_messages import (
    ActivateCollection,
    BeginCollection,
    ClaimWork,
    CountWork,
    DelayWork,
    FinishWork,
    ForgetCollection,
    GiveUpWork,
    KeepIndexed,
    KeepSpending,
    KeepTags,
    ListHeldChannels,
    LoadCollections,
    NextWork,
    ReconcileChannel,
)
from actors.provider_messages import DescribeEmbeddings, EmbedTexts, TagText
from actors.providers.outcomes import Embedded, Later, Spent, Tagged
from actors.vector_messages import (
    DropCollection,
    EnsureCollection,
    ListCollections,
    ListVectors,
    RemovePosts,
    ReplacePoints,
)
from storage.meaning_rows import CollectionRow, KnownTags, Spending, TagResult, WorkItem
from storage.rows import WorkCount, WorkKind, WorkRow
from storage.vectors.errors import CollectionMissing
from storage.work import MOST_ATTEMPTS

THEN = datetime(2026, 1, 1, tzinfo=UTC)
SPENT = Spent(provider="openai", model="m", prompt_tokens=9, completion_tokens=3)
Key = tuple[WorkKind, int, int]
Post = tuple[int, int]


@dataclass
class Work:
    """A row of the queue."""

    not_before: datetime
    attempts: int = 0
    lease: int = 0
    claimed: bool = False
    dead: bool = False
    again: bool = False
    reason: str | None = None

    def as_row(self, key: Key) -> WorkRow:
        """Return it as a worker gets it."""
        kind, channel, post = key
        return WorkRow(
            kind=kind,
            channel_id=channel,
            post_id=post,
            attempts=self.attempts,
            enqueued_at=THEN,
            reason=self.reason,
            lease=self.lease,
        )


@dataclass
class ModelCollection:
    """What the store knows of a collection, or what is in it."""

    model: str
    dimension: int
    epoch: str
    posts: dict[Post, int] = field(default_factory=dict)
    """In the store: whether there is any text; in the vectors: how many pieces."""
    active: bool = False
    first: dict[Post, float] = field(default_factory=dict)
    """In the vectors: the first number of a post's first vector."""


class ModelMeaning:
    """Keeps work and what became of it as the store does; `before` may refuse a request."""

    def __init__(self) -> None:
        self.skew = timedelta(0)
        """How far this store's time is ahead: work comes due, and leases run out, by it."""
        self.texts: dict[Post, str] = {}
        self.work: dict[Key, Work] = {}
        self.tags: dict[Post, TagResult] = {}
        self.collections: dict[str, ModelCollection] = {}
        self.spendings: list[Spending] = []
        self.poor_until: datetime | None = None
        self.payer: int | None = 42
        self.learns = True
        """Whether what is known of a text is told with the next post that has it."""
        self.asked: list[Any] = []
        self.before: Callable[[Any], None] = lambda _: None
        self.held: dict[type, asyncio.Event] = {}
        """By kind of request: what it waits for before it is answered."""

    def now(self) -> datetime:
        """Return the store's time."""
        return datetime.now(UTC) + self.skew

    def add(self, post: int, text: str, channel: int = 7) -> None:
        """Store a post, or change it: its work is enqueued."""
        self.texts[channel, post] = text
        self.tags.pop((channel, post), None)
        for known in self.collections.values():
            known.posts.pop((channel, post), None)
        for kind in ("tag", "index"):
            self._enqueue((kind, channel, post))

    def remove(self, post: int, channel: int = 7) -> None:
        """Delete a post: what is left to do is to unindex it."""
        del self.texts[channel, post]
        self.tags.pop((channel, post), None)
        for known in self.collections.values():
            known.posts.pop((channel, post), None)
        leased = self.work.get(("index", channel, post))
        self.work = {key: row for key, row in self.work.items() if key[1:] != (channel, post)}
        self._enqueue(("unindex", channel, post))
        if leased is not None and leased.claimed:  # whoever has it may still write it
            self.work["unindex", channel, post].not_before = leased.not_before

    def was_asked(self, kind: type) -> bool:
        """Whether a request of a kind has come."""
        return any(isinstance(each, kind) for each in self.asked)

    def left(self, *kinds: WorkKind) -> dict[Key, Work]:
        """Return the work that is left of some kinds."""
        return {key: row for key, row in self.work.items() if key[0] in kinds}

    async def ask(self, request: Any, *, timeout: float = 30.0) -> Any:
        """Answer as the store does."""
        assert timeout > 0
        await asyncio.sleep(0)
        self.before(request)
        self.asked.append(request)
        if (gate := self.held.get(type(request))) is not None:
            await gate.wait()
        return getattr(self, f"_{type(request).__name__}")(request)

    def _enqueue(self, key: Key) -> None:
        row = self.work.get(key)
        if row is None or not row.claimed:
            self.work[key] = Work(self.now())
        else:
            row.again, row.attempts, row.dead, row.reason = True, 0, False, None

    def _mine(self, row: WorkRow) -> Work | None:
        held = self.work.get((row.kind, row.channel_id, row.post_id))
        return held if held is not None and held.claimed and held.lease == row.lease else None

    def _end(self, row: WorkRow) -> bool:
        held = self._mine(row)
        if held is None:
            return False
        if held.again:
            held.again, held.claimed, held.not_before = False, False, self.now()
            return False
        del self.work[row.kind, row.channel_id, row.post_id]
        return True

    def _ClaimWork(self, request: ClaimWork) -> tuple[WorkItem, ...]:
        items: list[WorkItem] = []
        for key, row in sorted(self.work.items(), key=lambda each: each[1].not_before):
            due = key[0] == request.kind and not row.dead and row.not_before <= self.now()
            if not due or len(items) == request.n or self._is_barred(key):
                continue
            if row.attempts >= MOST_ATTEMPTS:
                row.dead, row.claimed = True, False
                continue
            row.attempts, row.lease, row.claimed, row.again = (
                row.attempts + 1,
                row.lease + 1,
                True,
                False,
            )
            row.not_before = self.now() + timedelta(seconds=request.lease)
            items.append(self._item(key, row))
        return tuple(items)

    def _is_barred(self, key: Key) -> bool:
        kind, channel, post = key
        return kind == "index" and ("unindex", channel, post) in self.work

    def _item(self, key: Key, row: Work) -> WorkItem:
        kind, *where = key
        post = (where[0], where[1])
        text = self.texts.get(post)
        missing = tuple(name for name, each in self.collections.items() if post not in each.posts)
        return WorkItem(
            row=row.as_row(key),
            text=text or "",
            gone=text is None,
            published_at=THEN,
            payer=self.payer,
            poor_until=self.poor_until,
            known=self._known(text) if kind == "tag" and self.learns else None,
            missing_in=missing if kind == "index" and text is not None else (),
        )

    def _known(self, text: str | None) -> KnownTags | None:
        for post, result in self.tags.items():
            if self.texts[post] == text:
                return KnownTags(
                    tags=result.tags,
                    provider=result.provider or "",
                    model=result.model or "",
                    refused=result.reason,
                )
        return None

    def _FinishWork(self, request: FinishWork) -> int:
        return sum(self._end(row) for row in request.rows)

    def _KeepTags(self, request: KeepTags) -> int:
        kept = [each for each in request.results if self._end(each.row)]
        for each in kept:
            post = (each.row.channel_id, each.row.post_id)
            assert post not in self.tags, "tagged twice"
            self.tags[post] = each
        self.spendings += request.spendings
        return len(kept)

    def _KeepIndexed(self, request: KeepIndexed) -> int:
        known = self.collections.get(request.collection)
        if known is None:
            return 0
        rows = [row for row in (*request.rows, *request.skipped) if self._mine(row) is not None]
        for row in rows:
            post = (row.channel_id, row.post_id)
            if not self.work["index", *post].again:
                known.posts[post] = row not in request.skipped
            if all(post in each.posts for each in self.collections.values()):
                self._end(row)
        return len(rows)

    def _DelayWork(self, request: DelayWork) -> bool:
        held = self._mine(request.row)
        if held is None:
            return False
        held.attempts -= not (request.failed or held.again)
        held.not_before = self.now() if held.again else request.until
        held.claimed, held.again, held.reason = False, False, request.reason
        return True

    def _GiveUpWork(self, request: GiveUpWork) -> bool:
        held = self._mine(request.row)
        if held is None:
            return False
        held.dead, held.claimed, held.reason = True, False, request.reason
        return True

    def _NextWork(self, request: NextWork) -> datetime | None:
        times = [
            row.not_before
            for key, row in self.work.items()
            if key[0] == request.kind and not row.dead
        ]
        return min(times, default=None)

    def _CountWork(self, request: CountWork) -> tuple[WorkCount, ...]:
        assert request.account
        kinds: tuple[WorkKind, ...] = ("tag", "index", "unindex")
        return tuple(self._count(kind) for kind in kinds)

    def _count(self, kind: WorkKind) -> WorkCount:
        rows = [row for key, row in self.work.items() if key[0] == kind and not row.dead]
        due = [row for row in rows if row.not_before <= self.now()]
        leased = [row for row in rows if row.claimed and row not in due]
        return WorkCount(
            kind=kind,
            due=len(due),
            leased=len(leased),
            waiting=len(rows) - len(due) - len(leased),
            dead=0,
            next_at=None,
        )

    def _KeepSpending(self, request: KeepSpending) -> None:
        self.spendings += request.spendings

    def _row(self, name: str) -> CollectionRow:
        known = self.collections[name]
        return CollectionRow(
            name=name,
            model=known.model,
            dimension=known.dimension,
            epoch=known.epoch,
            state="active" if known.active else "building",
            posts=len(known.posts),
            missing=len(self.texts.keys() - known.posts.keys()),
        )

    def _LoadCollections(self, _: LoadCollections) -> tuple[CollectionRow, ...]:
        rows = [self._row(name) for name in self.collections]
        return tuple(sorted(rows, key=lambda row: row.state))

    def _BeginCollection(self, request: BeginCollection) -> CollectionRow:
        known = self.collections.get(request.name)
        if known is None or known.epoch != request.epoch:
            active = not any(each.active for each in self.collections.values())
            self.collections[request.name] = ModelCollection(
                request.model,
                request.dimension,
                request.epoch,
                active=active if known is None else known.active,
            )
            for channel, post in self.texts:
                if ("index", channel, post) not in self.work:
                    self._enqueue(("index", channel, post))
        return self._row(request.name)

    def _ActivateCollection(self, request: ActivateCollection) -> bool:
        if self.texts.keys() - self.collections[request.name].posts.keys():
            return False
        for name, each in self.collections.items():
            each.active = name == request.name
        return True

    def _ForgetCollection(self, request: ForgetCollection) -> None:
        self.collections.pop(request.name, None)

    def _ListHeldChannels(self, _: ListHeldChannels) -> tuple[int, ...]:
        said = [post for each in self.collections.values() for post in each.posts]
        return tuple(sorted({channel for channel, _ in [*self.texts, *said]}))

    def _ReconcileChannel(self, request: ReconcileChannel) -> int:
        known, channel = self.collections[request.collection], request.channel
        said = {post for (at, post), text in known.posts.items() if at == channel and text}
        lost = said - request.found
        strange = {post for post in request.found if (channel, post) not in self.texts}
        for post in lost:
            del known.posts[channel, post]
            self._enqueue(("index", channel, post))
        for post in strange:
            self._enqueue(("unindex", channel, post))
        return len(lost) + len(strange)


class ModelProviders:
    """Answers with the text's own words; a test may say otherwise, or hold an answer back."""

    def __init__(self) -> None:
        self.said: dict[str, Any] = {}
        """By text: an outcome, or an exception."""
        self.otherwise: Any = None
        self.held: dict[str, asyncio.Event] = {}
        self.asked: list[str] = []
        self.under_way = 0
        self.most = 0
        self.embedded: list[tuple[str | None, tuple[str, ...]]] = []
        self.embeddings = ("local/v3", 2)
        self.models = {"local/v3", "other"}
        """Which are to be had."""
        self.deaf = False
        """Whether it does not care which model is asked for."""
        self.before: Callable[[Any], None] = lambda _: None

    def outcome(self, text: str) -> Any:
        """Return what is said to a text."""
        tagged = Tagged(tags=tuple(text.split()[:3]), spent=SPENT)
        return self.said.get(text, self.otherwise or tagged)

    async def ask(self, request: Any, *, timeout: float = 30.0) -> Any:
        """Answer as the providers do."""
        assert timeout > 0
        self.before(request)
        match request:
            case DescribeEmbeddings():
                return self.embeddings
            case TagText():
                return await self._tag(request.text)
            case EmbedTexts():
                return await self._embed(request)
            case _:
                raise AssertionError(request)

    async def _tag(self, text: str) -> Any:
        self.asked.append(text)
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        try:
            await asyncio.sleep(0)
            if text in self.held:
                await self.held[text].wait()
        finally:
            self.under_way -= 1
        outcome = self.outcome(text)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    async def _embed(self, request: EmbedTexts) -> Any:
        assert 0 < len(request.texts) <= 32
        model = (None if self.deaf else request.model) or self.embeddings[0]
        if model not in self.models:
            return Later(reason=f"there is no {model}", until=None, blameless=True)
        self.embedded.append((request.model, request.texts))
        await asyncio.sleep(0)
        for text in request.texts:
            if text in self.held:
                await self.held[text].wait()
            said = self.said.get(text)
            if isinstance(said, Exception):
                raise said
            if said is not None:
                return said
        if self.otherwise is not None:
            return self.otherwise
        vectors = tuple((float(len(text)), 1.0) for text in request.texts)
        return Embedded(vectors=vectors, spent=replace(SPENT, model=model))


class ModelVectors:
    """Keeps how many pieces of each post are in which collection."""

    def __init__(self) -> None:
        self.collections: dict[str, ModelCollection] = {}
        self.made = 0
        self.before: Callable[[Any], None] = lambda _: None
        self.held: dict[type, asyncio.Event] = {}
        """By kind of request: what it waits for before it is answered."""

    def wipe(self) -> None:
        """Lose everything."""
        self.collections.clear()

    async def ask(self, request: Any, *, timeout: float = 30.0) -> Any:
        """Answer as the store of vectors does."""
        assert timeout > 0
        await asyncio.sleep(0)
        self.before(request)
        if (gate := self.held.get(type(request))) is not None:
            await gate.wait()
        match request:
            case EnsureCollection():
                return self._ensure(request)
            case ListCollections():
                return tuple(self.collections)
            case DropCollection():
                return self.collections.pop(request.collection, None) and None
            case _:
                return self._of_posts(request)

    def _ensure(self, request: EnsureCollection) -> str:
        if request.collection not in self.collections:
            self.made += 1
            made = ModelCollection("", request.dimension, f"epoch {self.made}")
            self.collections[request.collection] = made
        return self.collections[request.collection].epoch

    def _of_posts(self, request: Any) -> Any:
        if request.collection not in self.collections:
            raise CollectionMissing(request.collection)
        there = self.collections[request.collection]
        match request:
            case ReplacePoints():
                self._remove(there, request.posts)
                for point in request.points:
                    assert len(point.vector) == there.dimension
                    post = (point.channel_id, point.post_id)
                    assert post in request.posts
                    assert point.part == there.posts.get(post, 0)
                    there.posts[post] = there.posts.get(post, 0) + 1
                    there.first.setdefault(post, point.vector[0])
            case RemovePosts():
                self._remove(there, request.posts)
            case ListVectors():
                return frozenset(post for at, post in there.posts if at == request.channel)
            case _:
                raise AssertionError(request)
        return None

    @staticmethod
    def _remove(there: ModelCollection, posts: tuple[Post, ...]) -> None:
        for channel, post in posts:
            for each in list(there.posts):
                if each == (channel, post) or (post == 0 and each[0] == channel):
                    del there.posts[each], there.first[each]
