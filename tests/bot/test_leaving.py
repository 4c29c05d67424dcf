"""Logging out, forgetting, and the other places where an account is logged in."""

from __future__ import annotations

import pytest

from sandbox import Sandbox
from tests.bot.conftest import PERSON, CommandLine, refused


def methods(telegram: Sandbox) -> list[str]:
    """Name the calls that were answered."""
    return [call.method for call in telegram.calls if call.answer == "ok"]


def test_a_logout_ends_the_session_at_telegram_too(known: CommandLine, telegram: Sandbox) -> None:
    """The account is LOGGED_OUT, what was read stays, and another logout changes nothing."""
    known.run("parse", PERSON)
    done = known.run("logout", PERSON)
    assert (done.status, done.err) == (0, "")
    assert done.out.startswith(f"Account {PERSON} is logged out.")
    assert "auth.logOut" in methods(telegram)
    refused(known.run("parse", PERSON, "--json"), "LoginRequired", "LOGGED_OUT")
    assert len(known.run("posts", PERSON, "--json").facts["posts"]) == 20
    again = known.run("logout", PERSON, "--json")
    assert (again.status, again.facts) == (0, {"account": PERSON, "state": "LOGGED_OUT"})
    assert "was not logged in" in again.err


def test_a_logout_that_telegram_cannot_be_told_of(known: CommandLine, telegram: Sandbox) -> None:
    """It is refused and changes nothing: a session that is left over there must not be lost."""
    with telegram.down():
        refused(known.run("logout", PERSON, "--json"), "TelegramUnreachable", "try again")
    assert known.run("status", PERSON, "--json").facts["state"] == "READY"
    assert known.run("parse", PERSON, "--json").facts["added"] == 36


def test_forgetting_deletes_and_says_what(known: CommandLine, telegram: Sandbox) -> None:
    """After the id was typed nothing is known of the account; a second time there is nothing."""
    known.run("parse", PERSON)
    done = known.run("forget", PERSON, typed=f"{PERSON}\n")
    assert (done.status, done.err) == (0, "")
    assert "15 subscriptions, 15 channels that nobody else follows, and 36 posts" in done.out
    assert "auth.logOut" in methods(telegram)
    facts = known.run("status", PERSON, "--json").facts
    assert (facts["state"], facts["channels"], facts["notices"]) == ("NEW", [], [])
    assert known.run("status", "--json").facts["accounts"] == []
    again = known.run("forget", PERSON, "--yes", "--json")
    nothing = {"account": PERSON, "subscriptions": 0, "channels": 0, "posts": 0}
    assert (again.status, again.facts) == (0, nothing)


@pytest.mark.parametrize(
    ("typed", "code"),
    [("7\n", "NotConfirmed"), ("\n", "NotConfirmed"), ("", "NothingToRead")],
    ids=["another id", "nothing", "no input"],
)
def test_forgetting_is_confirmed(known: CommandLine, typed: str, code: str) -> None:
    """Anything but the account's id deletes nothing."""
    done = known.run("forget", PERSON, "--json", typed=typed)
    refused(done, code, err=done.err.split("\n", 1)[1])
    assert known.run("status", PERSON, "--json").facts["state"] == "READY"


def test_devices_are_listed_and_ended(known: CommandLine, telegram: Sandbox) -> None:
    """This session stands first, another is ended by its id, and this one is not."""
    telegram.mint(PERSON)
    listed = known.run("devices", PERSON, "--json").facts["authorisations"]
    assert [each["this"] for each in listed] == [True, False]
    shown = known.run("devices", PERSON)
    assert (shown.status, "this one" in shown.out) == (0, True)
    assert str(listed[1]["id"]) in shown.out
    done = known.run("devices", PERSON, "--end", listed[1]["id"])
    assert (done.status, f"Authorisation {listed[1]['id']} is ended" in done.out) == (0, True)
    left = known.run("devices", PERSON, "--json").facts
    assert (left["ended"], len(left["authorisations"])) == (None, 1)
    for wrong in (listed[0]["id"], listed[1]["id"]):
        done = known.run("devices", PERSON, "--end", wrong, "--json")
        refused(done, "AuthorisationKept", "List the account's sessions again")
