"""The end of a bot's service."""

from __future__ import annotations

import asyncio

import pytest

from actors.house import House
from sandbox.botapi import BotApi
from tests.bot.chat.conftest import serving
from tests.bot.chat.talking import PERSON, told

pytestmark = pytest.mark.anyio


async def test_nothing_of_a_bot_goes_on_after_its_end(house: House, api: BotApi) -> None:
    """Above all it asks for no updates: whoever serves next would be refused them."""
    mia = api.person(PERSON, first_name="Mia", language_code="en")
    before = asyncio.all_tasks()
    async with serving(house, api):
        await told(mia, "/start", "I read your Telegram channels")
    assert asyncio.all_tasks() - before == set()
