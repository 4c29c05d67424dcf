"""The actor that has posts indexed."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator, Callable, Collection, Iterable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime
from typing import assert_never

from actors.collections import VECTORS_SECONDS, Collections
from actors.comparing import Comparing
from actors.index_batches import Piecemeal, sorted_out
from actors.index_writer import IndexWriter, Term, Written
from actors.meaning_messages import ClaimWork, FinishWork, LoadCollections, NextWork
from actors.persisting import Persisting
from actors.ports import Asks
from actors.rounds import LEASE, TICK_SECONDS, TROUBLE, Rounds, until_due, utc_now
from actors.settling import settled
from actors.tally import Tally
from actors.vector_messages import RemovePosts
from actors.work_delays import outage
from actors.worker_messages import DescribeWorker, SettleWork, WorkArrived, WorkerMessage
from runtime import Actor, ActorError
from runtime.clock import Clock, SystemClock
from runtime.logs import get_logger
from storage.meaning_rows import WorkItem
from storage.rows import WorkKind, WorkRow
from storage.vectors.errors import VectorsError

log = get_logger("actors")

POSTS_AT_ONCE = 32
REMOVALS_AT_ONCE = 100
LOOK_OVER_SECONDS = 3600.0
"""How often what is in the collections is compared with what is said to be."""
STOP_SECONDS = 2.0


class IndexerActor(Actor[WorkerMessage]):
    """Claim posts, have them embedded, and keep the collections as the store says they are."""

    refusals = TROUBLE

    def __init__(
        self,
        store: Asks,
        providers: Asks,
        vectors: Asks,
        *,
        worker: str = "indexer",
        cap: int | None = None,
        clock: Clock | None = None,
        now: Callable[[], datetime] = utc_now,
        chance: Callable[[], float] = random.random,
    ) -> None:
        """Describe it; `cap` is how many tokens an account may spend a day, if these cost any.

        `worker` is the name in which it claims.
        """
        self._store = store
        self._worker = worker
        self._vectors = vectors
        self._cap = cap
        self._clock = clock or SystemClock()
        self._now = now
        self._chance = chance
        self._tally = Tally()
        self._rounds = Rounds("indexer", self._round, self._clock, chance=chance)
        self._results = Persisting(store, self._clock, lease=LEASE)
        self._collections = Collections(store, providers, vectors, self._clock)
        self._comparing = Comparing(store, vectors, self._collections)
        self._writer = IndexWriter(
            providers,
            vectors,
            self._results,
            self._tally,
            clock=self._clock,
            now=now,
            chance=chance,
        )
        self._held: set[WorkRow] = set()  # claimed, and not yet handed back to the store
        self._look_over_at = self._clock.now()

    async def started(self) -> None:
        """Begin to look for work."""
        self._results.ending = False
        self._look_over_at = self._clock.now()
        self._rounds.start()

    async def stopped(self) -> None:
        """Begin nothing more; what was claimed and is not written is due again at once."""
        self._results.ending = True
        await self._rounds.stop()
        await self._results.let_go(self._held, self._now(), within=STOP_SECONDS)
        self._held.clear()

    async def handle(self, message: WorkerMessage, /) -> object:
        """Look for work at once, or tell how it goes."""
        match message:
            case WorkArrived():
                self._rounds.wake()
                return None
            case SettleWork():
                self._rounds.wake()
                kinds: tuple[WorkKind, ...] = ("index", "unindex")
                return self.job(
                    settled(self._store, self._clock, message.account, message.within, *kinds)
                )
            case DescribeWorker():
                losses = (self._collections.behind, self._comparing.lost)
                told = self._tally.status("indexer", len(self._held), self._rounds.trouble, *losses)
                return replace(told, healing=losses != (None, None))
            case _:
                assert_never(message)

    async def _round(self) -> float:
        """Do some of each kind of work, and rest if there is none."""
        if not self._collections.rows and not await self._is_needed():
            return 0.0 if await self._remove() else TICK_SECONDS
        try:
            if self._clock.now() >= self._look_over_at or not await self._collections.intact():
                await self._look_over()
            worked = await self._remove()
            rest = self._tally.rest(self._now())
            worked = (rest <= 0 and await self._index()) or worked
            worked = await self._comparing.one() or worked
            if not worked:
                await self._collections.complete()
                self._comparing.lost = None
        except (VectorsError, ActorError):
            self._look_over_at = self._clock.now()  # they may have come to harm
            raise
        if worked:
            return 0.0
        if rest > 0:
            return min(rest, TICK_SECONDS)
        return await until_due(self._store, self._now(), "index", "unindex")

    async def _is_needed(self) -> bool:
        """Whether anything was ever to be indexed: before that no model need be loaded."""
        if await self._store.ask(LoadCollections(counted=False)):
            return True
        return await self._store.ask(NextWork(kind="index")) is not None

    async def _look_over(self) -> None:
        await self._collections.look_over()
        await self._comparing.begin()
        self._look_over_at = self._clock.now() + LOOK_OVER_SECONDS

    async def _remove(self) -> bool:
        """Take out of every collection what is not held any more."""
        items = await self._claim("unindex", REMOVALS_AT_ONCE)
        rows = tuple(item.row for item in items)
        posts = tuple((row.channel_id, row.post_id) for row in rows)
        async with self._holding(rows):
            for name in await self._collections.names() if rows else ():
                remove = RemovePosts(collection=name, posts=posts)
                await self._vectors.ask(remove, timeout=VECTORS_SECONDS)
            if rows:
                await self._results.put([FinishWork(rows=rows)])
        return bool(rows)

    async def _index(self) -> bool:
        """Write posts into every collection that they are missing in."""
        claimed = self._clock.now()  # before it is: the store's answer may be slow
        items = await self._claim("index", POSTS_AT_ONCE)
        if not items:
            return False
        term = Term(last=claimed + LEASE / 2, end=claimed + LEASE)
        async with self._holding([item.row for item in items]):
            requests, posts = sorted_out(items, self._now(), self._chance())
            await self._results.put(requests)
            left = {post.row: post for post in posts}
            for name, collection in self._collections.rows.items():
                missing = [post for post in left.values() if name in post.item.missing_in]
                model = None if name == self._collections.configured else collection.model
                written = await self._writer.write(collection, missing, model=model, term=term)
                left = {row: post for row, post in left.items() if row not in written.given_back}
                self._report(name, written)
            await self._pass_over(left.values())
        return True

    async def _pass_over(self, posts: Iterable[Piecemeal]) -> None:
        """See to it that posts are not kept for a collection that was not known here."""
        used = self._collections.rows.keys()
        rows = {post.row for post in posts if not used >= set(post.item.missing_in)}
        if rows:
            await self._results.let_go(rows, self._now(), within=STOP_SECONDS)
            self._look_over_at = self._clock.now()

    async def _claim(self, kind: WorkKind, n: int) -> tuple[WorkItem, ...]:
        claim = ClaimWork(kind=kind, worker=self._worker, n=n, lease=LEASE, cap=self._cap)
        return await self._store.ask(claim)

    @asynccontextmanager
    async def _holding(self, rows: Collection[WorkRow]) -> AsyncIterator[None]:
        """Answer for claimed work: if the vectors refuse, it is tried again later."""
        self._held.update(rows)
        try:
            yield
        except TROUBLE as trouble:
            await self._writer.put_aside(rows, outage(trouble))
            self._held.difference_update(rows)
            raise
        self._held.difference_update(rows)

    def _report(self, collection: str, written: Written) -> None:
        if collection == self._collections.configured:
            self._tally.ok += written.ok
            self._tally.skipped += written.skipped
        log.info(
            "posts.indexed",
            collection=collection,
            ok=written.ok,
            skipped=written.skipped,
            failed=written.failed,
        )
