"""Logging in where registration is closed."""

from __future__ import annotations

import pytest

from actors.house import House
from sandbox import Sandbox
from sandbox.botapi import Person
from tests.bot.chat.entering import DONE, SCAN, read
from tests.bot.chat.talking import PATIENCE, PERSON, said, told

pytestmark = pytest.mark.anyio


async def test_somebody_new_is_asked_for_an_invite_first(
    house: House, telegram: Sandbox, mia: Person
) -> None:
    """A wrong one is refused and asked for again; a good one is spent by the login."""
    invite = await house.invite()
    await told(mia, "/login", "Send me your invite code")
    refused = await told(mia, "tg-0000-0000-0000", "There is no such invite")
    await mia.press(refused, "Try again").awaited(PATIENCE)
    await said(mia, "Send me your invite code", after=refused.id)
    picture = await told(mia, invite.code.lower(), SCAN)
    telegram.scan(read(picture), PERSON)
    await said(mia, DONE)
    assert [each.spent for each in await house.invites()] == [1]


async def test_an_invite_comes_by_link_and_outlives_a_login_that_fails(
    house: House, telegram: Sandbox, mia: Person
) -> None:
    """The buttons hold it: Try again asks for none."""
    invite = await house.invite()
    mia.start(f"inv_{invite.code}")
    greeting = await said(mia, "Your invite is taken down")
    await mia.press(greeting, "Log in").awaited(PATIENCE)
    picture = await said(mia, SCAN)
    telegram.run(lambda: telegram.world.person(77, first_name="Boris"))
    telegram.scan(read(picture), 77)
    failed = await said(mia, "Somebody else logged in")
    await mia.press(failed, "Try again").awaited(PATIENCE)
    telegram.scan(read(await said(mia, SCAN, after=failed.id)), PERSON)
    await said(mia, DONE)


async def test_an_invite_is_found_in_its_link(house: House, mia: Person) -> None:
    """Whoever is asked for the code may send the whole link that the operator was given."""
    invite = await house.invite()
    await told(mia, "/login", "Send me your invite code")
    await told(mia, f"https://t.me/reader_bot?start=inv_{invite.code}", SCAN)


async def test_commands_are_no_invites(mia: Person) -> None:
    """While an invite is awaited, /help helps and /cancel ends the waiting."""
    await told(mia, "/login", "Send me your invite code")
    await told(mia, "/help", "What I can do")
    await told(mia, "/cancel", "Cancelled.")
    await told(mia, "tg-0000-0000-0000", "I did not understand")
