"""What is said at the end has time enough, and is missed aloud if it had not."""

from __future__ import annotations

import asyncio
import logging
from typing import cast

import pytest
from aiogram.types import Message

from bot.chat import background, duty, live, signing, underway
from bot.chat.background import promised
from bot.chat.live import Live
from bot.chat.visit import Visit

pytestmark = pytest.mark.anyio


class Slow:
    """A message that no edit of ever comes to an end."""

    def __init__(self) -> None:
        self.begun = asyncio.Event()
        self.cut = 0

    async def edit_text(self, _text: str, *, reply_markup: object = None) -> None:
        assert reply_markup is None
        self.begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            self.cut += 1


def test_the_end_leaves_time_for_every_last_word() -> None:
    """Of an update that is served, of an edit under way, of a message, of a login's pictures."""
    told = live.CUT_SECONDS + background.LAST_WORD_SECONDS
    needed = underway.GRACE_SECONDS + max(told, signing.CLEAR_SECONDS)
    assert needed < duty.END_SECONDS


async def test_what_is_stopped_does_not_wait_long_for_its_last_edit() -> None:
    """The edit is given up: what was stopped has to say so, and its time is short."""
    message = Slow()

    async def work() -> None:
        async with Live(cast("Message", message), cut=0.0) as shown:
            shown.say("something")
            await asyncio.Event().wait()

    task = asyncio.create_task(work())
    await message.begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await asyncio.sleep(0)
    assert message.cut == 1


async def test_a_last_word_that_comes_too_late_is_noted(caplog: pytest.LogCaptureFixture) -> None:
    """The person is not told that it was stopped; whoever reads the log is."""
    begun = asyncio.Event()

    async def sending() -> Message:
        begun.set()
        await asyncio.Event().wait()
        raise AssertionError("that event never comes")

    async def work() -> None:
        visit = cast("Visit", None)
        async with promised(sending(), visit, lambda: "Stopped.", within=0.01):
            raise AssertionError("nothing was promised yet")

    task = asyncio.create_task(work())
    with caplog.at_level(logging.WARNING, logger="tgactors.bot"):
        await begun.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    assert [record.getMessage() for record in caplog.records] == ["chat.last_word_late"]
