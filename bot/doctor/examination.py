"""The run of all checks, none of which can hold up or hide another."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, field

from bot.doctor.finding import Finding, problem

CLEANING_UP = 30.0  # seconds, after an interruption


@dataclass(frozen=True, slots=True)
class Check:
    """Something to look at, and how long that may take."""

    name: str
    look: Callable[[], Sequence[Finding]]
    seconds: float = 10.0


def examine(checks: Sequence[Check]) -> Generator[Finding, None, None]:
    """Run the checks beside each other; yield what they find, in their order."""
    running = [_Running(check) for check in checks]
    try:
        for each in running:
            yield from each.findings()
    finally:
        # Interrupted, those that can still tidy up what they started.
        until = time.monotonic() + CLEANING_UP
        for each in running:
            each.await_end(until)


@dataclass(slots=True)
class _Running:
    """A check on a thread of its own, which may hang, on a dead disk for one, and is left then."""

    check: Check
    _found: Sequence[Finding] | None = None
    _given_up: bool = False
    _until: float = field(init=False)
    # A join that Ctrl-C interrupts takes the thread for ended, in Python 3.11.
    _ended: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self._until = time.monotonic() + self.check.seconds
        threading.Thread(target=self._look, name=self.check.name, daemon=True).start()

    def findings(self) -> Sequence[Finding]:
        """Wait for the findings, up to the check's deadline."""
        self._ended.wait(max(0.0, self._until - time.monotonic()))
        if self._found is None:
            self._given_up = True
            text = f"No answer within {self.check.seconds:g} s. Look at what it waits for."
            return (problem(self.check.name, text),)
        return self._found

    def await_end(self, until: float) -> None:
        """Wait until it has ended, unless that was waited for in vain already."""
        if not self._given_up:
            self._ended.wait(max(0.0, until - time.monotonic()))

    def _look(self) -> None:
        try:
            self._found = self.check.look()
        except Exception as error:  # noqa: BLE001  a check's life ends here, the others go on
            text = f"It could not be looked at: {type(error).__name__}: {error}. Report this."
            self._found = (problem(self.check.name, text),)
        finally:
            self._ended.set()
