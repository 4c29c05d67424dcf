"""A message that is edited while something goes on: how often, and what it says last."""

from __future__ import annotations

import asyncio
from typing import cast

import pytest
from aiogram.exceptions import TelegramBadRequest
from aiogram.methods import EditMessageText
from aiogram.types import Message

from bot.chat.live import Live

pytestmark = pytest.mark.anyio

FOREVER = 10_000.0


class Edited:
    """A message that notes its edits; each waits until it is let through."""

    def __init__(self) -> None:
        self.begun = asyncio.Event()
        self.let = asyncio.Event()
        self.let.set()
        self.texts: list[str] = []
        self.refused: Exception | None = None

    async def edit_text(self, text: str, *, reply_markup: object = None) -> None:
        assert reply_markup is None
        self.begun.set()
        await self.let.wait()
        if (refused := self.refused) is not None:
            self.refused = None
            raise refused
        self.texts.append(text)


def live(message: Edited, pause: float) -> Live:
    """Make that message live."""
    return Live(cast("Message", message), pause)


async def shown(message: Edited, text: str) -> None:
    """Let the loop turn until the message says something."""
    for _ in range(1000):
        if text in message.texts:
            return
        await asyncio.sleep(0)
    raise AssertionError(f"{text!r} was never shown: {message.texts}")


async def test_within_a_pause_there_is_one_edit() -> None:
    """Whatever is said before the pause is over is not sent, and the block ends at once."""
    message = Edited()
    async with live(message, FOREVER) as said:
        said.say("first")
        await shown(message, "first")
        for number in range(100):
            said.say(str(number))
            await asyncio.sleep(0)
    assert message.texts == ["first"]


async def test_the_newest_is_shown() -> None:
    """Of what was said while an edit was under way, the last is shown and the others never are."""
    message = Edited()
    message.let.clear()
    async with live(message, 0.0) as said:
        said.say("first")
        await message.begun.wait()
        said.say("second")
        said.say("third")
        message.let.set()
        await shown(message, "third")
    assert message.texts == ["first", "third"]


async def test_no_edit_comes_after_the_block() -> None:
    """An edit that is under way at the end is waited for: it cannot come after a last word."""
    message = Edited()
    message.let.clear()
    ended = asyncio.Event()

    async def block() -> None:
        async with live(message, FOREVER) as said:
            said.say("first")
            await message.begun.wait()
        ended.set()

    task = asyncio.create_task(block())
    await message.begun.wait()
    for _ in range(20):
        await asyncio.sleep(0)
    assert not ended.is_set()
    message.let.set()
    await task
    assert message.texts == ["first"]


async def test_an_edit_that_is_refused_costs_no_later_one() -> None:
    """What Telegram refuses once is passed over, and the next edit is made."""
    message = Edited()
    message.refused = TelegramBadRequest(EditMessageText(text="x"), "Bad Request: gone")
    async with live(message, 0.0) as said:
        said.say("first")
        await message.begun.wait()
        said.say("second")
        await shown(message, "second")
    assert message.texts == ["second"]


async def test_what_is_too_long_is_cut() -> None:
    """A text of two messages' length is shown as far as one takes it."""
    message = Edited()
    async with live(message, FOREVER) as said:
        said.say("a" * 5000)
        await shown(message, "a" * 4096)
