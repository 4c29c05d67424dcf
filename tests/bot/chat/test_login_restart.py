"""What a login has shown, when the bot has been restarted."""

from __future__ import annotations

import pytest

from actors.house import House
from sandbox import Sandbox
from sandbox.botapi import BotApi, Page
from tests.bot.chat.conftest import serving
from tests.bot.chat.entering import (
    SCAN,
    by_phone,
    enter,
    read,
)
from tests.bot.chat.talking import PATIENCE, PERSON, said, told

pytestmark = pytest.mark.anyio


@pytest.fixture(autouse=True)
def _open(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever comes may log in."""
    monkeypatch.setenv("TGACTORS_REGISTRATION", "open")


async def test_a_keypad_that_outlived_its_login_enters_nothing(house: House, api: BotApi) -> None:
    """After a restart its keys are explained, and it is taken away."""
    mia = api.person(PERSON, first_name="Mia", language_code="en")
    async with serving(house, api):
        await told(mia, "/login", SCAN)
        keypad = await by_phone(mia)
        await enter(mia, keypad, "1")
        await said(mia, "● ○ ○ ○ ○")
        api.faults.next("deleteMessage", Page(502))
    async with serving(house, api):
        assert await enter(mia, keypad, "1") == "This code is over."
        await mia.awaited_gone(keypad, within=PATIENCE)


async def test_a_password_that_comes_after_a_restart_is_deleted_all_the_same(
    telegram: Sandbox, house: House, api: BotApi
) -> None:
    """An answer to the question is known by the question, whoever has forgotten asking it."""
    mia = api.person(PERSON, first_name="Mia", language_code="en")
    telegram.set_password(PERSON, "мурка")
    async with serving(house, api):
        telegram.scan(read(await told(mia, "/login", SCAN)), PERSON)
        asked = await said(mia, "two-step password")
    async with serving(house, api):
        sent = mia.send("мурка", reply_to=asked.id)
        await mia.awaited_gone(sent, within=PATIENCE)
        await said(mia, "That login is over, so no password is needed")


async def test_after_a_restart_the_accounts_state_decides_what_is_said(
    telegram: Sandbox, house: House, api: BotApi
) -> None:
    """The bot restarts amid a login: its buttons say that it is over, and how it is now."""
    mia = api.person(PERSON, first_name="Mia", language_code="en")
    api.faults.next("deleteMessage", Page(502), times=2)
    async with serving(house, api):
        picture = await told(mia, "/login", SCAN)
    async with serving(house, api):
        await mia.press(picture, "Cancel").awaited(PATIENCE)
        await said(mia, "That login is over.")
        telegram.scan(read(await told(mia, "/login", SCAN)), PERSON)
        await said(mia, "Done: 6 new posts")
        await mia.press(picture, "Cancel").awaited(PATIENCE)
        await said(mia, "You are logged in already.")
