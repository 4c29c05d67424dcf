"""The names of a system's actors."""

from __future__ import annotations

import threading
from collections import defaultdict
from typing import TYPE_CHECKING

from runtime.errors import ActorStopped
from runtime.totals import Kind, KindTotals, kind_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from runtime.cell import Cell
    from runtime.terms import Down

FAILED_KEPT = 100
"""Actors that failed and are still shown; the oldest give way."""


class Registry:
    """Cells by name, in the order they came. A cell that ends leaves, unless it failed."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._cells: dict[str, Cell] = {}
        self._failed: dict[str, tuple[Cell, Down]] = {}
        self._kinds: dict[str, Kind] = defaultdict(Kind)
        self.closed = False

    def __len__(self) -> int:
        """How many actors there are, asleep or awake."""
        return len(self._cells)

    def add(self, name: str, make: Callable[[], Cell]) -> tuple[Cell, bool]:
        """Return the cell of that name and whether it is new."""
        with self._lock:
            if self.closed:
                raise ActorStopped(name, "its system has stopped")
            cell = self._cells.get(name)
            if cell is not None and not cell.ended.is_set:
                return cell, False
            failed = self._failed.get(name)
            if failed is not None and failed[0].stuck:  # never two of one name at work
                raise ActorStopped(name, f"its predecessor still runs: {failed[1].reason}")
            self._failed.pop(name, None)
            if cell is not None:
                del self._cells[name]  # a successor comes last, and so stops first
                self._kinds[kind_of(name)].add(cell)
            cell = self._cells[name] = make()
            return cell, True

    def get(self, name: str) -> Cell | None:
        """Return the living cell of that name."""
        with self._lock:
            return self._cells.get(name)

    def kind(self, name: str) -> Kind:
        """Return what is kept of all actors of a kind, by the name of one of them."""
        return self._kinds[kind_of(name)]

    def totals(self) -> tuple[KindTotals, ...]:
        """Return what the actors of each kind have done."""
        with self._lock:
            living: dict[str, list[Cell]] = defaultdict(list)
            for cell in self._cells.values():
                living[kind_of(cell.name)].append(cell)
            kinds = sorted(self._kinds.items())
            return tuple(kept.with_living(kind, living[kind]) for kind, kept in kinds)

    def remove(self, cell: Cell, down: Down) -> None:
        """Let go of a cell that has ended."""
        with self._lock:
            if self._cells.get(cell.name) is cell:
                del self._cells[cell.name]
                self._kinds[kind_of(cell.name)].add(cell)
                if down.failed:
                    self._failed[cell.name] = (cell, down)
                    while len(self._failed) > FAILED_KEPT:
                        del self._failed[next(iter(self._failed))]

    def close(self) -> list[Cell]:
        """Take no more names; return what lives, in the order it came."""
        with self._lock:
            self.closed = True
            return list(self._cells.values())

    def living(self) -> list[Cell]:
        """Return what lives, in the order it came."""
        with self._lock:
            return list(self._cells.values())

    def failed(self) -> list[tuple[Cell, Down]]:
        """Return what has failed and was not replaced."""
        with self._lock:
            return list(self._failed.values())
