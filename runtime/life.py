"""The incarnations of one actor, one after another, on its own thread."""

from __future__ import annotations

import asyncio
import random
from typing import TYPE_CHECKING, Any

import anyio

from runtime.errors import Escalated
from runtime.incarnation import Ending, Incarnation
from runtime.logs import get_logger
from runtime.restart import Record
from runtime.terms import Down

if TYPE_CHECKING:
    from collections.abc import Callable

    from runtime.actor import Actor
    from runtime.cell import Cell

log = get_logger("runtime")


class Life:
    """What happens on an actor's thread; it outlasts the thread while the actor sleeps."""

    def __init__(self, cell: Cell, make: Callable[[], Actor[Any]]) -> None:
        self.loop: asyncio.AbstractEventLoop | None = None
        self.incarnation: Incarnation | None = None
        self.failure: BaseException | None = None  # why it could not start, for its spawner
        self.refusal: BaseException | None = None  # the same, for those who ask
        self._cell = cell
        self._make = make
        self._kept: Actor[Any] | None = None
        self._record = Record(cell.terms.intensity, cell.terms.backoff)
        self._pausing: anyio.CancelScope | None = None
        self._task: asyncio.Task[Any] | None = None

    async def main(self) -> Down | None:
        """Live until the end, or until asleep: then None."""
        self._task = asyncio.current_task()
        self.loop = asyncio.get_running_loop()
        try:
            while True:
                self.incarnation = Incarnation(self._cell, self._make, self._kept)
                ending = await self.incarnation.live()
                down, again = await self._after(ending, self.incarnation)
                if not again:
                    return down
        finally:
            self.loop = self._task = self.incarnation = None

    def told_to_stop(self) -> None:
        """Neither wait nor start any longer, if nothing accepted needs it."""
        if self._pausing is not None:
            self._pausing.cancel()
        elif self.incarnation is not None:
            self.incarnation.told_to_stop()

    def cancel(self) -> None:
        """Cancel everything."""
        if self._task is not None:
            self._task.cancel()

    async def _after(self, ending: Ending, last: Incarnation) -> tuple[Down | None, bool]:
        """Decide what follows an incarnation: an end, sleep, or another one."""
        cell, closed = self._cell, self._cell.mailbox.work.closed
        if cell.ended.is_set or ending is Ending.DONE:
            return Down(cell.name, closed or "it was told to", failed=False), False
        if cell.eager and not cell.started.is_set:
            return self._could_not_start(last), False
        if ending is Ending.REFUSED and last.refusal is not None:
            if cell.terms.idle is None and cell.eager:
                last.crashed(last.refusal)
                ending = Ending.CRASHED
            else:
                cell.refuse_waiting(last.refusal)
        if ending is Ending.CRASHED:
            self._kept = None
            return await self._restart(last)
        self._kept = last.actor
        return self._sleep()

    def _could_not_start(self, last: Incarnation) -> Down:
        cell = self._cell
        if last.refusal is not None:
            cell.last_error = f"{type(last.refusal).__name__}: {last.refusal}".rstrip(": ")
        self.refusal = last.refusal
        self.failure = last.refusal or last.fault
        return Down(cell.name, f"it could not start: {cell.last_error}", failed=True)

    def _sleep(self) -> tuple[Down | None, bool]:
        cell = self._cell
        cell.state = "asleep"
        if cell.mailbox.leave():
            log.debug("actor.asleep", actor=cell.name)
            return None, False
        if cell.mailbox.work.closed is not None and cell.mailbox.depth == 0:
            return Down(cell.name, cell.mailbox.work.closed, failed=False), False
        cell.state = "starting"
        cell.wakes += 1
        return None, True

    async def _restart(self, last: Incarnation) -> tuple[Down | None, bool]:
        cell = self._cell
        delay = self._record.crashed(last.started_at, cell.clock.now(), random.random())  # noqa: S311
        if delay is None:
            return self._give_up(), False
        cell.state = "restarting"
        cell.restarts += 1
        log.info("actor.restarts", actor=cell.name, restarts=cell.restarts, seconds=round(delay, 3))
        with anyio.CancelScope() as self._pausing:
            if cell.mailbox.work.closed is None and delay > 0:
                await cell.clock.sleep(delay)
        self._pausing = None
        closed = cell.mailbox.work.closed
        if closed is not None and cell.mailbox.depth == 0:
            return Down(cell.name, closed, failed=False), False
        cell.state = "starting"
        return None, True

    def _give_up(self) -> Down:
        cell = self._cell
        log.error("actor.gave_up", actor=cell.name, restarts=cell.restarts, cause=cell.last_error)
        if cell.terms.parent is not None:
            cell.terms.parent.crash_soon(Escalated(cell.name, str(cell.last_error)))
        return Down(cell.name, f"it crashed too often, last by {cell.last_error}", failed=True)
