"""The way from the bot to the login page."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

import pytest
from aiogram.types import InlineKeyboardMarkup

import actors
from actors.house import House
from bot.chat.app import Chat
from sandbox import Sandbox
from sandbox.botapi import BotApi, Person
from tests.bot.chat.conftest import serving
from tests.bot.chat.entering import DONE, SCAN, read
from tests.bot.chat.talking import PATIENCE, PERSON, said, told

pytestmark = pytest.mark.anyio

PUBLIC = "https://reader.example"


@pytest.fixture(autouse=True)
def _open(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever comes may log in."""
    monkeypatch.setenv("TGACTORS_REGISTRATION", "open")


@pytest.fixture
async def chat(house: House, api: BotApi) -> AsyncIterator[Chat]:
    """The bot of a house whose service people's browsers find."""
    async with serving(house, api, public=PUBLIC) as made:
        yield made


async def test_a_button_leads_to_a_page_that_joins_the_login(
    house: House, telegram: Sandbox, mia: Person
) -> None:
    """The link is hers alone; what is done there is seen here, and the reading begins."""
    picture = await told(mia, "/login", SCAN)
    assert picture.keyboard == (("On this phone?",), ("Log in on a page",), ("Cancel",))
    await mia.press(picture, "Log in on a page").awaited(PATIENCE)
    shown = await said(mia, "Give the link to nobody")
    assert shown.keyboard == (("Open the page",),)
    markup = shown.message.reply_markup
    assert isinstance(markup, InlineKeyboardMarkup)
    found = re.fullmatch(rf"{PUBLIC}/login#([\w-]{{43}})", markup.inline_keyboard[0][0].url or "")
    assert found is not None
    assert await house.spend_login_link(found[1]) == PERSON
    steps = house.user(PERSON).login()
    step = await anext(steps)
    assert isinstance(step, actors.QrCode)
    assert step.url == read(picture)
    await steps.aclose()
    telegram.scan(step.url, PERSON)
    await said(mia, DONE)
