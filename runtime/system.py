"""A set of actors with one beginning and one end."""

from __future__ import annotations

import asyncio
import threading
import time
import warnings
import weakref
from itertools import groupby
from typing import TYPE_CHECKING, Self, TypeVar, Unpack

from runtime import statistics, threads
from runtime.cell import Cell, here
from runtime.clock import Clock, SystemClock
from runtime.errors import AskOnLoop, StartOverdue, StopFromWithin, StopOverdue
from runtime.letters import DeadLetters
from runtime.logs import get_logger
from runtime.messages import Message
from runtime.once import Once
from runtime.ref import ActorRef
from runtime.registry import Registry
from runtime.replies import as_value
from runtime.statistics import ActorStatistics, SystemStatistics
from runtime.terms import Options, decide
from runtime.totals import KindTotals
from runtime.watchdog import Watchdog

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from runtime.actor import Actor

M = TypeVar("M", bound=Message)

log = get_logger("runtime")

KILL_SECONDS = 1.0
"""For all that did not stop in time to end once it is cancelled."""
FORGOTTEN_SECONDS = 2.0
"""For the actors of a system that nobody stopped, at the interpreter's exit."""


class ActorSystem:
    """Start actors, find them by name, stop them in reverse of the order they came in.

    Every method may be called from any thread.
    """

    def __init__(
        self,
        name: str = "actors",
        *,
        grace: float = 2.0,
        stall: float = 1.0,
        expected: int = 100,
        clock: Clock | None = None,
    ) -> None:
        """Name the system.

        A stop leaves running jobs `grace` seconds; a loop whose turn takes `stall` seconds is
        reported; a limit of open files too low for `expected` live actors is warned of; restarts
        and sleep go by `clock`.
        """
        self.name = name
        self.letters = DeadLetters()
        self._grace = grace
        self._clock = clock or SystemClock()
        self._registry = Registry()
        self._watchdog = Watchdog(self._registry.living, stall)
        self._stopped: Once[None] = Once()
        self._forgotten = weakref.finalize(
            self, _stop_forgotten, name, self._registry, self._watchdog
        )
        advice = threads.advice(expected, *threads.limits())
        if advice is not None:
            log.warning("limits.low", advice=advice)

    def __repr__(self) -> str:
        """Show the state that tests and people look for."""
        state = "stopped" if self._registry.closed else "open"
        return f"<ActorSystem {self.name} {state} actors={len(self._registry)}>"

    async def __aenter__(self) -> Self:
        """Enter; the actors end with the block."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop all actors."""
        await self.stop()

    async def spawn(
        self,
        name: str,
        make: Callable[[], Actor[M]],
        *,
        timeout: float = 30.0,
        **options: Unpack[Options],
    ) -> ActorRef[M]:
        """Start an actor and wait until it has started; its failure to do so is raised here."""
        cell, new = self._add(name, make, options)
        if not new:
            raise ValueError(f"an actor named {name} is already running")
        cell.alone = True
        cell.start()
        try:
            failure = await cell.started.wait(timeout)
        except TimeoutError:
            failure = StartOverdue(name)
        except BaseException:
            _give_up(cell)
            raise
        if failure is None:
            return ActorRef(cell)
        _give_up(cell)
        await _wait_gone([cell], time.monotonic() + KILL_SECONDS)
        raise as_value(failure)

    def ensure(
        self, name: str, make: Callable[[], Actor[M]], **options: Unpack[Options]
    ) -> ActorRef[M]:
        """Return the actor of that name, started if there is none; its mailbox accepts at once."""
        cell, new = self._add(name, make, options)
        if new:
            cell.start()
        return ActorRef(cell)

    def register(
        self, name: str, make: Callable[[], Actor[M]], **options: Unpack[Options]
    ) -> ActorRef[M]:
        """Return the actor of that name; if there is none, one that starts at its first message."""
        cell, _ = self._add(name, make, options)
        return ActorRef(cell)

    def statistics(self) -> tuple[ActorStatistics, ...]:
        """Describe every living actor, in the order they came, and then those that failed."""
        cells = self._registry.living() + [cell for cell, _ in self._registry.failed()]
        return tuple(statistics.of(cell) for cell in cells)

    def health(self) -> SystemStatistics:
        """Describe the whole: what has failed, what stalls, and the totals."""
        living, failed = self._registry.living(), self._registry.failed()
        cells = living + [cell for cell, _ in failed]
        return SystemStatistics(
            actors=len(living),
            awake=sum(cell.pulse is not None for cell in living),
            restarts=sum(cell.restarts for cell in cells),
            stalls=sum(cell.stalls for cell in cells),
            dead_letters=self.letters.total,
            stalled=self._watchdog.stalled,
            failed=tuple((down.actor, down.reason) for _, down in failed),
        )

    def totals(self) -> tuple[KindTotals, ...]:
        """Count what the actors of each kind have done, also those that have ended."""
        return self._registry.totals()

    async def dismiss(self, name: str, timeout: float = 15.0) -> None:
        """Stop one actor, if there is one of that name, like `stop` does all."""
        cell = self._registry.get(name)
        if cell is not None:
            _refuse_own([cell])
            await self._stop_cells([[cell]], time.monotonic() + timeout)

    async def stop(self, timeout: float = 15.0) -> None:
        """Stop all actors in reverse of the order they came in, and accept no new ones.

        Each drains its mailbox and gives its jobs the grace before the next is told; neighbours
        that were ensured or registered stop together. After `timeout` seconds in all the rest is
        cancelled. Raises `StopOverdue` if a thread is still alive after that.
        """
        _refuse_own(self._registry.living())
        cells = self._registry.close()
        stuck = [cell for cell, _ in self._registry.failed() if not _is_gone(cell)]
        waves = [list(wave) for _, wave in groupby(reversed(cells), _wave)]
        try:
            await self._stop_cells([stuck, *waves], time.monotonic() + timeout)
        finally:
            self._watchdog.stop()
            self._forgotten.detach()
            self._stopped.set(None)

    def stop_sync(self, timeout: float = 15.0) -> None:
        """Stop all actors and block until they have ended; for threads that run no event loop."""
        try:
            asyncio.get_running_loop()
        except RuntimeError:
            asyncio.run(self.stop(timeout))
        else:
            raise AskOnLoop(self.name)

    def stop_soon(self, timeout: float = 15.0) -> None:
        """Stop all actors from a thread of its own, without waiting: for signals and for actors."""

        def stop() -> None:
            try:
                self.stop_sync(timeout)
            except StopOverdue as error:
                log.error("system.stop_overdue", system=self.name, actors=error.actors)

        threading.Thread(target=stop, name=f"{self.name}-stopping", daemon=True).start()

    async def wait_stopped(self) -> None:
        """Wait until a stop, wherever it was asked for, is over."""
        await self._stopped.wait()

    def _add(self, name: str, make: Callable[[], Actor[M]], options: Options) -> tuple[Cell, bool]:
        terms = decide(self._grace, options)

        def cell() -> Cell:
            self._watchdog.start()
            return Cell(
                name,
                make,
                terms,
                clock=self._clock,
                letters=self.letters,
                asks=self._registry.kind(name).asks,
                on_end=self._registry.remove,
            )

        return self._registry.add(name, cell)

    async def _stop_cells(self, waves: Iterable[list[Cell]], deadline: float) -> None:
        cells = [cell for wave in waves for cell in wave]
        try:
            for wave in waves:
                for cell in wave:
                    cell.stop()
                await _wait_gone(wave, deadline)
        finally:
            left = [cell for cell in cells if not _is_gone(cell)]
            for cell in left:
                cell.stop()
                cell.kill()
        await _wait_gone(left, time.monotonic() + KILL_SECONDS)
        stuck = [cell for cell in left if not _is_gone(cell)]
        for cell in stuck:
            cell.overdue("it did not stop in time")
        if stuck:
            raise StopOverdue(", ".join(cell.name for cell in stuck))


