"""/logout and /forget, end to end."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

import actors
from actors.house import House
from bot.chat.leaving import Leave, is_fresh
from sandbox import Sandbox
from sandbox.botapi import Person
from tests.bot.chat.talking import PATIENCE, said, told
from tests.scenarios.steps import logged_out

pytestmark = pytest.mark.anyio

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
YES = "Yes, do it"


async def test_a_logout_is_asked_about_and_ends_the_session_at_telegram(
    known: int, telegram: Sandbox, mia: Person
) -> None:
    """Two taps log out once; what was read is kept, and a button leads back in."""
    await actors.user(known).parse()
    question = await told(mia, "/logout", "Log out?")
    assert logged_out(telegram) == 0
    first, second = mia.press(question, YES), mia.press(question, YES)
    await first.awaited(PATIENCE)
    await second.awaited(PATIENCE)
    done = await said(mia, "You are logged out, here and at Telegram.")
    assert done.keyboard == (("Log in",),)
    assert logged_out(telegram) == 1
    assert (await actors.user(known).status()).state == "LOGGED_OUT"
    assert len(await actors.user(known).posts()) == 6
    await told(mia, "/logout", "You are not logged in.")


async def test_being_forgotten_lists_what_was_deleted(
    known: int, telegram: Sandbox, house: House, mia: Person
) -> None:
    """The session ends at Telegram, and account, subscriptions, channels and posts are gone."""
    await actors.user(known).parse()
    question = await told(mia, "/forget", "Delete everything about you?")
    await mia.press(question, YES).awaited(PATIENCE)
    listed = await said(mia, "Deleted for good")
    for line in ("followed: 3", "nobody else follows: 3", "posts: 6"):
        assert line in listed.text
    assert logged_out(telegram) == 1
    assert await house.accounts() == ()
    await told(mia, "/status", "You are not logged in.")


@pytest.mark.parametrize("command", ["logout", "forget"])
async def test_who_has_second_thoughts_changes_nothing(
    known: int, telegram: Sandbox, mia: Person, command: str
) -> None:
    """Cancel leaves all as it is, and takes the buttons away."""
    question = await told(mia, f"/{command}", "?")
    await mia.press(question, "Cancel").awaited(PATIENCE)
    kept = await said(mia, "Nothing was changed.")
    assert kept.keyboard == ()
    assert (await actors.user(known).status()).state == "READY"
    assert logged_out(telegram) == 0


async def test_nothing_is_deleted_when_telegram_cannot_be_told(
    known: int, telegram: Sandbox, mia: Person
) -> None:
    """The person is told so, and may try again."""
    telegram.faults.error("auth.logOut", "INTERNAL", times=3)
    question = await told(mia, "/forget", "Delete everything about you?")
    await mia.press(question, YES).awaited(PATIENCE)
    await said(mia, "Telegram cannot be reached just now.")
    assert (await actors.user(known).status()).state == "READY"


async def test_a_running_parse_is_stopped_first(known: int, telegram: Sandbox, mia: Person) -> None:
    """It says itself that it was stopped, and the logout follows."""
    with telegram.faults.hold("messages.getHistory", user=known):
        await told(mia, "/parse", "Asking Telegram")
        question = await told(mia, "/logout", "Log out?")
        await mia.press(question, YES).awaited(PATIENCE)
        await said(mia, "Stopped")
        await said(mia, "You are logged out")


@pytest.mark.parametrize(
    ("age", "fresh"), [(0, True), (119, True), (121, False), (-600, False), (-(10**20), False)]
)
def test_a_question_can_be_confirmed_for_two_minutes(age: int, fresh: bool) -> None:
    """An old button ends nothing, nor does one that was forged for the future."""
    at = int(NOW.timestamp()) - age
    assert is_fresh(Leave(what="forget", at=at, sure=True), NOW) is fresh
