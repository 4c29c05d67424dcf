"""What every message of the bot goes through on its way out."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, Final, cast

from aiogram.client.session.middlewares.base import BaseRequestMiddleware, NextRequestMiddlewareType
from aiogram.exceptions import (
    ClientDecodeError,
    TelegramBadRequest,
    TelegramForbiddenError,
    TelegramRetryAfter,
    TelegramServerError,
)
from aiogram.methods import TelegramMethod
from aiogram.methods.base import Response, TelegramType

from bot.chat.pace import Pace
from runtime.logs import get_logger

if TYPE_CHECKING:
    from aiogram import Bot

log = get_logger("bot")

_SPOKEN: Final = ("send", "edit", "copy", "forward")
"""How the methods begin that count as messages."""
_TRIES: Final = 3
_LONGEST: Final = 120.0
"""Seconds a message waits for its turn; then it is dropped, and whoever sends it is told."""

Left = Callable[[int], Awaitable[object]]
"""Told of somebody who has blocked the bot."""


class Outgoing(BaseRequestMiddleware):
    """Send in the pace the Bot API allows, wait where it says so, and notice who has left.

    An edit that would change nothing has succeeded. On the bot's own loop only.
    """

    def __init__(self, left: Left, pace: Pace | None = None) -> None:
        self._left = left
        self._pace = pace or Pace()

    async def __call__(
        self,
        make_request: NextRequestMiddlewareType[TelegramType],
        bot: Bot,
        method: TelegramMethod[TelegramType],
    ) -> Response[TelegramType]:
        """Make one request, when its moment has come."""
        chat = _chat(method)
        if chat is None:
            return await _answered(make_request, bot, method)
        for left in reversed(range(_TRIES)):
            await self._turn(chat)
            try:
                return await _answered(make_request, bot, method)
            except TelegramRetryAfter as slow:
                log.warning("chat.slowed", seconds=slow.retry_after)
                self._pace.hold(chat, time.monotonic() + slow.retry_after)
                if not left or slow.retry_after > _LONGEST:
                    raise
            except TelegramForbiddenError:
                await self._left(chat)
                raise
            except TelegramBadRequest as refused:
                if "message is not modified" not in refused.message:
                    raise
                return cast("Response[TelegramType]", Response[Any](ok=True, result=True))
        raise AssertionError("the last try returns or raises")

    async def _turn(self, chat: int) -> None:
        await asyncio.sleep(self._pace.in_chat(chat, time.monotonic()))
        await asyncio.sleep(self._pace.overall(time.monotonic()))


async def _answered(
    make_request: NextRequestMiddlewareType[TelegramType], bot: Bot, method: TelegramMethod[Any]
) -> Response[TelegramType]:
    """Make a request; a gateway's page instead of an answer is Telegram's error like any other."""
    try:
        return await make_request(bot, method)
    except ClientDecodeError as page:
        raise TelegramServerError(method=method, message="the answer is no JSON") from page


def _chat(method: TelegramMethod[Any]) -> int | None:
    """Return the chat of what counts as a message; None for what does not."""
    if not method.__api_method__.startswith(_SPOKEN):
        return None
    chat = getattr(method, "chat_id", None)
    return chat if isinstance(chat, int) else None
