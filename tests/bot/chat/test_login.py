"""Logging in at the bot by its picture."""

from __future__ import annotations

import pytest

import actors
from sandbox import Sandbox
from sandbox.botapi import Person
from tests.bot.chat.entering import (
    DONE,
    SCAN,
    read,
)
from tests.bot.chat.talking import PATIENCE, PERSON, said, told

pytestmark = pytest.mark.anyio

STRANGER = 77


@pytest.fixture(autouse=True)
def _open(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever comes may log in."""
    monkeypatch.setenv("TGACTORS_REGISTRATION", "open")


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


@pytest.mark.parametrize("token_life", [3.0])
async def test_S7_the_picture_is_renewed_in_its_place(telegram: Sandbox, mia: Person) -> None:
    """A code that has expired is followed by another in the same message, which lets in."""
    picture = await told(mia, "/login", SCAN)
    first = read(picture)
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
    telegram.run(lambda: telegram.world.person(STRANGER, first_name="Boris"))
    telegram.scan(read(picture), STRANGER)
    warned = await said(mia, "Somebody else logged in", f"account {STRANGER}")
    assert (await mia.awaited_gone(picture, within=PATIENCE)).is_deleted
    assert (await actors.user(STRANGER).status()).state == "NEW"
    await mia.press(warned, "Try again").awaited(PATIENCE)
    telegram.scan(read(await said(mia, SCAN, after=warned.id)), PERSON)
    await said(mia, DONE)


@pytest.mark.parametrize("by", ["button", "command"])
async def test_a_login_is_cancelled_at_any_time(telegram: Sandbox, mia: Person, by: str) -> None:
    """The picture goes, the account is NEW, it is said once, and another login works."""
    picture = await told(mia, "/login", SCAN)
    if by == "button":
        await mia.press(picture, "Cancel").awaited(PATIENCE)
        await said(mia, "Cancelled.")
    else:
        await told(mia, "/cancel", "Cancelled.")
    await mia.awaited_gone(picture, within=PATIENCE)
    assert (await actors.user(PERSON).status()).state == "NEW"
    telegram.scan(read(await told(mia, "/login", SCAN)), PERSON)
    await said(mia, DONE)
    assert len([each for each in mia.inbox if "ancelled" in each.text]) == 1


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
