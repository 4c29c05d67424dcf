"""The rounds of a worker: look for work, do it, rest, for as long as its actor lives."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import anyio

from actors.meaning_messages import NextWork
from actors.ports import Asks
from runtime import ActorError, Refusal
from runtime.clock import Clock
from runtime.logs import get_logger
from storage.errors import StorageError
from storage.rows import WorkKind

log = get_logger("actors")

TROUBLE = (Refusal, ActorError, StorageError)
"""What others answer when they cannot: no worker dies of it."""

LEASE = 120.0
"""Seconds until the work of a worker that was killed is another's."""
TICK_SECONDS = 5.0
"""Work is looked for at least as often, should nobody have told of it."""
SOON_SECONDS = 0.2
"""The rest before work that is due and could not be claimed just now."""
FIRST_REST = 1.0
MOST_REST = 30.0
"""Seconds between rounds that end in trouble: doubled each time, up to this."""
LET_END = 1.0
"""Seconds a round may take to end when the worker is stopped; then it is cancelled."""


def utc_now() -> datetime:
    """Return the time."""
    return datetime.now(UTC)


async def until_due(store: Asks, now: datetime, *kinds: WorkKind) -> float:
    """Return for how many seconds a worker that has found nothing may rest."""
    due = [await store.ask(NextWork(kind=kind)) for kind in kinds]
    rests = [(each - now).total_seconds() for each in due if each is not None]
    return min(max(min(rests, default=TICK_SECONDS), SOON_SECONDS), TICK_SECONDS)


class Rounds:
    """Make one round after another. The actor's own loop only."""

    def __init__(
        self,
        worker: str,
        round_: Callable[[], Awaitable[float]],
        clock: Clock,
        *,
        chance: Callable[[], float] = random.random,
    ) -> None:
        """Describe them: `round_` answers how many seconds to rest, 0 for going on at once."""
        self._worker = worker
        self._round = round_
        self._clock = clock
        self._chance = chance
        self._woken = anyio.Event()
        self._over = anyio.Event()
        self._running: asyncio.Task[None] | None = None
        self.trouble: str | None = None
        """What the last round ended in, if it was trouble."""

    def start(self) -> None:
        """Begin."""
        self._over = anyio.Event()
        self._running = asyncio.create_task(self._run())

    def wake(self) -> None:
        """End the rest between two rounds; the one after trouble goes on."""
        self._woken.set()

    async def stop(self) -> None:
        """Let the round end that runs, and begin no other."""
        self._over.set()
        self._woken.set()
        running, self._running = self._running, None
        if running is None:
            return
        await asyncio.wait({running}, timeout=LET_END)
        running.cancel()
        await asyncio.wait({running}, timeout=LET_END)

    async def _run(self) -> None:
        failures = 0
        while not self._over.is_set():
            self._woken = anyio.Event()
            try:
                rest = await self._round()
            except Exception as trouble:  # noqa: BLE001  whatever a round meets, another follows
                failures += 1
                self._tell(trouble)
                await self._rest(self._pause(failures), self._over)
            else:
                failures, self.trouble = 0, None
                await self._rest(rest, self._woken)

    async def _rest(self, seconds: float, or_until: anyio.Event) -> None:
        if seconds <= 0:
            await asyncio.sleep(0)  # others on this loop get their turn
            return
        async with anyio.create_task_group() as group:
            group.start_soon(self._set_after, seconds, over := anyio.Event())
            group.start_soon(self._set_when, or_until, over)
            await over.wait()
            group.cancel_scope.cancel()

    async def _set_after(self, seconds: float, over: anyio.Event) -> None:
        await self._clock.sleep(seconds)
        over.set()

    async def _set_when(self, event: anyio.Event, over: anyio.Event) -> None:
        await event.wait()
        over.set()

    def _pause(self, failures: int) -> float:
        return min(FIRST_REST * 2.0 ** min(failures - 1, 10), MOST_REST) * (1 + self._chance() / 4)

    def _tell(self, trouble: Exception) -> None:
        told = (
            str(trouble) if isinstance(trouble, TROUBLE) else f"a fault: {type(trouble).__name__}"
        )
        if told != self.trouble:  # once, however long it lasts
            expected = isinstance(trouble, TROUBLE)
            log.warning(
                "worker.trouble",
                worker=self._worker,
                error=told,
                exc_info=None if expected else trouble,
            )
        self.trouble = told
