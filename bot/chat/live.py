"""A message that is edited while something goes on."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from types import TracebackType
from typing import Final, Self

from aiogram.exceptions import TelegramAPIError
from aiogram.types import InlineKeyboardMarkup, Message

from actors.markup import split
from bot.chat.replies import replace, send

PAUSE: Final = 1.0
"""Seconds from one edit to the next, at least."""
LAST_SECONDS: Final = 30.0
"""How long the last edit may take that was under way at the end."""
CUT_SECONDS: Final = 2.0
"""The same where what goes on was stopped: it has to say so, and there may be little time."""

Said = tuple[str, InlineKeyboardMarkup | None]


class Live:
    """Shows the newest of what is said, in one message. On the bot's own loop only.

    After its block no edit of it comes any more, so that a last word stays the last one.
    """

    def __init__(self, message: Message, pause: float = PAUSE, *, cut: float = CUT_SECONDS) -> None:
        self._message = message
        self._pause = pause
        self._cut = cut
        self._newest: Said | None = None
        self._woken = asyncio.Event()
        self._ended = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._show())
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._ended.set()
        self._woken.set()
        if self._task is not None:
            is_cut = kind is not None and issubclass(kind, asyncio.CancelledError)
            await asyncio.wait([self._task], timeout=self._cut if is_cut else LAST_SECONDS)
            self._task.cancel()

    def say(self, html: str, keyboard: InlineKeyboardMarkup | None = None) -> None:
        """Let the message say something from the next edit on; what is too long is cut."""
        self._newest = (html, keyboard)
        self._woken.set()

    async def _show(self) -> None:
        while True:
            await self._woken.wait()
            self._woken.clear()
            if self._ended.is_set() or self._newest is None:
                return
            html, keyboard = self._newest
            with suppress(TelegramAPIError):  # the next one says it, or the last word does
                await self._message.edit_text(split(html)[0], reply_markup=keyboard)
            with suppress(TimeoutError):
                async with asyncio.timeout(self._pause):
                    await self._ended.wait()


async def conclude(
    message: Message, html: str, keyboard: InlineKeyboardMarkup | None = None
) -> None:
    """Let a message say its last word, in as many further ones as it takes."""
    first, *others = [piece for piece in split(html) if piece.strip()]
    await replace(message, first, None if others else keyboard)
    if others and message.bot is not None:
        await send(message.bot, message.chat.id, "".join(others), keyboard)
