"""What a worker's results come to in the store, kept trying until they are there."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from typing import Any

from actors.meaning_messages import DelayWork, GiveUpWork
from actors.ports import Asks
from actors.rounds import TROUBLE
from actors.work_delays import GiveUp, PutBack
from runtime import Request
from runtime.clock import Clock
from runtime.logs import get_logger
from storage.rows import WorkRow

log = get_logger("actors")

STORE_SECONDS = 30.0
FIRST_PAUSE = 0.5
MOST_PAUSE = 15.0
CLOSED = "the program was closed while it was at it"


def aside(row: WorkRow, decision: PutBack | GiveUp) -> DelayWork | GiveUpWork:
    """Return what is asked of the store when work is put back, or given up."""
    match decision:
        case PutBack():
            return DelayWork(
                row=row, until=decision.until, reason=decision.reason, failed=decision.failed
            )
        case GiveUp():
            return GiveUpWork(row=row, reason=decision.reason)


class Persisting:
    """Hand results to the store; a store that is down for a while costs no answer paid for.

    Each is harmless twice: what was finished counts once, by its lease.
    """

    def __init__(self, store: Asks, clock: Clock, *, lease: float) -> None:
        """Describe it: after `lease` seconds the work is another worker's, and the result void."""
        self._store = store
        self._clock = clock
        self._lease = lease
        self.ending = False
        """Whether there is no time left to try anything again."""

    async def put(self, requests: Sequence[Request[Any]]) -> bool:
        """Have each request answered, in order; False if the store did not in time."""
        last = self._clock.now() + self._lease
        for request in requests:
            if not await self._put(request, lambda: not self.ending and self._clock.now() < last):
                return False
        return True

    async def let_go(self, rows: Collection[WorkRow], now: datetime, *, within: float) -> None:
        """Make work due at once for whoever comes next; what is not reached has its lease."""
        back = [PutBack(now, row.reason or CLOSED, failed=False) for row in rows]
        asks = [
            self._store.ask(aside(row, each), timeout=within)
            for row, each in zip(rows, back, strict=True)
        ]
        await asyncio.gather(*asks, return_exceptions=True)

    async def _put(self, request: Request[Any], go_on: Callable[[], bool]) -> bool:
        pause = FIRST_PAUSE
        while True:
            try:
                await self._store.ask(request, timeout=STORE_SECONDS)
            except TROUBLE as trouble:
                if not go_on():
                    log.warning("result.lost", what=type(request).__name__, error=str(trouble))
                    return False
                await self._clock.sleep(pause)
                pause = min(2 * pause, MOST_PAUSE)
            else:
                return True
