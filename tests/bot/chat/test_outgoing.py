"""What becomes of messages that the Bot API does not take at once."""

from __future__ import annotations

import asyncio
from typing import Any, cast

import pytest
from aiogram import Bot
from aiogram.exceptions import TelegramRetryAfter
from aiogram.methods import Response, SendMessage, TelegramMethod

from bot.chat.outgoing import Outgoing

pytestmark = pytest.mark.anyio

AN_HOUR = 3600
BOT = cast("Bot", None)  # nothing of it is asked


class Slowed:
    """A Bot API that lets a chat wait for an hour."""

    def __init__(self) -> None:
        self.asked = 0

    async def __call__(self, _: Bot, method: TelegramMethod[Any]) -> Response[Any]:
        self.asked += 1
        raise TelegramRetryAfter(method=method, message="slow", retry_after=AN_HOUR)


async def nobody(_: int) -> None:
    """Note nobody."""


async def test_who_has_to_wait_for_an_hour_holds_up_nobody() -> None:
    """A message that would wait too long is refused at once, as often as it is tried."""
    api, outgoing = Slowed(), Outgoing(nobody)
    for _ in range(3):
        with pytest.raises(TelegramRetryAfter) as refused:
            async with asyncio.timeout(10):
                await outgoing(api, BOT, SendMessage(chat_id=1, text="hello"))
        assert AN_HOUR - 10 < refused.value.retry_after <= AN_HOUR
    assert api.asked == 1
