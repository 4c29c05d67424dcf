"""Reading in the chat: a parse with its progress, its waits, its end."""

from __future__ import annotations

import pytest

import actors
from sandbox import Sandbox
from sandbox.botapi import Person
from tests.bot.chat.talking import PATIENCE, pressed, said, told

pytestmark = pytest.mark.anyio

HISTORY = "messages.getHistory"


async def test_a_parse_reports_in_the_message_that_showed_its_progress(
    known: int, mia: Person
) -> None:
    """/parse reads all, and the message that said it began tells what came, without a button."""
    report = await told(mia, "/parse", "Done: 6 new posts", "3 channels")
    assert "Asking Telegram" in report.edits[0]
    assert report.keyboard == ()
    assert len(await actors.user(known).posts()) == 6


async def test_a_parse_is_stopped_by_its_button_and_what_came_is_kept(
    known: int, telegram: Sandbox, mia: Person
) -> None:
    """One of three channels hangs: its progress shows, Stop ends it, what was committed stays."""
    with telegram.faults.hold(HISTORY, user=known):
        running = await told(mia, "/parse", "Reading: channel 2 of 3. 4 new posts so far.")
        assert "Last: Channel" in running.text
        stopped = await pressed(mia, running, "Stop", "Stopped. 4 new posts came in")
        assert stopped.keyboard == ()
    assert len(await actors.user(known).posts()) == 4
    await told(mia, "/parse", "Done: 2 new posts")


async def test_a_wait_shows_while_the_rest_is_read(
    known: int, telegram: Sandbox, mia: Person
) -> None:
    """One channel hangs and another has to wait: the progress says until when, and so does the end.

    What could be read is kept, and what could not is named.
    """
    telegram.faults.error(HISTORY, "FLOOD_WAIT_3600", user=known, skip=1, times=100)
    with telegram.faults.hold(HISTORY, user=known):
        await told(mia, "/parse", "asks your account to wait until")
        running = mia.inbox[-1]
        assert running.keyboard == (("Stop",),)
    await said(mia, "Done", "asks your account to wait until", "Not read to the end")


async def test_a_second_parse_is_told_that_one_runs(
    known: int, telegram: Sandbox, mia: Person
) -> None:
    """/parse twice reads once: the second is offered to stop it, and one report comes."""
    with telegram.faults.hold(HISTORY, user=known):
        await told(mia, "/parse", "Asking Telegram")
        busy = await told(mia, "/parse", "already runs")
        assert busy.keyboard == (("Stop",),)
    await said(mia, "Done: 6 new posts")
    assert [each.text for each in mia.inbox if "Done" in each.text] == [
        each.text for each in mia.inbox if "6 new posts" in each.text
    ]


async def test_a_wait_is_told_with_its_end(known: int, telegram: Sandbox, mia: Person) -> None:
    """Telegram lets the account wait: the report says so, and until when."""
    telegram.faults.error("messages.getDialogs", "FLOOD_WAIT_3600", user=known, times=100)
    await told(mia, "/parse", "asks your account to wait until 2")


async def test_who_is_not_logged_in_is_shown_the_way(mia: Person) -> None:
    """/parse of a stranger is answered with the button that begins a login."""
    answer = await told(mia, "/parse", "Log in, please")
    assert answer.keyboard == (("Log in",),)


async def test_a_stop_that_comes_too_late_says_so(
    known: int, telegram: Sandbox, mia: Person
) -> None:
    """A Stop button that outlived its parse is explained, and takes itself away."""
    with telegram.faults.hold(HISTORY, user=known):
        await told(mia, "/parse", "Asking Telegram")
        offered = await told(mia, "/parse", "already runs")
    await said(mia, "Done")
    press = mia.press(offered, "Stop")
    await press.awaited(PATIENCE)
    await said(mia, "Nothing is being read any more")
