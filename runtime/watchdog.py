"""The thread that notices loops that do not come round."""

from __future__ import annotations

import sys
import threading
import traceback
from typing import TYPE_CHECKING

from runtime.logs import get_logger

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from runtime.cell import Cell

log = get_logger("runtime")

_DEEPEST = 12  # frames of a guilty stack that are logged


class Watchdog:
    """Look at every loop's pulse now and then, and name what keeps one from coming round.

    It wakes no loop: a pulse shows when its turn began, and a thread's stack may be read from here.
    """

    def __init__(self, cells: Callable[[], Sequence[Cell]], stall: float) -> None:
        """Watch what `cells` returns; a turn of more than `stall` seconds is one stall."""
        self._cells = cells
        self._stall = stall
        self._seen: dict[str, int] = {}  # the turn each stalled loop is in
        self._over = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def stalled(self) -> tuple[str, ...]:
        """The actors whose loops stall now."""
        return tuple(self._seen)

    def start(self) -> None:
        """Start the thread, unless it runs."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="watchdog", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """End the thread; it does not block, so this is a matter of moments."""
        self._over.set()
        thread, self._thread = self._thread, None
        if thread is not None and thread is not threading.current_thread():
            thread.join(1.0)

    def look(self) -> None:
        """Look at every loop once."""
        stalled: dict[str, int] = {}
        for cell in self._cells():
            pulse = cell.pulse
            if pulse is None:
                continue
            turn, lag = pulse.turns, pulse.lag()
            if lag >= self._stall and pulse.turns == turn:
                stalled[cell.name] = turn
                if self._seen.get(cell.name) != turn:
                    cell.stalls += 1
                    self._report(cell, lag)
        for name in self._seen.keys() - stalled.keys():
            log.info("loop.recovered", actor=name)
        self._seen = stalled

    def _report(self, cell: Cell, lag: float) -> None:
        thread = cell.thread
        frame = sys._current_frames().get(thread.ident or 0) if thread is not None else None  # noqa: SLF001
        stack = traceback.format_stack(frame)[-_DEEPEST:] if frame is not None else []
        log.error("loop.stalled", actor=cell.name, seconds=round(lag, 2), stack="".join(stack))

    def _run(self) -> None:
        while not self._over.wait(self._stall / 2):
            self.look()
