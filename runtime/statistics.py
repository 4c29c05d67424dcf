"""How the actors are doing."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from runtime.cell import Cell


@dataclass(frozen=True, slots=True)
class ActorStatistics:
    """How one actor is doing; times in seconds."""

    name: str
    state: str
    """asleep, starting, running, restarting, stopping, stopped, failed"""
    depth: int
    """messages accepted and not yet taken"""
    handled: int
    restarts: int
    last_error: str | None
    parked: int = 0
    """callers waiting for room"""
    jobs: int = 0
    oldest_waiting: float = 0.0
    """age of the oldest message not yet taken"""
    busy: float = 0.0
    """time its loop has worked since it woke"""
    lag: float = 0.0
    """how long its loop has been in its present turn"""
    longest: float = 0.0
    """the longest turn since it woke"""
    stalls: int = 0
    wakes: int = 0


@dataclass(frozen=True, slots=True)
class SystemStatistics:
    """How all actors are doing."""

    actors: int
    awake: int
    restarts: int
    stalls: int
    dead_letters: int
    stalled: tuple[str, ...]
    """actors whose loop does not come round"""
    failed: tuple[tuple[str, str], ...]
    """actors that ended by a failure, each with its reason"""

    @property
    def healthy(self) -> bool:
        """Whether nothing has failed or stalls."""
        return not self.failed and not self.stalled


def of(cell: Cell) -> ActorStatistics:
    """Describe one actor. From any thread."""
    pulse, mailbox = cell.pulse, cell.mailbox
    closing = mailbox.work.closed is not None and cell.state not in {"stopped", "failed"}
    return ActorStatistics(
        name=cell.name,
        state="stopping" if closing else cell.state,
        depth=mailbox.depth,
        handled=cell.handled,
        restarts=cell.restarts,
        last_error=cell.last_error,
        parked=mailbox.work.parked + mailbox.urgent.parked,
        jobs=cell.jobs,
        oldest_waiting=mailbox.oldest(time.monotonic()),
        busy=0.0 if pulse is None else pulse.busy,
        lag=0.0 if pulse is None else pulse.lag(),
        longest=0.0 if pulse is None else pulse.longest,
        stalls=cell.stalls,
        wakes=cell.wakes,
    )
