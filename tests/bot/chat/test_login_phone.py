"""Logging in at the bot by a code that comes to the phone."""

from __future__ import annotations

import re

import pytest

import actors
from sandbox import Sandbox
from sandbox.botapi import BotApi, Page, Person
from tests.bot.chat.entering import (
    DONE,
    KEYPAD,
    PHONE,
    SCAN,
    by_phone,
    enter,
    read,
    said_codes,
    wrong,
)
from tests.bot.chat.talking import PATIENCE, PERSON, said, told

pytestmark = pytest.mark.anyio


@pytest.fixture(autouse=True)
def _open(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever comes may log in."""
    monkeypatch.setenv("TGACTORS_REGISTRATION", "open")


async def test_S8_a_code_is_entered_on_buttons_and_stands_in_no_message(
    telegram: Sandbox, mia: Person
) -> None:
    """Tapped digits show as dots; a wrong code may be corrected, an erased digit too."""
    await told(mia, "/login", SCAN)
    keypad = await by_phone(mia)
    assert keypad.text.endswith("○ ○ ○ ○ ○")
    code = telegram.last_code(PERSON)
    await enter(mia, keypad, wrong(code))
    keypad = await said(mia, "That was not the code. Tries left: 4.")
    assert await enter(mia, keypad, wrong(code)[:2]) == "● ● ○ ○ ○"
    await mia.press(keypad, "⌫").awaited(PATIENCE)
    await mia.press(keypad, "⌫").awaited(PATIENCE)
    assert await enter(mia, keypad, code) == "The code is being checked…"
    await said(mia, DONE)
    await mia.awaited_gone(keypad, within=PATIENCE)
    assert said_codes(mia) == []
    assert not any(code in data for each in mia.inbox for data in each.data)


async def test_a_shared_contact_serves_as_the_number(telegram: Sandbox, mia: Person) -> None:
    """Telegram's own button sends the number without a plus; the code comes all the same."""
    picture = await told(mia, "/login", SCAN)
    await mia.press(picture, "On this phone?").awaited(PATIENCE)
    await said(mia, "type it with its country code")
    await mia.awaited_gone(picture, within=PATIENCE)
    keypad = await said(mia, KEYPAD, after=mia.send_contact(PHONE).id)
    await enter(mia, keypad, telegram.last_code(PERSON))
    await said(mia, DONE)


async def test_a_code_that_has_expired_is_replaced_by_itself(
    telegram: Sandbox, api: BotApi, mia: Person
) -> None:
    """Another one has a keypad of its own; the old one enters nothing, if it is still there."""
    await told(mia, "/login", SCAN)
    keypad = await by_phone(mia)
    code = telegram.last_code(PERSON)
    telegram.expire_codes()
    api.faults.next("deleteMessage", Page(502))
    await enter(mia, keypad, code)
    second = await said(mia, KEYPAD, after=keypad.id)
    assert await enter(mia, keypad, "1") == "This code is over."
    await mia.awaited_gone(keypad, within=PATIENCE)
    await enter(mia, second, telegram.last_code(PERSON))
    await said(mia, DONE)


async def test_another_code_is_refused_before_its_time_with_the_time(
    telegram: Sandbox, mia: Person
) -> None:
    """The button says when Telegram sends another one, and asks for none before."""
    await told(mia, "/login", SCAN)
    keypad = await by_phone(mia)
    answer = await mia.press(keypad, "Send another code (later)").awaited(PATIENCE)
    assert re.fullmatch(r"Another code can be asked for at \d\d:\d\d:\d\d\.", answer.text)
    assert "auth.resendCode" not in {call.method for call in telegram.calls}
    await enter(mia, keypad, telegram.last_code(PERSON))
    await said(mia, DONE)


async def test_a_login_is_cancelled_while_its_code_is_checked(
    telegram: Sandbox, mia: Person
) -> None:
    """Telegram takes the code when nobody wants it any more: the account is NEW all the same."""
    await told(mia, "/login", SCAN)
    keypad = await by_phone(mia)
    with telegram.faults.hold("auth.signIn"):
        late = [mia.press(keypad, digit) for digit in telegram.last_code(PERSON)]
        await late[-1].awaited(PATIENCE)
        await told(mia, "/cancel", "Cancelled.")
    await mia.awaited_gone(keypad, within=PATIENCE)
    assert (await actors.user(PERSON).status()).state == "NEW"


async def test_a_number_that_is_none_is_explained_and_asked_again(mia: Person) -> None:
    """What is no phone number ends nothing: the next message may be one."""
    picture = await told(mia, "/login", SCAN)
    await mia.press(picture, "On this phone?").awaited(PATIENCE)
    await said(mia, "type it with its country code")
    await told(mia, "call me", "country code")
    await said(mia, KEYPAD, after=mia.send(f"+{PHONE}").id)


async def test_the_qr_code_can_be_gone_back_to(telegram: Sandbox, mia: Person) -> None:
    """The keyboard that asks for the number leads back to a picture."""
    picture = await told(mia, "/login", SCAN)
    await mia.press(picture, "On this phone?").awaited(PATIENCE)
    asked = await said(mia, "type it with its country code")
    mia.press(asked, "QR code instead")
    telegram.scan(read(await said(mia, SCAN, after=asked.id)), PERSON)
    await said(mia, DONE)
