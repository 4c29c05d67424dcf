"""The witness of which thread makes an account's calls."""

from __future__ import annotations

import threading
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CallStatistics:
    """What was seen of all calls of one house."""

    calls: int
    threads: frozenset[str]
    """Names of the threads that made a call."""
    violations: int
    """Calls seen on a thread other than the one that connected: must stay 0."""


class CallLog:
    """Counts calls of clients, and those that came from a foreign thread. Any thread may note."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._calls = 0
        self._violations = 0
        self._threads: dict[int, str] = {}

    def note(self, *, at_home: bool) -> None:
        """Note a call made on this thread, and whether it is the client's own."""
        here = threading.get_ident()
        with self._lock:
            self._calls += 1
            self._violations += not at_home
            self._threads.setdefault(here, threading.current_thread().name)

    def statistics(self) -> CallStatistics:
        """Return what was seen so far."""
        with self._lock:
            return CallStatistics(self._calls, frozenset(self._threads.values()), self._violations)
