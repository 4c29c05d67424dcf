"""One thing that is known of the house: looked at when somebody asks, and by one look at a time.

However often somebody asks, the database is asked once in `kept` seconds at most; and however long
it takes, nobody waits longer than `within`. What takes longer comes later: until then what was
known before counts, for `stale` seconds.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final, Generic, TypeVar

import actors
from runtime.logs import get_logger

T = TypeVar("T")

log = get_logger("bot")

WITHIN: Final = 1.0
KEPT: Final = 2.0
STALE: Final = 60.0
LONGEST: Final = 30.0
"""Seconds after which a look is given up."""

_TROUBLE: Final = (TimeoutError, actors.Refusal, actors.ActorError, actors.StorageError, OSError)


class Part(Generic[T]):
    """A value that is looked up and kept for a while. One loop only."""

    def __init__(
        self,
        name: str,
        look: Callable[[], Awaitable[T]],
        *,
        kept: float = KEPT,
        within: float = WITHIN,
        stale: float = STALE,
    ) -> None:
        """Name it, and say how it is looked up; `look` may refuse, as a house does."""
        self.name = name
        self._look = look
        self._kept, self._within, self._stale = kept, within, stale
        self._value: T | None = None
        self._seen_at = float("-inf")
        self._looking: asyncio.Task[None] | None = None

    async def get(self) -> T | None:
        """Return it; None: it is not to be had, or not in time."""
        if self._age() <= self._kept:
            return self._value
        if self._looking is None:
            self._looking = asyncio.create_task(self._see())
        await asyncio.wait([self._looking], timeout=self._within)
        return self.known

    @property
    def known(self) -> T | None:
        """What is known without a look."""
        return self._value if self._age() <= self._stale else None

    async def end(self) -> None:
        """Break off a look that is under way."""
        if self._looking is not None:
            self._looking.cancel()
            await asyncio.wait([self._looking])

    def _age(self) -> float:
        return asyncio.get_running_loop().time() - self._seen_at

    async def _see(self) -> None:
        try:
            async with asyncio.timeout(LONGEST):
                self._value = await self._look()
        except _TROUBLE as trouble:
            self._value = None  # it was asked and is not to be had: the old one does not count
            log.debug("part.unknown", part=self.name, error=type(trouble).__name__)
        finally:
            self._looking = None
        self._seen_at = asyncio.get_running_loop().time()