def _refuse_own(cells: list[Cell]) -> None:
    own = getattr(here, "cell", None)
    if own in cells:
        raise StopFromWithin(own.name)


def _give_up(cell: Cell) -> None:
    cell.stop("its spawner does not wait for it")
    cell.kill()


def _wave(cell: Cell) -> Cell | None:
    """Tell apart who stops alone from who stops with its neighbours."""
    return cell if cell.alone else None


def _is_gone(cell: Cell) -> bool:
    thread = cell.thread
    return cell.ended.is_set and (thread is None or not thread.is_alive())


async def _wait_gone(cells: list[Cell], deadline: float) -> None:
    """Wait until these have ended and their threads with them, or until the deadline."""
    for cell in cells:
        try:
            await cell.ended.wait(max(0.0, deadline - time.monotonic()))
        except TimeoutError:
            continue
        # Its loop is closed by now: the thread is only returning.
        while not _is_gone(cell) and time.monotonic() < deadline:  # noqa: ASYNC110  threads tell none
            await asyncio.sleep(0.001)


def _stop_forgotten(name: str, registry: Registry, watchdog: Watchdog) -> None:
    """End the actors of a system that was collected, or is still open at exit."""
    cells = list(reversed(registry.close()))
    awake = [cell for cell in cells if cell.pulse is not None]
    watchdog.stop()
    for cell in cells:
        cell.stop("its system was forgotten")
    if not awake:
        return
    names = ", ".join(cell.name for cell in awake)
    warnings.warn(
        f"the actor system {name} was never stopped, still running: {names}. "
        "Use `async with ActorSystem()`, or await its `stop`.",
        ResourceWarning,
        stacklevel=2,
    )
    deadline = time.monotonic() + FORGOTTEN_SECONDS
    for cell in awake:
        try:
            cell.ended.wait_sync(max(0.0, deadline - time.monotonic()))
        except TimeoutError:
            cell.kill()
