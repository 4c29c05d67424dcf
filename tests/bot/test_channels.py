"""The list of a person's channels, and how an account is doing with them."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from sandbox import Sandbox
from tests.bot.conftest import PERSON, CommandLine
from tests.bot.terminals import terminal


def test_channels_are_listed_with_what_is_held(known: CommandLine) -> None:
    """Each has its name, state, posts and share, and when it is read next."""
    known.run("parse", PERSON)
    shown, facts = known.run("channels", PERSON), known.run("channels", PERSON, "--json").facts
    assert (shown.status, shown.err, facts["account"]) == (0, "", PERSON)
    assert len(facts["channels"]) == 15
    for channel in facts["channels"]:
        assert (channel["state"], channel["why"], channel["share"]) == ("followed", None, 1.0)
        name = f"@{channel['username']}" if channel["username"] else str(channel["id"])
        (row,) = [line for line in shown.out.splitlines() if f" {channel['title']} " in line]
        assert name in row
        assert re.search(rf"followed +{channel['posts']} .* 100 % +in \d+ min", row), row
    assert "\x1b" not in shown.out


def test_a_lost_channel_is_listed_last_and_says_why(known: CommandLine, telegram: Sandbox) -> None:
    """Who has left a channel sees it below all others, with the reason, and never due."""
    known.run("parse", PERSON)
    channel = next(iter(telegram.world.channels.values()))
    telegram.unfollow(PERSON, channel.id)
    assert known.run("parse", PERSON, "--json").facts["channels"] == 14
    shown, facts = known.run("channels", PERSON), known.run("channels", PERSON, "--json").facts
    last = facts["channels"][-1]
    assert (last["id"], last["state"], last["why"]) == (channel.id, "left", "you left it")
    assert shown.out.splitlines()[-1] == f"{channel.title}: you left it."
    (row,) = [line for line in shown.out.splitlines() if f" {channel.title} " in line]
    assert row.rstrip().endswith("-")


def test_nothing_followed_says_what_to_do(beside: CommandLine) -> None:
    """An account of which nothing is known is told of the command that reads."""
    done = beside.run("channels", 7)
    assert (done.status, done.err) == (0, "")
    assert "tgactors parse 7" in done.out


def test_the_list_fits_a_narrow_terminal(known: CommandLine) -> None:
    """At 80 columns titles are cut, and no row is broken."""
    known.run("parse", PERSON)
    with terminal(known, "channels", PERSON) as shown:
        assert shown.read_all() == 0
    rows = [line for line in shown.text.splitlines() if "followed" in line]
    assert len(rows) == 15
    assert max(map(len, shown.text.splitlines())) <= 80


def test_status_tells_the_last_parse_of_an_earlier_run(
    known: CommandLine, telegram: Sandbox
) -> None:
    """What it stored, and what it could not read, is kept beyond the process that did it."""
    telegram.faults.error("messages.getHistory", "FLOOD_WAIT_300", times=1)
    report = known.run("parse", PERSON, "--json").facts
    shown, facts = known.run("status", PERSON), known.run("status", PERSON, "--json").facts
    assert facts["last_report"] == report
    assert f"Its last parse: {report['added']} new posts from 15 channels" in shown.out
    assert f"Not read to its end: {report['unread'][0]['title']}." in shown.out


def test_status_tells_when_it_was_read_and_is_read_next(known: CommandLine) -> None:
    """The last parse has its beginning, and the first channel that is due its time."""
    before = datetime.now(UTC)
    report = known.run("parse", PERSON, "--json").facts
    assert before <= datetime.fromisoformat(report["began_at"]) <= datetime.now(UTC)
    shown, facts = known.run("status", PERSON), known.run("channels", PERSON, "--json").facts
    began, due = report["began_at"], min(each["due_at"] for each in facts["channels"])
    assert f"; {minutes(began)}, in {report['took']:.1f} s." in shown.out
    assert f"reads its channels from {minutes(due)} on." in shown.out


def minutes(time: str) -> str:
    """A time as people are told it, where it is UTC."""
    return datetime.fromisoformat(time).isoformat(sep=" ", timespec="minutes")


def test_status_tells_what_telegram_lets_wait_and_until_when(
    known: CommandLine, telegram: Sandbox
) -> None:
    """A wait is told by what has to wait, with its end, also in a later run."""
    telegram.faults.error("messages.getHistory", "FLOOD_WAIT_300", times=1)
    until = known.run("parse", PERSON, "--json").facts["flood_until"]
    shown, facts = known.run("status", PERSON), known.run("status", PERSON, "--json").facts
    assert facts["floods"] == {"history": until}
    assert "Telegram lets it wait with reading until " in shown.out
