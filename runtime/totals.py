"""What all actors of a kind have done since their system began.

A counter must not go back when an actor ends, so what it did is kept under its kind: its name less
the number at its end.
"""

from __future__ import annotations

import threading
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from runtime.cell import Cell

BOUNDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
"""Seconds up to which is counted; what took longer is counted beyond the last."""


@dataclass(frozen=True, slots=True)
class Latency:
    """How long things of a kind have taken."""

    counts: tuple[int, ...]
    """How many took at most as long as each of `BOUNDS`, and then how many there were."""
    seconds: float
    """All of them together."""

    @property
    def number(self) -> int:
        """How many there were."""
        return self.counts[-1]


@dataclass(frozen=True, slots=True, kw_only=True)
class KindTotals:
    """What all actors of a kind have done, also those that have ended."""

    kind: str
    handled: int
    restarts: int
    stalls: int
    latency: Latency
    """Of asks: from the sending to the answer, the refusal or the giving up.

    A stream counts up to its first item, if it has any: how long it goes on says nothing of whom
    it was asked of, where a person takes their time, or an hour's work tells how far it has come.
    """


NEVER: Final = Latency((0,) * (len(BOUNDS) + 1), 0.0)
"""Of what was not there yet."""


class Durations:
    """Counts how long things of a kind take. From any thread."""

    __slots__ = ("_counts", "_lock", "_seconds")

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts = [0] * (len(BOUNDS) + 1)
        self._seconds = 0.0

    def note(self, seconds: float) -> None:
        """Count one that has taken so long."""
        place = bisect_left(BOUNDS, seconds)
        with self._lock:
            self._counts[place] += 1
            self._seconds += seconds

    def latency(self) -> Latency:
        """Return what was counted so far."""
        with self._lock:
            return Latency(tuple(accumulate(self._counts)), self._seconds)


class Kind:
    """What the ended actors of a kind have done, and how long all of it were asked."""

    __slots__ = ("asks", "handled", "restarts", "stalls")

    def __init__(self) -> None:
        self.asks = Durations()
        self.handled = self.restarts = self.stalls = 0

    def add(self, cell: Cell) -> None:
        """Keep what an actor did that has ended."""
        self.handled += cell.handled
        self.restarts += cell.restarts
        self.stalls += cell.stalls

    def with_living(self, kind: str, living: Iterable[Cell]) -> KindTotals:
        """Return the whole, given those that live."""
        cells = list(living)
        return KindTotals(
            kind=kind,
            handled=self.handled + sum(cell.handled for cell in cells),
            restarts=self.restarts + sum(cell.restarts for cell in cells),
            stalls=self.stalls + sum(cell.stalls for cell in cells),
            latency=self.asks.latency(),
        )


def kind_of(name: str) -> str:
    """Return what an actor is, by its name: `account-42` is an account."""
    kind, dash, number = name.rpartition("-")
    return kind if dash and number.isdecimal() else name
