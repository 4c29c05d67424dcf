"""How long a provider may take."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from actors.providers.failure import Failed, broken

T = TypeVar("T")

Put = Callable[[str], Awaitable[None]]
"""Takes the next piece of an answer, and waits until there is room for it."""


async def within(seconds: float, work: Awaitable[T]) -> T:
    """Wait for a provider's answer; raises `Failed` when it takes too long."""
    return await Deadline(seconds).within(work)


class Deadline:
    """Seconds in which a provider has to answer; those in which its reader is slow do not count."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._timeout: asyncio.Timeout | None = None

    async def within(self, work: Awaitable[T]) -> T:
        """Wait for the answer; raises `Failed` when it takes too long."""
        try:
            async with asyncio.timeout(self._seconds) as self._timeout:
                return await work
        except TimeoutError:
            raise self._overdue() from None
        finally:
            self._timeout = None

    def outside(self, put: Put) -> Put:
        """Return a `put` during which no time passes for the provider."""

        async def waited(piece: str) -> None:
            timeout = self._timeout
            ends = None if timeout is None else timeout.when()
            if timeout is None or ends is None:
                await put(piece)
                return
            loop = asyncio.get_running_loop()
            left = ends - loop.time()
            timeout.reschedule(None)
            await put(piece)
            timeout.reschedule(loop.time() + left)

        return waited

    def _overdue(self) -> Failed:
        return broken(f"did not answer within {self._seconds:g} seconds")
