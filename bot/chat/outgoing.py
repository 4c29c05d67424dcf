"""What every message of the bot goes through on its way out."""

from __future__ import annotations

import asyncio
import math
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
_NEEDLESS: Final = ("message is not modified", "query is too old")
"""What is refused because nothing is left to be done: a tap may have waited for the bot."""
_TRIES: Final = 3
_LONGEST: Final = 120.0
"""Seconds a message waits for its turn; then it is dropped, and whoever sends it is told."""

Left = Callable[[int], Awaitable[object]]
"""Told of somebody who has blocked the bot."""


class Outgoing(BaseRequestMiddleware):
    """Send in the pace the Bot API allows, wait where it says so, and notice who has left.

    An edit that would change nothing has succeeded, and so has the answer to a tap that waits no
    more. On the bot's own loop only.
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
            await self._turn(method, chat)
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
        raise AssertionError("the last try returns or raises")

    async def _turn(self, method: TelegramMethod[Any], chat: int) -> None:
        wait = self._pace.in_chat(chat, time.monotonic(), most=_LONGEST)
        if wait > _LONGEST:
            seconds = math.ceil(wait)
            raise TelegramRetryAfter(method=method, message="not yet", retry_after=seconds)
        await asyncio.sleep(wait)
        await asyncio.sleep(self._pace.overall(time.monotonic()))


async def _answered(
    make_request: NextRequestMiddlewareType[TelegramType], bot: Bot, method: TelegramMethod[Any]
) -> Response[TelegramType]:
    """Make a request; a gateway's page instead of an answer is Telegram's error like any other."""
    try:
        return await make_request(bot, method)
    except TelegramBadRequest as refused:
        if not any(each in refused.message for each in _NEEDLESS):
            raise
        return cast("Response[TelegramType]", Response[Any](ok=True, result=True))
    except ClientDecodeError as page:
        raise TelegramServerError(method=method, message="the answer is no JSON") from page


def _chat(method: TelegramMethod[Any]) -> int | None:
    """Return the chat of what counts as a message; None for what does not."""
    if not method.__api_method__.startswith(_SPOKEN):
        return None
    chat = getattr(method, "chat_id", None)
    return chat if isinstance(chat, int) else None
