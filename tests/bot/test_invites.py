"""Invites, made, listed and revoked from the command line."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from tests.bot.conftest import CommandLine, refused

CODE = re.compile(r"tg(-[0-9A-Z]{4}){3}")


def test_an_invite_is_made_and_listed_without_its_code(beside: CommandLine) -> None:
    """The code is shown once; the list has its beginning, its uses, its end, limits and note."""
    limits = ("--channels", 5, "--questions", 9)
    asked = ("--uses", 3, "--days", 7, *limits, "--note", "for Vera\x1b[2J")
    made = beside.run("invites", "new", *asked, "--json").facts
    assert CODE.fullmatch(made["code"])
    until = datetime.fromisoformat(made["expires_at"])
    assert timedelta(days=6.9) < until - datetime.now(UTC) < timedelta(days=7)
    shown, told = beside.run("invites", "list"), beside.run("invites", "list", "--json")
    (row,) = told.facts["invites"]
    assert (row["id"], row["uses"], row["spent"], row["reserved"]) == (made["id"], 3, 0, 0)
    assert row["limits"] == {"channels": 5, "questions": 9}
    for each in ("0 of 3", "for Vera", made["code"][:5]):
        assert each in shown.out
    assert made["code"] not in shown.out + told.out
    assert "\x1b" not in shown.out


def test_an_invite_is_for_one_person_for_ever_unless_said_otherwise(beside: CommandLine) -> None:
    """The defaults; people find the code on a line of its own."""
    done = beside.run("invites", "new")
    assert (done.status, done.err) == (0, "")
    assert CODE.fullmatch(done.out.splitlines()[1].strip())
    (row,) = beside.run("invites", "list", "--json").facts["invites"]
    assert (row["uses"], row["expires_at"], row["limits"], row["note"]) == (1, None, {}, "")


def test_a_revoked_invite(beside: CommandLine) -> None:
    """It is marked in the list; revoking it again, or one that never was, is refused."""
    number = beside.run("invites", "new", "--json").facts["id"]
    done = beside.run("invites", "revoke", number, "--json")
    assert (done.status, done.facts) == (0, {"invite": number, "revoked": True})
    assert "revoked" in beside.run("invites", "list").out
    for which in (number, 10**6):
        done = beside.run("invites", "revoke", which, "--json")
        refused(done, "NoSuchInvite", f"no invite {which} ", "tgactors invites list")


def test_no_invites(beside: CommandLine) -> None:
    """An empty list says how to make one."""
    assert "tgactors invites new" in beside.run("invites", "list").out
