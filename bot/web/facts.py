"""What is known of the service at a moment, and of which parts nothing is."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from actors.messages import LoadAccount
from bot.web.aside import Aside
from bot.web.parts import Part
from storage.space import free_megabytes

if TYPE_CHECKING:
    from actors.house import HouseStatistics
    from actors.providers.outcomes import ProviderStatus
    from actors.vectors import VectorsStatus
    from actors.worker_messages import WorkerStatus
    from bot.web.service import Bot, Service
    from storage.freshness import Observed

VECTORS_KEPT: Final = 15.0
"""Seconds: counting what a collection holds takes a while."""
COUNTED_KEPT: Final = 1.0
"""Seconds: counting ten thousand actors takes a tenth of one."""
_NOBODY: Final = 0  # no account's id, so that looking for it finds nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Everything that is known; None: not to be had within its time."""

    at: datetime
    statistics: HouseStatistics
    database: bool | None
    observed: Observed | None
    providers: tuple[ProviderStatus, ...] | None
    """Empty as long as nobody has needed one."""
    workers: tuple[WorkerStatus, ...] | None
    """Empty where nobody tags and indexes."""
    vectors: VectorsStatus | None
    indexed: int | None
    """Posts in the collection that answers, as counted in the vector store."""
    free: int | None
    """Megabytes where the data lies."""
    floor: int
    """Fewer are too few; 0: a server of one's own keeps the data."""
    bot: Bot

    def state(self, actor: str) -> str | None:
        """Return the state of an actor that is one of its kind; None: there is none."""
        found = (each.state for each in self.statistics.actors if each.name == actor)
        return next(found, None)

    @property
    def missing(self) -> tuple[str, ...]:
        """Of which parts nothing is known."""
        found = {
            "database": self.database,
            "freshness": self.observed,
            "providers": self.providers,
            "workers": self.workers,
        }
        return tuple(name for name, value in found.items() if value is None)


class Lookout:
    """Looks at everything side by side. One loop only."""

    def __init__(self, service: Service) -> None:
        settings = service.settings
        self._service = service
        self._counting = asyncio.Lock()
        self.aside = Aside("watch")
        """For what there is to count, and to put together."""
        self._statistics: HouseStatistics | None = None
        self._counted_at = 0.0
        self._floor = settings.free_space_mb if settings.dsn is None else 0
        self._database = Part("database", self._ask_database)
        self._observed = Part("freshness", self._observe)
        self._providers = Part("providers", self._ask_providers)
        self._workers = Part("workers", self._ask_workers)
        self._vectors = Part("vectors", self._ask_vectors)
        self._indexed = Part("indexed", self._count, kept=VECTORS_KEPT)
        self._disk = Aside("disk")
        self._free = Part("disk", lambda: self._disk.do(partial(free_megabytes, settings.data)))
        self._parts: tuple[Part[Any], ...] = (
            self._database,
            self._observed,
            self._providers,
            self._workers,
            self._vectors,
            self._indexed,
            self._free,
        )

    async def facts(self) -> Facts:
        """Return what is known now, within a second or a little more."""
        statistics = await self._counted()
        await asyncio.gather(*(each.get() for each in self._parts))
        return Facts(
            at=datetime.now(UTC),
            statistics=statistics,
            database=self._database.known,
            observed=self._observed.known,
            providers=self._providers.known,
            workers=self._workers.known,
            vectors=self._vectors.known,
            indexed=self._indexed.known,
            free=self._free.known,
            floor=self._floor,
            bot=self._service.bot,
        )

    async def end(self) -> None:
        """Break off what is under way."""
        await asyncio.gather(*(each.end() for each in self._parts))
        self._disk.end()
        self.aside.end()

    def _is_awake(self, actor: str) -> bool:
        """Whether an actor has been needed: a look must not be what loads a model."""
        counted = self._statistics
        actors = () if counted is None else counted.actors
        return any(each.name == actor and each.state != "asleep" for each in actors)

    async def _counted(self) -> HouseStatistics:
        """Count what actors did, beside the loop: they may be many."""
        now = asyncio.get_running_loop().time()
        async with self._counting:
            if self._statistics is None or now - self._counted_at > COUNTED_KEPT:
                self._statistics = await self.aside.do(self._service.house.statistics)
                self._counted_at = asyncio.get_running_loop().time()
            return self._statistics

    async def _ask_database(self) -> bool:
        await self._service.house.store.ask(LoadAccount(account=_NOBODY))
        return True

    async def _ask_providers(self) -> tuple[ProviderStatus, ...]:
        return await self._service.house.providers() if self._is_awake("providers") else ()

    async def _observe(self) -> Observed:
        return await self._service.house.freshness()

    async def _ask_workers(self) -> tuple[WorkerStatus, ...]:
        return await self._service.house.workers()

    async def _ask_vectors(self) -> VectorsStatus:
        return await self._service.house.vectors_status()  # opens nothing that is not there yet

    async def _count(self) -> int | None:
        return await self._service.house.vectors() if self._is_awake("vectors") else None
