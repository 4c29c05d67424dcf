"""How long this process may still do what its lease allows."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from storage.errors import LeaseLost
from storage.rows import Hold

_LONGEST_WAIT = 0.25
"""Seconds that a thread waits at most: it waits by a clock that stands still in a suspended
machine, unlike ours.
"""


def boottime() -> float:
    """Return the seconds since the machine was started, those it was suspended included."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


@dataclass(slots=True)
class _Current:
    incarnation: str
    until: float
    watchers: dict[int, Callable[[], None]] = field(default_factory=dict)


class Term:
    """The time an incarnation of this process has left, by its own clock.

    It ends at its deadline or before, and for good: only another incarnation begins a new one.
    Every method may be called from any thread; none does input or output.
    """

    def __init__(self, clock: Callable[[], float] = boottime) -> None:
        self.now = clock
        self._changed = threading.Condition()
        self._current: _Current | None = None
        self._numbers = itertools.count()

    def __repr__(self) -> str:
        """Show the state that tests and people look for."""
        current = self._current
        if current is None:
            return "<Term over>"
        return f"<Term of {current.incarnation} left={current.until - self.now():.2f}>"

    def began(self, incarnation: str, until: float) -> None:
        """Begin the term of a new incarnation; the one before is over."""
        with self._changed:
            before, self._current = self._current, _Current(incarnation, until)
            self._changed.notify_all()
        _tell(before)

    def renewed(self, incarnation: str, until: float) -> bool:
        """Move the deadline; False if the term was over already, which it then stays."""
        with self._changed:
            current = self._current
            if current is None or not self.holds(incarnation):
                return False
            current.until = until
            return True

    def ended(self, incarnation: str) -> None:
        """End the term of an incarnation, unless it is over, and tell its watchers."""
        with self._changed:
            current = self._current
            if current is None or current.incarnation != incarnation:
                return
            self._current = None
            self._changed.notify_all()
        _tell(current)

    @property
    def incarnation(self) -> str | None:
        """Who this process is now, as long as its term is not over."""
        current = self._current
        over = current is None or not self.holds(current.incarnation)
        return None if over or current is None else current.incarnation

    def holds(self, incarnation: str) -> bool:
        """Whether the term of an incarnation is not over now."""
        current = self._current
        return (
            current is not None
            and current.incarnation == incarnation
            and self.now() < current.until
        )

    def check(self, hold: Hold) -> None:
        """Raise LeaseLost if what the hold allows must not be done any more."""
        if not self.holds(hold.incarnation):
            raise LeaseLost(hold.account)

    def on_loss(self, incarnation: str, callback: Callable[[], None]) -> Callable[[], None]:
        """Have a function called once when an incarnation's term is over; at once if it is.

        It may be called in any thread, and must neither wait nor raise. Returns a function that
        forgets it.
        """
        with self._changed:
            current = self._current
            if current is not None and current.incarnation == incarnation:
                number = next(self._numbers)
                current.watchers[number] = callback
                return lambda: self._forget(current, number)
        callback()
        return _nothing

    def wait_over(self, incarnation: str) -> None:
        """Block until the term of an incarnation is over, and end it when it is overdue.

        A thread that does nothing else keeps the watchers from waiting for a loop that is stuck.
        """
        with self._changed:
            while self.holds(incarnation):
                assert self._current is not None, "it holds"  # noqa: S101
                left = self._current.until - self.now()
                self._changed.wait(min(max(left, 0.0), _LONGEST_WAIT))
        self.ended(incarnation)

    def _forget(self, current: _Current, number: int) -> None:
        with self._changed:
            current.watchers.pop(number, None)


def _tell(over: _Current | None) -> None:
    """Call the watchers of a term that is over: nobody else has it by now."""
    for callback in list(over.watchers.values()) if over is not None else ():
        callback()


def _nothing() -> None:
    """Forget nothing."""
