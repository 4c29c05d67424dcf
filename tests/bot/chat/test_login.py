"""Logging in at the bot: by picture, by phone, with a two-step password."""

from __future__ import annotations

import pytest

import actors
from actors.house import House
from sandbox import Sandbox, World
from sandbox.botapi import BotApi, Page, Person
from tests.bot.chat.conftest import serving
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

STRANGER = 77


@pytest.fixture(autouse=True)
def _open(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever comes may log in."""
    monkeypatch.setenv("TGACTORS_REGISTRATION", "open")


@pytest.fixture
def world() -> World:
    """A world with the person and a stranger, who have phones."""
    made = World()
    made.person(PERSON, first_name="Mia", phone=PHONE)
    made.person(STRANGER, first_name="Boris", phone="491519999999")
    return made


async def test_S7_the_pictures_code_is_scanned_and_the_channels_are_read(
    telegram: Sandbox, mia: Person
) -> None:
    """The button of /start leads to a picture; scanned it is gone, and a first reading reports."""
    greeting = await told(mia, "/start", "I read your Telegram channels")
    await mia.press(greeting, "Log in").awaited(PATIENCE)
    picture = await said(mia, SCAN)
    assert picture.keyboard == (("On this phone?",), ("Cancel",))
    telegram.scan(read(picture), PERSON)
    await said(mia, DONE)
    await mia.awaited_gone(picture, within=PATIENCE)
    await said(mia, "Done: 6 new posts")
    assert (await actors.user(PERSON).status()).state == "READY"


async def test_S7_the_picture_is_renewed_in_its_place(telegram: Sandbox, mia: Person) -> None:
    """A code that has expired is followed by another in the same message, which lets in."""
    picture = await told(mia, "/login", SCAN)
    first = read(picture)
    telegram.expire_tokens()
    renewed = await mia.awaited(
        lambda shown: shown.photo is not None and read(shown) != first, within=60
    )
    assert renewed.id == picture.id
    telegram.scan(read(renewed), PERSON)
    await said(mia, DONE)


async def test_D8_a_stranger_who_scans_is_told_of_and_the_way_is_open(
    telegram: Sandbox, mia: Person
) -> None:
    """He is named, nothing of his session is kept, and Try again shows a fresh code."""
    picture = await told(mia, "/login", SCAN)
    telegram.scan(read(picture), STRANGER)
    warned = await said(mia, "Somebody else logged in", f"account {STRANGER}")
    assert (await mia.awaited_gone(picture, within=PATIENCE)).is_deleted
    assert (await actors.user(STRANGER).status()).state == "NEW"
    await mia.press(warned, "Try again").awaited(PATIENCE)
    telegram.scan(read(await said(mia, SCAN, after=warned.id)), PERSON)
    await said(mia, DONE)


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
    telegram: Sandbox, mia: Person
) -> None:
    """Another one is asked for, and has a keypad of its own in place of the old one."""
    await told(mia, "/login", SCAN)
    keypad = await by_phone(mia)
    code = telegram.last_code(PERSON)
    telegram.expire_codes()
    await enter(mia, keypad, code)
    second = await said(mia, KEYPAD, after=keypad.id)
    await mia.awaited_gone(keypad, within=PATIENCE)
    await enter(mia, second, telegram.last_code(PERSON))
    await said(mia, DONE)


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


async def test_S6_the_password_is_asked_with_its_hint_and_its_message_deleted(
    telegram: Sandbox, mia: Person
) -> None:
    """Wrong, then right: each message is deleted before Telegram is asked, and READY follows."""
    telegram.set_password(PERSON, "мурка", hint="<cat>")
    telegram.scan(read(await told(mia, "/login", SCAN)), PERSON)
    await said(mia, "two-step password", "Its hint: <cat>")
    with telegram.faults.hold("auth.checkPassword"):
        first = mia.send("барсик")
        await mia.awaited_gone(first, within=PATIENCE)
    await said(mia, "The password was wrong. Tries left: 4.")
    right = mia.send("мурка")
    await said(mia, DONE)
    await mia.awaited_gone(right, within=PATIENCE)
    assert not any(
        word in each.text for each in mia.inbox if not each.is_mine for word in ("барсик", "мурка")
    )


async def test_S6_a_password_of_five_digits_is_a_password(telegram: Sandbox, mia: Person) -> None:
    """While a password is asked for, digits are no login code."""
    telegram.set_password(PERSON, "12345")
    telegram.scan(read(await told(mia, "/login", SCAN)), PERSON)
    await said(mia, "two-step password")
    sent = mia.send("12345")
    await said(mia, DONE)
    await mia.awaited_gone(sent, within=PATIENCE)


@pytest.mark.parametrize("by", ["button", "command"])
async def test_a_login_is_cancelled_at_any_time(telegram: Sandbox, mia: Person, by: str) -> None:
    """The picture goes, the account is NEW, and a code that was on it lets nobody in."""
    picture = await told(mia, "/login", SCAN)
    if by == "button":
        await mia.press(picture, "Cancel").awaited(PATIENCE)
        await said(mia, "Cancelled.")
    else:
        await told(mia, "/cancel", "Cancelled.")
    await mia.awaited_gone(picture, within=PATIENCE)
    assert (await actors.user(PERSON).status()).state == "NEW"
    assert [call.method for call in telegram.calls].count("messages.getDialogs") == 0


async def test_who_is_logged_in_is_told_so(known: int, mia: Person) -> None:
    """/login of an account that is READY begins nothing."""
    assert known == PERSON
    await told(mia, "/login", "You are logged in already.")
    assert [each for each in mia.inbox if each.photo] == []


async def test_a_second_tap_shows_no_second_code(telegram: Sandbox, mia: Person) -> None:
    """Whoever taps twice is told that it runs, with a button to end it."""
    await told(mia, "/login", SCAN)
    busy = await told(mia, "/login", "already runs")
    assert busy.keyboard == (("Cancel",),)
    assert len([each for each in mia.inbox if each.photo]) == 1
    assert len(telegram.calls) > 0


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
