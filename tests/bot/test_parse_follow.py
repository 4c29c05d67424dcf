"""A parse that goes on by the schedule, and tells of what it finds."""

from __future__ import annotations

import json
import signal
import subprocess
import time
from typing import Any

import pytest

from sandbox import Sandbox
from tests.bot.conftest import PERSON, CommandLine, refused

PATIENCE = 60.0
BEGUN = "From now on the schedule reads."


def started(line: CommandLine, *words: object) -> subprocess.Popen[str]:
    """Start to follow with an interval of a second; wait until the schedule reads."""
    assert line.run("parse", PERSON).status == 0
    assert line.run("every", PERSON, 1).status == 0
    process = line.start("parse", PERSON, "--follow", *words)
    if "--json" in words:
        line.hear(process, '"parsed"')
    else:
        line.hear(process, BEGUN)
    return process


def read(line: CommandLine, process: subprocess.Popen[str], key: str) -> Any:
    """Wait for a reading in which there is something of a kind."""
    while True:
        told = json.loads(line.hear(process)).get("read")
        if told and told[key]:
            return told


def test_what_happens_to_posts_is_told_as_it_happens(known: CommandLine, telegram: Sandbox) -> None:
    """New, edited and deleted posts each make a line, until Ctrl-C ends it in order."""
    channel = next(each for each in telegram.world.channels.values() if each.username)
    process = started(known)
    post = telegram.publish(channel.id, "Fresh\x1b[2J bread.")
    fresh = known.hear(process, "Fresh")
    assert f"{channel.title}: new https://t.me/{channel.username}/{post.id} Fresh[2J" in fresh
    telegram.edit(channel.id, post.id, "Stale bread.")
    assert f"edited https://t.me/{channel.username}/{post.id} Stale" in known.hear(process, "Stale")
    telegram.delete(channel.id, post.id)
    assert f"1 post deleted ({post.id})" in known.hear(process, "deleted")
    done = known.interrupt(process, signal.SIGINT)
    assert (done.status, done.err) == (130, "")


def test_a_program_is_told_of_each_reading(known: CommandLine, telegram: Sandbox) -> None:
    """With --json the first parse and then each reading of a channel is one object."""
    channel = next(iter(telegram.world.channels.values()))
    process = started(known, "--json")
    post = telegram.publish(channel.id, "Fresh.")
    told = read(known, process, "added")
    assert [(each["id"], each["text"]) for each in told["added"]] == [(post.id, "Fresh.")]
    assert (told["channel"], told["edited"], told["deleted"]) == (channel.id, [], [])
    telegram.delete(channel.id, post.id)
    assert read(known, process, "deleted")["deleted"] == [post.id]
    assert known.interrupt(process, signal.SIGTERM).status == 143


def test_a_live_one_does_not_wait_for_its_turn(known: CommandLine, telegram: Sandbox) -> None:
    """With --live a post is told though its channel's turn comes in half an hour; Ctrl-C ends it
    without a word about what has stopped.
    """  # noqa: D205
    channel = next(iter(telegram.world.channels.values()))
    assert known.run("parse", PERSON).status == 0
    # The connections of the parse and of the schedule ask for it, and then who wants to be told.
    listening = telegram.faults.hold("updates.getState", skip=2)
    process = known.start("parse", PERSON, "--follow", "--live")
    known.hear(process, BEGUN)
    listening.reached()
    listening.release()
    telegram.publish(channel.id, "Fresh.")
    assert channel.title in known.hear(process, "Fresh.")
    done = known.interrupt(process, signal.SIGINT)
    assert done.status == 130
    assert "has stopped" not in done.err


def test_many_new_posts_make_one_line(known: CommandLine, telegram: Sandbox) -> None:
    """What would fill the screen is counted, with the newest of it."""
    channel = next(iter(telegram.world.channels.values()))
    process = started(known)
    telegram.publish_many(channel.id, [f"Number {number}." for number in range(11)])
    assert "11 new posts, the newest " in known.hear(process, "Number 10.")
    known.interrupt(process, signal.SIGINT)


def test_a_lost_channel_is_told_with_its_reason(known: CommandLine, telegram: Sandbox) -> None:
    """Whoever is thrown out of a channel is told so, by the first way in which it shows."""
    channel = next(iter(telegram.world.channels.values()))
    process = started(known, "--json")
    telegram.ban(PERSON, channel.id)
    lost = json.loads(known.hear(process, '"lost"'))["lost"]
    assert (lost["channel"], lost["title"]) == (channel.id, channel.title)
    # Either a list lacks the channel, or the channel itself refuses, and Telegram says no more.
    ways = {("left", "you left it"), ("private", "it is closed to you")}
    assert (lost["state"], lost["why"]) in ways
    known.interrupt(process, signal.SIGINT)


def test_a_notice_is_told_when_it_is_written(known: CommandLine, telegram: Sandbox) -> None:
    """A session that Telegram ends meanwhile is told with the way back in."""
    process = started(known)
    telegram.revoke(PERSON)
    assert f"Log in again: tgactors login {PERSON}" in known.hear(process, "ended the session")
    known.interrupt(process, signal.SIGINT)


def test_status_tells_which_other_process_has_the_account(known: CommandLine) -> None:
    """From a data folder of its own, on the same database, its pid is told, and then nobody's."""
    process = started(known)
    elsewhere = ("status", PERSON, "--data", known.folder / "elsewhere")
    told = f"It is in use by another process: pid {process.pid} on "
    until = time.monotonic() + PATIENCE  # a starved one may just be getting a new lease
    while told not in (shown := known.run(*elsewhere).out):
        assert time.monotonic() < until, shown
    assert known.run(*elsewhere, "--json").facts["holder"].startswith(f"pid {process.pid} on ")
    known.interrupt(process, signal.SIGINT)
    assert "in use by" not in known.run(*elsewhere).out


def test_a_telegram_that_is_away_at_first_is_waited_for(
    known: CommandLine, telegram: Sandbox
) -> None:
    """It is said that Telegram cannot be reached, and the schedule reads when it is back."""
    assert known.run("every", PERSON, 1).status == 0
    with telegram.down():
        process = known.start("parse", PERSON, "--follow")
        known.hear(process, BEGUN)
    assert "36" not in known.hear(process, ": new ")
    done = known.interrupt(process, signal.SIGINT)
    assert "Telegram could not be reached" in done.err


def test_an_account_that_is_not_logged_in_is_refused(beside: CommandLine) -> None:
    """There is nothing to follow: how to log in is said, with status 2."""
    done = beside.run("parse", 7, "--follow", "--json")
    refused(done, "LoginRequired", "tgactors login 7")


@pytest.mark.parametrize("depth", [1, "all"])
def test_the_depth_counts_for_the_first_parse(known: CommandLine, depth: object) -> None:
    """What was never read begins as deep as asked, and not as deep as the schedule would."""
    process = known.start("parse", PERSON, "--follow", "--json", "--depth", depth)
    report = json.loads(known.hear(process))["parsed"]
    assert report["added"] == (15 if depth == 1 else 36)
    known.interrupt(process, signal.SIGINT)
