"""The updates that are being served."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Final

from aiogram import BaseMiddleware
from aiogram.types import TelegramObject

GRACE_SECONDS: Final = 3.0
"""How long updates that are being served may take at the end."""


class Underway(BaseMiddleware):
    """Knows them, so that none goes on when the bot has ended. On the bot's own loop only."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[Any]] = set()
        self._is_ended = False

    async def __call__(
        self,
        handler: Callable[[TelegramObject, dict[str, Any]], Awaitable[Any]],
        event: TelegramObject,
        data: dict[str, Any],
    ) -> Any:
        """Serve an update, unless the bot has ended: then whoever serves next gets it."""
        task = asyncio.current_task()
        if self._is_ended or task is None:
            return None
        self._tasks.add(task)
        try:
            return await handler(event, data)
        finally:
            self._tasks.discard(task)

    async def end(self) -> None:
        """Let no update begin any more; return when those that have begun are over."""
        self._is_ended = True
        if self._tasks:
            _, late = await asyncio.wait(set(self._tasks), timeout=GRACE_SECONDS)
            for task in late:
                task.cancel()
            if late:
                await asyncio.wait(late)
