"""/status, end to end."""

from __future__ import annotations

import pytest

import actors
from sandbox import Sandbox
from sandbox.botapi import Person
from sandbox.providers import Providers
from tests.bot.chat.talking import PATIENCE, pressed, said, told

pytestmark = pytest.mark.anyio


async def test_who_never_logged_in_is_told_so_and_shown_the_way(mia: Person) -> None:
    """There is a button to begin, and nothing is claimed to be read."""
    shown = await told(mia, "/status", "You are not logged in.", "Nothing was read yet.")
    assert shown.keyboard == (("Log in",), ("Refresh",))


async def test_what_was_read_is_told_and_refreshed_in_place(known: int, mia: Person) -> None:
    """The last parse, when the next is due, and what is still to be done with the posts."""
    await actors.user(known).parse()
    shown = await told(
        mia,
        "/status",
        "You are logged in",
        "You follow 3 channels.",
        "6 new",
        "Next reading:",
        "Kept for you: 6 posts.",
        "Still to be tagged or indexed: 6.",
    )
    assert shown.keyboard == (("Refresh",),)
    await mia.press(shown, "Refresh").awaited(PATIENCE)
    await actors.user(known).unfollow((await actors.user(known).channels())[0].id)
    await pressed(mia, shown, "Refresh", "You follow 2 channels.")


async def test_a_wait_and_an_expired_session_are_told_with_what_to_do(
    known: int, telegram: Sandbox, mia: Person
) -> None:
    """Until when Telegram lets the account wait; why the session has ended, and a login button."""
    telegram.faults.error("messages.getHistory", "FLOOD_WAIT_3600", user=known, times=100)
    await actors.user(known).parse()
    await told(mia, "/status", "Telegram asks your account to wait until 2", "Not read to the end")
    telegram.faults.clear()
    telegram.revoke(known)
    with pytest.raises(actors.LoginRequired):
        await actors.user(known).authorisations()
    shown = await told(mia, "/status", "Telegram ended your session", "Telegram's reason:")
    assert shown.keyboard == (("Log in",), ("Refresh",))


class TestWork:
    @pytest.fixture
    def workers(self, providers: Providers) -> bool:
        """What was read is tagged and indexed, by providers that are there."""
        assert providers is not None
        return True

    async def test_what_was_tagged_and_indexed_is_counted(self, known: int, mia: Person) -> None:
        """After a parse that waits for it nothing is pending."""
        await actors.user(known).parse(settle=60)
        shown = await told(mia, "/status", "Tagged 6, found by meaning 6.")
        assert "Still to be" not in shown.text


async def test_status_answers_while_a_parse_hangs(
    known: int, telegram: Sandbox, mia: Person
) -> None:
    """It never waits behind one, and says that it goes on."""
    with telegram.faults.hold("messages.getHistory", user=known):
        await told(mia, "/parse", "Asking Telegram")
        await mia.awaited(lambda shown: "Reading" in shown.text, within=PATIENCE)
        await told(mia, "/status", "Your channels are being read now.")
    await said(mia, "Done: 6 new posts")
