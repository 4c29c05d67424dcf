"""The line before an account at a provider, which answers a few requests at a time.

Theory of operation. Everybody who asks an account of anything stands in one line: tags, embeddings
and answers. Whoever is more urgent goes first, and among equals who came first. The line is
bounded: when it is full, who comes takes the place of the last of those who are less urgent, or is
sent away. All of it happens on one loop, and a turn that was given to somebody who has left
meanwhile is passed on.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from actors.providers.outcomes import Priority

LONGEST_LINE = 200
"""How many may wait for an account."""


class Crowded(Exception):
    """The line is full of those who are as urgent, or more."""


class Limiter:
    """At most so many requests at a time, the most urgent first."""

    def __init__(self, at_once: int, longest: int = LONGEST_LINE) -> None:
        self._at_once = at_once
        self._longest = longest
        self._lines: dict[Priority, dict[asyncio.Future[None], None]] = {
            priority: {} for priority in Priority
        }
        self._active = 0

    def __repr__(self) -> str:
        return f"<Limiter {self._active} of {self._at_once} active, {self.waiting} waiting>"

    @property
    def active(self) -> int:
        """How many have their turn."""
        return self._active

    @property
    def waiting(self) -> int:
        """How many wait for theirs."""
        return sum(map(len, self._lines.values()))

    @asynccontextmanager
    async def turn(self, priority: Priority, seconds: float) -> AsyncIterator[None]:
        """Wait for a turn, and have it.

        Raises `Crowded`, or TimeoutError after so many seconds in the line.
        """
        await self._enter(priority, seconds)
        try:
            yield
        finally:
            self._leave()

    async def _enter(self, priority: Priority, seconds: float) -> None:
        # Nobody waits while a turn is free: `_leave` passes each on.
        if self._active < self._at_once:
            self._active += 1
            return
        self._make_room(priority)
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        line = self._lines[priority]
        line[turn] = None
        try:
            async with asyncio.timeout(seconds):
                await turn
        except BaseException:
            if turn.done() and not turn.cancelled() and turn.exception() is None:
                self._leave()  # it came at the moment of leaving
            raise
        finally:
            line.pop(turn, None)

    def _make_room(self, priority: Priority) -> None:
        """Send the last of the least urgent away if the line is full."""
        if self.waiting < self._longest:
            return
        for least in reversed(Priority):
            if least <= priority:
                break
            if self._lines[least]:
                last, _ = self._lines[least].popitem()
                if not last.done():
                    last.set_exception(Crowded())
                return
        raise Crowded

    def _leave(self) -> None:
        """Pass a turn on to whoever is next."""
        for line in self._lines.values():
            while line:
                turn = next(iter(line))
                del line[turn]
                if not turn.done():
                    turn.set_result(None)
                    return
        self._active -= 1
