"""Progress that never holds up the work it tells of."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from types import TracebackType
from typing import Generic, Self, TypeVar

import anyio

T = TypeVar("T")


class Newest(Generic[T]):
    """Show the newest of many values; a slow reader skips some, and nobody waits for one.

    For the length of an `async with` block, on one loop. The last value is shown if there is room
    for it at once.
    """

    def __init__(self, show: Callable[[T], Awaitable[None]]) -> None:
        self._show = show
        self._waiting: list[T] = []  # at most one
        self._there = asyncio.Event()
        self._showing: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._showing = asyncio.create_task(self._run())
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._showing is not None:
            self._showing.cancel()
            with anyio.CancelScope(shield=True), suppress(asyncio.CancelledError):
                await self._showing
        with anyio.move_on_after(0):
            await self._flush()

    def put(self, value: T) -> None:
        """Show a value soon, in place of one that was not shown yet."""
        self._waiting = [value]
        self._there.set()

    async def _run(self) -> None:
        while True:
            await self._there.wait()
            self._there.clear()
            await self._flush()

    async def _flush(self) -> None:
        if self._waiting:
            await self._show(self._waiting.pop())
