"""Logging in, reading, and looking at what is stored, through a Telegram on this machine."""

from __future__ import annotations

import json
import signal
from datetime import UTC, datetime, timedelta

import pytest

from sandbox import Sandbox
from tests.bot.conftest import PERSON, CommandLine

SCAN = "Settings > Devices > Link Desktop Device"


def test_login_draws_a_code_and_ends_with_the_result(beside: CommandLine) -> None:
    """The code is drawn in blocks with its link, how to scan it is said; the account is READY."""
    done = beside.run("login", PERSON)
    assert done.status == 0, done
    assert "▄▄▄▄▄" in done.out
    assert SCAN in done.out
    assert "It is this link: tg://login?token=" in done.out
    assert done.out.splitlines()[-1].startswith(f"Account {PERSON} is logged in.")
    assert "\x1b" not in done.out
    assert done.err == ""


def test_login_as_json_shows_the_code_to_people(beside: CommandLine) -> None:
    """Standard output is one line for a program; a person scans from standard error."""
    done = beside.run("login", PERSON, "--json")
    assert json.loads(done.out) == {"account": PERSON, "state": "READY"}
    assert SCAN in done.err


def test_a_login_that_is_there_already_shows_no_code(known: CommandLine) -> None:
    """Logging in twice is harmless: the second finds the account READY."""
    done = known.run("login", PERSON)
    assert done.status == 0
    assert SCAN not in done.out


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_interrupted_login_ends_in_order(
    beside: CommandLine, telegram: Sandbox, number: signal.Signals, status: int
) -> None:
    """Nothing is said about it, and the account can log in afterwards."""
    telegram.scan_automatically(None)
    login = beside.start("login", PERSON)
    beside.hear(login, "Code 1")
    done = beside.interrupt(login, number)
    assert (done.status, done.err) == (status, "")
    telegram.scan_automatically(PERSON)
    assert beside.run("login", PERSON).status == 0


def test_parse_says_what_was_stored(known: CommandLine, telegram: Sandbox) -> None:
    """The first parse adds 36 posts from 15 channels, the second none, the third what is new."""
    first = known.run("parse", PERSON)
    assert (first.status, first.err) == (0, "")
    assert first.out.startswith("36 new posts from 15 channels in ")
    second = known.run("parse", PERSON, "--json")
    telegram.publish(next(iter(telegram.world.channels)), "Fresh.")
    third = known.run("parse", PERSON, "--json")
    assert [done.facts["added"] for done in (second, third)] == [0, 1]
    assert third.facts == {
        "account": PERSON,
        "channels": 15,
        "added": 1,
        "edited": 0,
        "deleted": 0,
        "tagged": 0,
        "indexed": 0,
        "pending": 37,
        "counted_at": third.facts["counted_at"],
        "unread": [],
        "flood_until": None,
        "began_at": third.facts["began_at"],
        "took": third.facts["took"],
    }


def test_parse_says_what_has_changed(known: CommandLine, telegram: Sandbox) -> None:
    """Posts that were edited or deleted since are counted, where there are any."""
    assert "edited" not in known.run("parse", PERSON).out
    channel = next(iter(telegram.world.channels.values()))
    first, second = list(channel.posts)[-2:]
    telegram.edit(channel.id, first, "Corrected.")
    telegram.delete(channel.id, second)
    done = known.run("parse", PERSON)
    assert done.out.startswith("0 new posts from 15 channels, 1 edited, 1 deleted in "), done


def test_depth_bounds_a_first_parse(known: CommandLine) -> None:
    """With --depth 1 each of the 15 channels begins with its newest post; all reads the rest."""
    assert known.run("parse", PERSON, "--depth", 1, "--json").facts["added"] == 15


def test_depth_all_reads_everything(known: CommandLine) -> None:
    """With --depth all a first parse reads channels from their first post on."""
    assert known.run("parse", PERSON, "--depth", "all", "--json").facts["added"] == 36


def test_an_unread_channel_and_a_flood_are_told(known: CommandLine, telegram: Sandbox) -> None:
    """A flood names the channel it ended and when Telegram answers again, with its offset."""
    telegram.faults.error("messages.getHistory", "FLOOD_WAIT_300", times=1)
    done = known.run("parse", PERSON, TZ="Asia/Tokyo")
    assert done.status == 0
    (wait,) = [line for line in done.out.splitlines() if "answers this account again" in line]
    again = datetime.fromisoformat(wait.rpartition(" at ")[2].rstrip("."))
    assert again.utcoffset() == timedelta(hours=9)
    assert again > datetime.now(UTC)
    assert "Not read to its end: " in done.out


