"""The end of a bot's service."""

from __future__ import annotations

import asyncio

import pytest
from aiogram.client.session.aiohttp import AiohttpSession

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


async def test_an_answer_under_way_is_given_up_with_the_bot(house: House, api: BotApi) -> None:
    """An update whose answer hangs keeps nobody waiting, and opens no connection afterwards."""
    mia = api.person(PERSON, first_name="Mia", language_code="en")
    before = asyncio.all_tasks()
    with api.faults.hold("sendMessage") as held:
        async with serving(house, api) as chat:
            mia.send("/start")
            await asyncio.to_thread(held.reached)
        assert asyncio.all_tasks() - before == set()
    session = chat.bot.session
    assert isinstance(session, AiohttpSession)
    assert session._session is not None
    assert session._session.closed


@pytest.mark.parametrize("asked", ["/parse", "/ask What is new?", "@channel0"])
async def test_a_promise_that_was_being_sent_at_the_end_is_taken_back(
    known: int, house: House, api: BotApi, asked: str
) -> None:
    """What begins with a message that is not answered yet says in it that it was stopped."""
    mia = api.person(known, first_name="Mia", language_code="en")
    async with serving(house, api) as chat:
        with api.faults.hold("sendMessage") as held:
            mia.send(asked)
            await asyncio.to_thread(held.reached)
            ending = asyncio.create_task(chat.tasks.end())
            await asyncio.sleep(0)  # it has cancelled them
        await ending
        assert mia.inbox[-1].text.startswith(("Stopped", "Cancelled"))
