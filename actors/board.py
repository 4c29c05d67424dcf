"""A notice board: the newest of a series of values, for readers who come and ask."""

from __future__ import annotations

import asyncio
from typing import Generic, TypeVar

from actors.values import Numbered

T = TypeVar("T")


class Board(Generic[T]):
    """Keeps the newest value only, so a slow reader costs nothing. One loop only."""

    def __init__(self) -> None:
        self._newest: Numbered[T] | None = None
        self._changed = asyncio.Event()

    @property
    def number(self) -> int:
        """The number of the newest value, 0 before the first."""
        return 0 if self._newest is None else self._newest.number

    def post(self, value: T) -> None:
        """Put up a value in place of the one before."""
        self._newest = Numbered(self.number + 1, value)
        self._changed.set()
        self._changed = asyncio.Event()

    async def after(self, number: int) -> Numbered[T]:
        """Wait for a value newer than that number; the first value has number 1."""
        while self._newest is None or self._newest.number <= number:
            await self._changed.wait()
        return self._newest
