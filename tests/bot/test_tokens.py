"""Tokens of programs, made, listed and revoked from the command line."""

from __future__ import annotations

import re

from tests.bot.conftest import PERSON, CommandLine, refused

TOKEN = re.compile(r"tga_[\w-]{43}")


def test_a_token_is_made_and_listed_without_its_text(known: CommandLine) -> None:
    """The text is shown once, alone on its line; the list says whose it is and what it is for."""
    made = known.run("tokens", "new", "Grafana\x1b[2J")
    assert (made.status, made.err) == (0, "")
    text = made.out.splitlines()[1].strip()
    assert TOKEN.fullmatch(text)
    hers = known.run("tokens", "new", "script", "--account", PERSON, "--json").facts
    assert TOKEN.fullmatch(hers["text"])
    listed, rows = known.run("tokens", "list"), known.run("tokens", "list", "--json")
    assert [each["account"] for each in rows.facts["tokens"]] == [PERSON, None]
    for each in ("Grafana", "script", "operator", str(PERSON)):
        assert each in listed.out
    for secret in (text, hers["text"]):
        assert secret not in listed.out + rows.out
    assert "\x1b" not in listed.out


def test_a_revoked_token(beside: CommandLine) -> None:
    """It is marked in the list; revoking it again, or one that never was, is refused."""
    assert "tgactors tokens new" in beside.run("tokens", "list").out
    number = beside.run("tokens", "new", "n", "--json").facts["id"]
    done = beside.run("tokens", "revoke", number, "--json")
    assert (done.status, done.facts) == (0, {"token": number, "revoked": True})
    assert "revoked" in beside.run("tokens", "list").out
    for which in (number, 10**6):
        done = beside.run("tokens", "revoke", which, "--json")
        refused(done, "NoSuchToken", f"no token {which} ", "tgactors tokens list")


def test_a_token_for_nobody_known(beside: CommandLine) -> None:
    """It is refused, and there is none."""
    done = beside.run("tokens", "new", "n", "--account", 99, "--json")
    refused(done, "UnknownAccount", "99")
    assert beside.run("tokens", "list", "--json").facts["tokens"] == []
