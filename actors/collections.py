"""The collections of vectors in use: the configured model's, and the one that answers.

Theory of operation. Each model has a collection of its own. The first answers from its beginning.
When the model is changed, the old collection goes on answering while the new one is built beside
it; once everything is in the new one it answers, and the old one is dropped. A collection that is
known and neither of the two was left behind, and is dropped. What nobody here has made is not
touched.
"""

from __future__ import annotations

from actors.index_batches import collection_name
from actors.meaning_messages import (
    ActivateCollection,
    BeginCollection,
    ForgetCollection,
    LoadCollections,
)
from actors.ports import Asks
from actors.provider_messages import DescribeEmbeddings
from actors.reasons import WorkerWhy
from actors.vector_messages import DropCollection, EnsureCollection, ListCollections
from runtime.clock import Clock
from runtime.logs import get_logger
from storage.meaning_rows import CollectionRow

log = get_logger("actors")

MODEL_SECONDS = 120.0
"""Seconds in which it must be known which model embeds; one on this machine may have to load."""
VECTORS_SECONDS = 60.0
LONG_SECONDS = 600.0
"""Seconds in which every post becomes work."""
INTACT_SECONDS = 60.0
"""How often it is seen whether the collections are those that were written to."""
_BEHIND = 10  # one post of so many misses


class Collections:
    """What is to be indexed into. The worker's own loop only."""

    def __init__(self, store: Asks, providers: Asks, vectors: Asks, clock: Clock) -> None:
        self._store = store
        self._providers = providers
        self._vectors = vectors
        self._clock = clock
        self._seen_at = clock.now()
        self.rows: dict[str, CollectionRow] = {}
        """The collections in use by name, the configured model's first."""
        self.behind: WorkerWhy | None = None
        """Why less is found than is held, if that is so."""

    @property
    def configured(self) -> str:
        """The name of the configured model's collection."""
        return next(iter(self.rows), "")

    async def look_over(self) -> None:
        """See that the collections in use are there and are those that were written to."""
        request = DescribeEmbeddings()
        model, dimension = await self._providers.ask(request, timeout=MODEL_SECONDS)
        name = collection_name(model, dimension)
        known = {row.name: row for row in await self._store.ask(LoadCollections())}
        epoch = await self._ensure(name, dimension)
        begin = BeginCollection(name=name, model=model, dimension=dimension, epoch=epoch)
        row = await self._store.ask(begin, timeout=LONG_SECONDS)
        before = known.pop(name, None)
        self.rows = {name: row, **await self._others(known, row)}
        self._seen_at = self._clock.now()
        if before is not None and before.epoch != epoch and before.posts:
            self.behind = "lost"
            log.warning("vectors.lost", collection=name, posts=before.posts)
        elif before is not None and _is_behind(row) and row.state == "active":
            self.behind = self.behind or "behind"

    async def intact(self) -> bool:
        """Whether those in use are the ones that were written to, as far as was seen of late.

        Where nothing is written, nobody would notice for long that one was lost.
        """
        if self._clock.now() - self._seen_at < INTACT_SECONDS:
            return True
        self._seen_at = self._clock.now()
        for name, row in self.rows.items():
            if await self._ensure(name, row.dimension) != row.epoch:
                return False
        return True

    async def names(self) -> frozenset[str]:
        """Return the names of all collections that anybody writes to: others may use another."""
        known = await self._store.ask(LoadCollections(counted=False))
        return frozenset({*self.rows, *(row.name for row in known)})

    async def complete(self) -> None:
        """Now that nothing is due: let a collection answer that was built, drop the old one."""
        row = self.rows[self.configured]
        if row.state == "building":
            activate = ActivateCollection(name=row.name)
            if await self._store.ask(activate, timeout=LONG_SECONDS):
                log.info("collection.activated", collection=row.name)
                await self.look_over()
        if self.behind is not None:
            known = {each.name: each for each in await self._store.ask(LoadCollections())}
            if row.name in known and not _is_behind(known[row.name]):
                self.behind = None

    async def _others(
        self, known: dict[str, CollectionRow], configured: CollectionRow
    ) -> dict[str, CollectionRow]:
        """Return the one that still answers in the configured one's place; drop all others."""
        there = await self._vectors.ask(ListCollections(), timeout=VECTORS_SECONDS)
        kept: dict[str, CollectionRow] = {}
        for name, row in known.items():
            answers = row.state == "active" and configured.state == "building" and name in there
            if answers and await self._ensure(name, row.dimension) == row.epoch:
                kept[name] = row
            else:
                await self._drop(name)
        return kept

    async def _ensure(self, name: str, dimension: int) -> str:
        request = EnsureCollection(collection=name, dimension=dimension)
        return await self._vectors.ask(request, timeout=VECTORS_SECONDS)

    async def _drop(self, name: str) -> None:
        await self._vectors.ask(DropCollection(collection=name), timeout=VECTORS_SECONDS)
        await self._store.ask(ForgetCollection(name=name), timeout=LONG_SECONDS)
        log.info("collection.dropped", collection=name)


def _is_behind(row: CollectionRow) -> bool:
    return row.missing * _BEHIND > row.posts + row.missing
