"""The embedding of claimed posts, and their way into a collection."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from actors.collections import VECTORS_SECONDS
from actors.index_batches import Piecemeal, packed, points, shares
from actors.meaning_messages import KeepIndexed, KeepSpending
from actors.persisting import Persisting, aside
from actors.ports import Asks
from actors.provider_messages import EmbedTexts
from actors.providers.outcomes import Embedded, Embedding, Later, Priority
from actors.rounds import TROUBLE
from actors.tally import Tally
from actors.vector_messages import ReplacePoints
from actors.work_delays import GiveUp, PutBack, after, outage
from runtime import Request
from runtime.clock import Clock
from storage.meaning_rows import CollectionRow
from storage.rows import WorkRow

EMBED_SECONDS = 60.0
"""Seconds the pieces of one request may take."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """How long a worker may make something of what it has claimed, by its clock."""

    last: float
    """What is not begun by then is put back."""
    end: float
    """Then the lease is over: what is written later could replace what others have written."""


@dataclass(slots=True)
class Written:
    """What became of some posts."""

    ok: int = 0
    skipped: int = 0
    failed: int = 0
    given_back: set[WorkRow] = field(default_factory=set)
    """Work that was put back or given up, failed or not: nothing more may be made of it."""


class IndexWriter:
    """Write posts into one collection after another. The worker's own loop only."""

    def __init__(
        self,
        providers: Asks,
        vectors: Asks,
        results: Persisting,
        tally: Tally,
        *,
        clock: Clock,
        now: Callable[[], datetime],
        chance: Callable[[], float],
    ) -> None:
        self._providers = providers
        self._vectors = vectors
        self._results = results
        self._tally = tally
        self._clock = clock
        self._now = now
        self._chance = chance

    async def write(
        self,
        collection: CollectionRow,
        posts: Sequence[Piecemeal],
        *,
        model: str | None,
        term: Term,
    ) -> Written:
        """Write posts; those without text are only said to be there.

        `model` is None for the configured one. What there is no time for is put back. Raises what
        the vectors refuse.
        """
        written = Written()
        blank = [post for post in posts if not post.texts]
        if blank and await self._is_replaced(collection, blank, (), term, written):
            written.skipped += len(blank)
        for batch in packed([post for post in posts if post.texts]):
            await self._embed_and_replace(collection, batch, model, term, written)
        return written

    async def _embed_and_replace(
        self,
        collection: CollectionRow,
        batch: list[Piecemeal],
        model: str | None,
        term: Term,
        written: Written,
    ) -> None:
        if self._clock.now() >= term.last:
            await self._give_back(batch, written)
            return
        outcome = await self._embed(batch, model)
        if isinstance(outcome, Embedded):
            self._tally.answered()
            try:
                if await self._is_replaced(collection, batch, outcome.vectors, term, written):
                    written.ok += len(batch)
            finally:  # it was paid for, whatever the vectors say
                if spendings := shares(batch, outcome.spent):
                    await self._results.put([KeepSpending(spendings=spendings)])
        elif len(batch) > 1 and not outcome.blameless:  # one of them is to blame: find it
            # Not by halves: several failures in a row are taken for an outage.
            for post in batch:
                await self._embed_and_replace(collection, [post], model, term, written)
        else:
            rows = {post.row for post in batch}
            written.failed += len(rows)
            written.given_back |= rows
            self._tally.unanswered(outcome, len(rows), self._now())
            await self.put_aside(rows, outcome)

    async def put_aside(self, rows: Collection[WorkRow], later: Later) -> None:
        """Put work back until it is tried again, or give it up; a removal never is."""
        now = self._now()
        requests: list[Request[Any]] = []
        for row in rows:
            of_row = replace(later, blameless=True) if row.kind == "unindex" else later
            decision = after(of_row, row.attempts, now, self._chance())
            if isinstance(decision, PutBack | GiveUp):
                requests.append(aside(row, decision))
        if await self._results.put(requests):
            self._tally.count(requests)

    async def _embed(self, batch: Sequence[Piecemeal], model: str | None) -> Embedding:
        texts = tuple(text for post in batch for text in post.texts)
        request = EmbedTexts(texts=texts, priority=Priority.INDEX, model=model)
        try:
            outcome = await self._providers.ask(request, timeout=EMBED_SECONDS)
        except TROUBLE as trouble:
            return outage(trouble)
        if isinstance(outcome, Embedded) and model not in (None, outcome.spent.model):
            return Later(reason=f"{model} is not to be had", until=None, blameless=True)
        return outcome

    async def _give_back(self, posts: Collection[Piecemeal], written: Written) -> None:
        """Make work due at once for whoever has the time."""
        rows = {post.row for post in posts}
        await self._results.let_go(rows, self._now(), within=VECTORS_SECONDS)
        written.given_back |= rows

    async def _is_replaced(
        self,
        collection: CollectionRow,
        batch: Sequence[Piecemeal],
        vectors: Sequence[tuple[float, ...]],
        term: Term,
        written: Written,
    ) -> bool:
        """Write what there is of posts in place of what there was, and then say so.

        False if it is too late for that: it may be another's by now, who knows a newer text, or
        who has removed it.
        """
        left = term.end - self._clock.now()
        if left <= 0:
            await self._give_back(batch, written)
            return False
        write = ReplacePoints(
            collection=collection.name,
            posts=tuple(post.post for post in batch),
            points=tuple(points(batch, vectors)),
        )
        await self._vectors.ask(write, timeout=min(VECTORS_SECONDS, left))
        keep = KeepIndexed(
            collection=collection.name,
            rows=tuple(post.row for post in batch if post.texts),
            skipped=tuple(post.row for post in batch if not post.texts),
        )
        await self._results.put([keep])
        return True
