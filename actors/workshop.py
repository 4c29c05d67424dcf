"""The actors around the meaning of posts: vectors, providers, search, and the two workers."""

from __future__ import annotations

import asyncio
import contextlib

from actors.indexer import IndexerActor
from actors.meaning_messages import BeginWork, LoadCollections
from actors.messages import StoreMessage
from actors.provider_messages import ProvidersMessage
from actors.search_messages import SearchMessage
from actors.settings import Settings
from actors.tagger import TaggerActor
from actors.vector_homes import EmbeddedVectors, ServedVectors, VectorsHome
from actors.vector_messages import CountVectors, VectorsMessage
from actors.vectors import DescribeVectors, VectorsStatus
from actors.worker_messages import (
    DescribeWorker,
    SettleWork,
    WorkArrived,
    WorkerMessage,
    WorkerStatus,
)
from runtime import (
    Actor,
    ActorError,
    ActorRef,
    ActorStopped,
    ActorSystem,
    Intensity,
    MailboxFull,
)

RELEASE_SECONDS = 10.0
"""For a worker: what it has an answer for is kept, the rest is given back."""
GRACE_SECONDS = 15.0
"""For an answer about settling, beside the time it was given."""


class Workshop:
    """Vectors, providers and search start when they are first needed; the workers when told to."""

    def __init__(
        self,
        system: ActorSystem,
        settings: Settings,
        store: ActorRef[StoreMessage],
        intensity: Intensity,
    ) -> None:
        self._system = system
        self._settings = settings
        self._store = store
        self._intensity = intensity
        self._workers: tuple[ActorRef[WorkerMessage], ...] = ()
        self.vectors: ActorRef[VectorsMessage | DescribeVectors] = system.register(
            "vectors", self._make_vectors, intensity=intensity
        )
        self.providers: ActorRef[ProvidersMessage] = system.register(
            "providers", self._make_providers, intensity=intensity
        )
        self.search: ActorRef[SearchMessage] = system.register(
            "search", self._make_search, intensity=intensity
        )

    async def begin(self) -> None:
        """Start the workers, with what those of a process that was killed here had begun."""
        worker = await self._store.ask(BeginWork())
        cap = self._settings.tokens_per_day
        free = self._settings.embeddings == "local"
        tagger = await self._system.spawn(
            "tagger",
            lambda: TaggerActor(self._store, self.providers, worker=worker, cap=cap),
            intensity=self._intensity,
            release_within=RELEASE_SECONDS,
        )
        indexer = await self._system.spawn(
            "indexer",
            lambda: IndexerActor(
                self._store,
                self.providers,
                self.vectors,
                worker=worker,
                cap=None if free else cap,
            ),
            intensity=self._intensity,
            release_within=RELEASE_SECONDS,
        )
        self._workers = (tagger, indexer)

    def wake(self) -> None:
        """Have the workers look for work at once; they do by themselves, a little later."""
        for worker in self._workers:
            with contextlib.suppress(MailboxFull, ActorStopped):
                worker.tell(WorkArrived())

    async def settle(self, account: int, within: float) -> bool:
        """Wait until no work of an account's channels is due, at most so many seconds.

        Tells whether that is so; at once where no worker runs.
        """
        request = SettleWork(account=account, within=within)
        asks = [each.ask(request, timeout=within + GRACE_SECONDS) for each in self._workers]
        try:
            return all(await asyncio.gather(*asks))
        except ActorError:  # a worker that has crashed begins again, and its work is not lost
            return False

    async def count(self) -> int:
        """Count the posts in the vectors of the active collection; 0 if there is none."""
        rows = await self._store.ask(LoadCollections(counted=False))
        active = next((row.name for row in rows if row.state == "active"), None)
        return 0 if active is None else await self.vectors.ask(CountVectors(collection=active))

    async def describe_vectors(self) -> VectorsStatus:
        """Tell how the store of vectors is doing."""
        return await self.vectors.ask(DescribeVectors())

    async def describe(self) -> tuple[WorkerStatus, ...]:
        """Tell how the workers are doing; nothing where none runs."""
        asks = [each.ask(DescribeWorker()) for each in self._workers]
        return tuple(await asyncio.gather(*asks))

    def _make_vectors(self) -> Actor[VectorsMessage | DescribeVectors]:
        from actors.vectors import VectorsActor  # noqa: PLC0415  on its own thread

        return VectorsActor(_home(self._settings))

    def _make_providers(self) -> Actor[ProvidersMessage]:
        from actors.providers.actor import ProvidersActor  # noqa: PLC0415  on its own thread

        return ProvidersActor(self._settings)

    def _make_search(self) -> Actor[SearchMessage]:
        from actors.search import SearchActor  # noqa: PLC0415  on its own thread

        cap = self._settings.tokens_per_day
        return SearchActor(self._store, self.vectors, self.providers, cap=cap)


def _home(settings: Settings) -> VectorsHome:
    if settings.qdrant_url is None:
        return EmbeddedVectors(settings.data)
    key = settings.qdrant_key
    return ServedVectors(settings.qdrant_url, None if key is None else key.get_secret_value())
