"""Taps that waited for a bot that was away."""

from __future__ import annotations

import asyncio

import pytest

from sandbox.botapi import BotApi, Person
from tests.bot.chat.talking import said, told

pytestmark = pytest.mark.anyio


async def test_a_tap_that_telegram_holds_for_too_old_is_served_all_the_same(
    api: BotApi, mia: Person
) -> None:
    """No notice can be shown for it any more: what it asked for is there, and nothing failed."""
    menu = await told(mia, "/settings", "Time zone: UTC")
    with api.faults.hold("answerCallbackQuery") as late:
        mia.press(menu, "Time zone")
        await asyncio.to_thread(late.reached)
        api.expire_presses()
    await told(mia, "/help", "What I can do")
    await said(mia, "Choose your time zone")
    assert [each.text for each in mia.inbox if "went wrong" in each.text] == []
