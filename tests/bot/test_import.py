"""Sessions of other programs, taken over from the command line."""

from __future__ import annotations

import pytest
from telethon.crypto import AuthKey
from telethon.sessions import SQLiteSession

from sandbox import Minted, Sandbox
from tests.bot.conftest import PERSON, CommandLine, refused
from tests.bot.terminals import terminal


def session_file(line: CommandLine, minted: Minted, name: str) -> None:
    """Write what another Telethon program would leave in the folder."""
    session = SQLiteSession(str(line.folder / name))
    session.set_dc(minted.dc_id, minted.host, minted.port)
    session.auth_key = AuthKey(minted.auth_key)
    session.save()
    session.close()


def test_a_file_is_taken_over(beside: CommandLine, telegram: Sandbox) -> None:
    """Who it is is said, the file stays as it is with the command that removes it; it reads."""
    session_file(beside, telegram.mint(PERSON), "old one.session")
    before = (beside.folder / "old one.session").read_bytes()
    done = beside.run("import-session", "old one")
    assert (done.status, done.err) == (0, "")
    assert done.out.startswith(f"Account {PERSON} is logged in.")
    assert "rm 'old one.session'" in done.out
    assert (beside.folder / "old one.session").read_bytes() == before
    assert beside.run("parse", PERSON, "--json").facts["added"] == 36


def test_a_string_is_read_from_standard_input(beside: CommandLine, telegram: Sandbox) -> None:
    """It is shown nowhere, and a second session for the account is refused."""
    string = telegram.mint(PERSON).string()
    done = beside.run("import-session", "-", "--json", typed=f"{string}\n")
    assert (done.status, done.facts) == (0, {"account": PERSON, "state": "READY"})
    assert "Delete that string" in done.err
    assert string not in done.out + done.err
    other = telegram.mint(PERSON).string()
    done = beside.run("import-session", "-", "--json", typed=other)
    refused(done, "AlreadyLoggedIn", f"tgactors logout {PERSON}")


def test_a_string_is_typed_unseen(beside: CommandLine, telegram: Sandbox) -> None:
    """In a terminal it is asked for without echo, and so is the hash of its API keys."""
    string = telegram.mint(PERSON).string()
    with terminal(beside, "import-session", "-", "--api-id", 777) as seen:
        seen.read_until("API hash: ")
        assert not seen.echoes()
        seen.type("0123456789abcdef\n")
        seen.read_until("String session: ")
        assert not seen.echoes()
        seen.type(f"{string}\n")
        assert seen.read_all() == 0
    assert f"Account {PERSON} is logged in." in seen.text
    assert string[:40] not in seen.shown
    assert "0123456789abcdef" not in seen.shown


def test_a_session_as_an_argument_is_refused(beside: CommandLine, telegram: Sandbox) -> None:
    """Other users can see arguments: it is not used, not repeated, and what to do is said."""
    string = telegram.mint(PERSON).string()
    done = beside.run("import-session", string, "--json")
    refused(done, "SessionInArgument", "Settings, Devices", "tgactors import-session -")
    assert string not in done.out + done.err
    assert len(telegram.calls) == 0


@pytest.mark.parametrize(
    ("given", "typed", "code"),
    [
        ("nowhere.session", None, "SessionFileUnusable"),
        ("-", "no session\n", "SessionFileUnusable"),
        ("-", None, "NothingToRead"),
    ],
    ids=["no file", "no session", "no input"],
)
def test_what_is_no_session(beside: CommandLine, given: str, typed: str | None, code: str) -> None:
    """It is refused in words, and nobody is known afterwards."""
    refused(beside.run("import-session", given, "--json", typed=typed), code)
    assert beside.run("status", "--json").facts["accounts"] == []


def test_a_session_that_has_ended(beside: CommandLine, telegram: Sandbox) -> None:
    """Telegram is asked first: one that it has revoked makes no account."""
    string = telegram.mint(PERSON).string()
    telegram.revoke(PERSON)
    done = beside.run("import-session", "-", "--json", typed=string)
    refused(done, "SessionRevoked", "Log in again")
    assert beside.run("status", "--json").facts["accounts"] == []
