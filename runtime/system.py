"""A set of actors with one beginning and one end."""

from __future__ import annotations

import asyncio
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self, TypeVar

from runtime.cell import Cell
from runtime.errors import ActorStopped, StopOverdue
from runtime.messages import Message
from runtime.ref import ActorRef
from runtime.restart import Intensity

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future

    from runtime.actor import Actor

M = TypeVar("M", bound=Message)

DEFAULT_BOUND = 1000
"""Messages a mailbox accepts before it refuses."""


@dataclass(frozen=True, slots=True)
class ActorStatistics:
    """How one actor is doing."""

    name: str
    state: str
    depth: int
    handled: int
    restarts: int
    last_error: str | None


class ActorSystem:
    """Start actors, find them by name, stop them in reverse order of their start.

    Every method may be called from any thread.
    """

    def __init__(self, name: str = "actors", *, grace: float = 2.0) -> None:
        """Name the system; `grace` is how many seconds a stop leaves running jobs to finish."""
        self.name = name
        self._grace = grace
        self._lock = threading.Lock()
        self._cells: dict[str, Cell] = {}
        self._stopped = False

    def __repr__(self) -> str:
        """Show the state that tests and people look for."""
        state = "stopped" if self._stopped else "open"
        return f"<ActorSystem {self.name} {state} actors={len(self._cells)}>"

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
        bound: int = DEFAULT_BOUND,
        intensity: Intensity | None = None,
        timeout: float = 30.0,
    ) -> ActorRef[M]:
        """Start an actor and wait until it has started; its failure to do so is raised here."""
        ref, cell = self._begin(name, make, bound, intensity, may_exist=False)
        await _within(cell.started, timeout)
        return ref

    def ensure(
        self,
        name: str,
        make: Callable[[], Actor[M]],
        *,
        bound: int = DEFAULT_BOUND,
        intensity: Intensity | None = None,
    ) -> ActorRef[M]:
        """Return the actor of that name, started if there is none; its mailbox accepts at once."""
        ref, _ = self._begin(name, make, bound, intensity, may_exist=True)
        return ref

    def statistics(self) -> tuple[ActorStatistics, ...]:
        """Describe every actor, in order of start."""
        with self._lock:
            cells = list(self._cells.values())
        return tuple(
            ActorStatistics(c.name, c.state, c.mailbox.depth, c.handled, c.restarts, c.last_error)
            for c in cells
        )

    async def stop(self, timeout: float = 15.0) -> None:
        """Stop all actors in reverse order of start, and accept no new ones.

        Each drains its mailbox and gives its jobs the grace; after `timeout` seconds in all the
        rest is cancelled. Raises `StopOverdue` if a thread is still alive after that.
        """
        deadline = time.monotonic() + timeout
        with self._lock:
            self._stopped = True
            cells = list(reversed(self._cells.values()))
        overdue: list[str] = []
        for cell in cells:
            cell.stop()
            if await _ended(cell, deadline - time.monotonic()):
                continue
            cell.kill()
            if not await _ended(cell, 1.0):
                overdue.append(cell.name)
        with self._lock:
            self._cells = {name: self._cells[name] for name in overdue}
        if overdue:
            raise StopOverdue(", ".join(overdue))

    def _begin(
        self,
        name: str,
        make: Callable[[], Actor[M]],
        bound: int,
        intensity: Intensity | None,
        *,
        may_exist: bool,
    ) -> tuple[ActorRef[M], Cell]:
        with self._lock:
            if self._stopped:
                raise ActorStopped(name, "its system has stopped")
            cell = self._cells.get(name)
            if cell is not None and not cell.ended.done():
                if not may_exist:
                    raise ValueError(f"an actor named {name} is already running")
                return ActorRef(cell), cell
            cell = Cell(
                name, make, bound=bound, grace=self._grace, intensity=intensity or Intensity()
            )
            self._cells.pop(name, None)  # a successor starts last, and so stops first
            self._cells[name] = cell
            cell.start()
        return ActorRef(cell), cell


async def _within(future: Future[Any], timeout: float) -> None:
    await asyncio.wait_for(asyncio.shield(asyncio.wrap_future(future)), timeout)


async def _ended(cell: Cell, timeout: float) -> bool:
    try:
        await _within(cell.ended, max(0.0, timeout))
    except TimeoutError:
        return cell.ended.done()
    return True
