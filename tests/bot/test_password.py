"""S6: an account with a two-step password, logged in from the command line."""

from __future__ import annotations

import pytest

from sandbox import Sandbox
from tests.bot.conftest import PERSON, CommandLine, refused
from tests.bot.terminals import terminal

PASSWORD = "мурка-7"


@pytest.fixture
def guarded(beside: CommandLine, telegram: Sandbox) -> CommandLine:
    """A command line beside a Telegram where the person has a password."""
    telegram.set_password(PERSON, PASSWORD, hint="кошка")
    return beside


def test_S6_a_wrong_password_may_be_typed_again(guarded: CommandLine) -> None:
    """The hint is shown, a wrong one is told with the tries left, the right one logs in."""
    done = guarded.run("login", PERSON, typed=f"барсик\n{PASSWORD}\n")
    assert done.status == 0, done
    assert "its hint: кошка" in done.out
    assert "4 tries are left" in done.out
    assert "is logged in" in done.out
    assert PASSWORD not in done.out + done.err
    assert guarded.run("parse", PERSON, "--json").facts["added"] == 36


def test_S6_too_many_wrong_passwords_end_the_command(guarded: CommandLine) -> None:
    """After the last try the login is over: exit 2 and what to do, no traceback."""
    done = guarded.run("login", PERSON, "--json", typed="барсик\n" * 9)
    refused(done, "LoginFailed", "Log in again", err=done.err.splitlines()[-1])
    assert "0 tries are left" in done.err


def test_S6_without_a_terminal_or_a_line_it_says_where_to_run(guarded: CommandLine) -> None:
    """Nothing to read is a refusal, not a hang; the account is not left waiting."""
    done = guarded.run("login", PERSON, "--json")
    refused(done, "NothingToRead", "the password", "in a terminal", err=done.err.splitlines()[-1])
    assert guarded.run("status", PERSON, "--json").facts["state"] == "NEW"


def test_S6_in_a_terminal_the_password_is_not_echoed(guarded: CommandLine) -> None:
    """What is typed at the question appears nowhere, and the terminal echoes again afterwards."""
    with terminal(guarded, "login", PERSON) as seen:
        seen.read_until("Two-step password: ")
        assert not seen.echoes()
        seen.type("барсик\n")
        seen.read_until("4 tries are left")
        seen.type(f"{PASSWORD}\n")
        assert seen.read_all() == 0
        assert seen.echoes()
    assert "барсик" not in seen.shown
    assert PASSWORD not in seen.shown
    assert "is logged in" in seen.text


@pytest.mark.parametrize("way", ["Ctrl-C", "the deadline"])
def test_S6_a_password_that_is_not_given(guarded: CommandLine, way: str) -> None:
    """Whoever leaves the question, or lets it time out, gets the terminal back as it was."""
    within = 300 if way == "Ctrl-C" else 3
    with terminal(guarded, "login", PERSON, "--within", within) as seen:
        seen.read_until("Two-step password: ")
        if way == "Ctrl-C":
            seen.type("\x03")
        status = seen.read_all()
        assert seen.echoes()
    if way == "Ctrl-C":
        assert (status, "Traceback" in seen.shown) == (130, False)
    else:
        assert (status, "No password came in time." in seen.text) == (2, True)
