"""How long posts are kept, from the command line."""

from __future__ import annotations

import pytest

from tests.bot.conftest import CommandLine, refused


def test_a_dry_run_shows_what_would_go(archive: CommandLine) -> None:
    """Channel by channel, and nothing is changed by it."""
    shown = archive.run("retention", "--days", 1, "--dry-run", "--json").facts
    doomed = shown["doomed"]
    assert shown["retention"] == {"days": None, "fixed": False, "accounts": {}}
    assert shown["removed"] is None
    assert all(each["oldest"] <= each["newest"] for each in doomed)
    words = archive.run("retention", "--days", 1, "--dry-run").out
    assert "Posts are kept for ever." in words
    assert ("Nothing was changed" in words) == bool(doomed)
    none = archive.run("retention", "--days", 36_500, "--dry-run").out
    assert "There is nothing that nobody wants" in none


def test_the_value_said_is_the_value_shown(known: CommandLine) -> None:
    """For the house and for an account, which never keeps more than the house; and back again."""
    account = 8124731874
    said = known.run("retention", "--days", 30, "--json").facts["retention"]
    assert said["days"] == 30
    said = known.run("retention", "--days", 90, "--account", account, "--json").facts["retention"]
    assert said == {"days": 30, "fixed": False, "accounts": {str(account): 30}}
    shown = known.run("retention")
    assert "Posts are kept for 30 days." in shown.out
    assert f"Account {account} sees 30 days." in shown.out
    back = known.run("retention", "--for-ever", "--now", "--json").facts
    assert (back["retention"]["days"], back["removed"]) == (None, 0)
    done = known.run("retention", "--for-ever", "--account", account, "--json").facts["retention"]
    assert done["accounts"] == {}


def test_an_account_nobody_knows_wants_nothing(beside: CommandLine) -> None:
    """It is refused."""
    done = beside.run("retention", "--days", 3, "--account", 99, "--json")
    refused(done, "UnknownAccount", "99")


@pytest.mark.parametrize(
    "words",
    [
        ("--days", 3, "--for-ever"),
        ("--account", 42),
        ("--days", 0),
        ("--days", 3, "--dry-run", "--now"),
        ("--for-ever", "--dry-run"),
    ],
)
def test_a_policy_that_makes_no_sense(line: CommandLine, words: tuple[object, ...]) -> None:
    """It is refused before anything is opened."""
    done = line.run("retention", *words)
    assert (done.status, done.out) == (2, "")
    assert list(line.folder.iterdir()) == []