def test_posts_are_shown_newest_first(known: CommandLine) -> None:
    """Each has its channel, time with offset, first lines and link, and no control codes."""
    known.run("parse", PERSON)
    shown = known.run("posts", PERSON, "--limit", 2)
    told = known.run("posts", PERSON, "--limit", 2, "--json")
    found = told.facts
    assert (len(told.out.splitlines()), told.err) == (1, "")
    assert [found["account"], len(found["posts"])] == [PERSON, 2]
    times = [datetime.fromisoformat(post["published_at"]) for post in found["posts"]]
    assert times == sorted(times, reverse=True)
    for post, time in zip(found["posts"], times, strict=True):
        assert f"{post['channel_title']}  {time.isoformat(' ', 'minutes')}\n" in shown.out
        assert f"  {post['permalink']}\n" in shown.out
        assert post["text"][:60].split("\n")[0] in shown.out
    assert "\x1b" not in shown.out


def test_posts_of_one_channel(known: CommandLine, telegram: Sandbox) -> None:
    """A channel is named by id, username or link; only its posts are shown."""
    known.run("parse", PERSON)
    channel = next(iter(telegram.world.channels.values()))
    for name in (channel.id, f"@{channel.username}", f"https://t.me/{channel.username}"):
        found = known.run("posts", PERSON, "--channel", name, "--json").facts["posts"]
        assert {post["channel_id"] for post in found} == {channel.id}
        assert len(found) == len(channel.posts)


def test_nothing_stored_says_what_to_do(known: CommandLine) -> None:
    """Before the first parse there are no posts, and the next command is named."""
    done = known.run("posts", PERSON)
    assert (done.status, done.err) == (0, "")
    assert f"tgactors parse {PERSON}" in done.out
    assert known.run("posts", PERSON, "--json").facts == {"account": PERSON, "posts": []}


def test_status_of_one_account(known: CommandLine) -> None:
    """The state, since when, and each channel with what is held of it."""
    known.run("parse", PERSON)
    shown, facts = known.run("status", PERSON), known.run("status", PERSON, "--json").facts
    assert f"Account {PERSON} is READY since " in shown.out
    assert (facts["state"], len(facts["channels"])) == ("READY", 15)
    assert sum(channel["posts"] for channel in facts["channels"]) == 36
    for channel in facts["channels"]:
        assert channel["title"] in shown.out
    meaning = facts["meaning"]
    assert (meaning["posts"], meaning["tagged"] + meaning["pending"]) == (36, 36)
    assert f"Of its 36 posts: {meaning['tagged']} tagged, " in shown.out


def test_status_of_an_account_never_seen(beside: CommandLine) -> None:
    """An unknown account is NEW, and the way to log in is named."""
    done = beside.run("status", 7)
    assert done.status == 0
    assert done.out.splitlines() == ["Account 7 is NEW.", "Log in: tgactors login 7"]


def test_status_of_all(known: CommandLine) -> None:
    """Without an id every known account is listed."""
    (account,) = known.run("status", "--json").facts["accounts"]
    assert (account["account"], account["state"]) == (PERSON, "READY")
    assert str(PERSON) in known.run("status").out


def test_options_override_the_environment(known: CommandLine, telegram: Sandbox) -> None:
    """--data and --telegram win over TGACTORS_DATA and TGACTORS_TELEGRAM."""
    known.env |= {"TGACTORS_DATA": "elsewhere", "TGACTORS_TELEGRAM": "nonsense"}
    done = known.run("parse", PERSON, "--data", "data", "--telegram", telegram.address)
    assert done.status == 0, done
    assert not (known.folder / "elsewhere").exists()


def test_verbose_tells_what_happens_on_standard_error(known: CommandLine) -> None:
    """With -v the rooms' events are shown, and standard output stays the program's."""
    done = known.run("parse", PERSON, "--json", "-v")
    assert json.loads(done.out)["added"] == 36
    assert "info: account.parsed " in done.err
