"""What runs for people while the bot goes on listening: parses, logins, answers."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any, Final

MOST: Final = 1000
"""Tasks side by side; further ones are refused."""


class Tasks:
    """At most one task of a kind for a person. On the bot's own loop only."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._running: dict[tuple[int, str], asyncio.Task[None]] = {}

    def begin(self, person: int, kind: str, work: Coroutine[Any, Any, None]) -> bool:
        """Run something in the background; False if one of its kind runs, or too much does.

        It says by itself what becomes of it: nobody waits for it, and it must not raise.
        """
        key = (person, kind)
        if key in self._running or len(self._running) >= self._most:
            work.close()
            return False
        task = asyncio.create_task(work, name=f"chat-{kind}-{person}")
        self._running[key] = task
        task.add_done_callback(lambda _: self._running.pop(key, None))
        return True

    def running(self, person: int, kind: str) -> bool:
        """Whether a person's task of a kind runs."""
        return (person, kind) in self._running

    async def cancel(self, person: int, kind: str | None = None) -> bool:
        """End a person's task of a kind, or all; False if there was none. They say so themselves.

        A task that cancels itself is not waited for.
        """
        mine = [
            task
            for (who, what), task in self._running.items()
            if who == person and kind in {None, what}
        ]
        for task in mine:
            task.cancel()
        await _ended([task for task in mine if task is not asyncio.current_task()])
        return bool(mine)

    async def end(self) -> None:
        """End everything, and return when it has ended."""
        running = list(self._running.values())
        for task in running:
            task.cancel()
        await _ended(running)


async def _ended(tasks: list[asyncio.Task[None]]) -> None:
    for task in tasks:
        with suppress(asyncio.CancelledError):
            await asyncio.wait([task])
