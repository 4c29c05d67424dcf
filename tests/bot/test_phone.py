"""Logging in by a code sent to a phone, and as whoever it is."""

from __future__ import annotations

import subprocess

import pytest

from sandbox import Sandbox
from tests.bot.conftest import PERSON, CommandLine, refused
from tests.bot.terminals import terminal

PHONE = "8 (999) 000-11-22"
PASSWORD = "мурка-7"
NOWHERE_ELSE = "a code typed into any chat is void within seconds."


def coded(line: CommandLine, *words: object) -> subprocess.Popen[str]:
    """Log in by phone, up to the question for the code."""
    process = line.converse("login", *words, "--phone", PHONE)
    line.hear(process, NOWHERE_ELSE)
    return process


@pytest.mark.parametrize("whose", [(), (PERSON,)], ids=["whoever it is", "an account"])
def test_D7_a_code_logs_in_and_the_account_is_read(
    beside: CommandLine, telegram: Sandbox, whose: tuple[int, ...]
) -> None:
    """The code is entered here; the result names the account, and its channels are parsed."""
    process = coded(beside, *whose)
    code = telegram.last_code(PERSON)
    beside.say(process, code)
    done = beside.ended(process)
    assert (done.status, done.err) == (0, ""), done
    assert done.out.splitlines()[-1].startswith(f"Account {PERSON} is logged in.")
    assert code not in done.out
    assert beside.run("parse", PERSON, "--json").facts["added"] == 36


def test_D7_whoever_scans_is_adopted(beside: CommandLine) -> None:
    """Without an id nobody is refused: the result names who it was, and they are READY."""
    done = beside.run("login", "--json")
    assert (done.status, done.facts) == (0, {"account": PERSON, "state": "READY"})
    assert beside.run("parse", PERSON, "--json").facts["added"] == 36
    again = beside.run("login")
    assert again.out.splitlines()[-1].startswith(f"Account {PERSON} is logged in.")
    assert beside.run("parse", PERSON, "--json").facts["added"] == 0


def test_how_a_code_was_sent_is_said(beside: CommandLine, telegram: Sandbox) -> None:
    """With another device it goes to the app, else by SMS; and when the next may be asked for."""
    process = coded(beside)
    assert beside.hear(process).startswith("An empty line asks for another one, by a call, in ")
    beside.ended(process)
    telegram.mint(PERSON)
    process = beside.converse("login", "--phone", PHONE)
    beside.hear(process, "Telegram has sent a code to the Telegram app on your other devices.")
    beside.hear(process, "An empty line asks for another one, by SMS")
    beside.say(process, "")
    assert beside.hear(process).startswith("Another code may be asked for in ")
    refused_in_words = beside.ended(process)
    assert (refused_in_words.status, "the login code" in refused_in_words.err) == (2, True)
    assert beside.run("status", "--json").facts["accounts"] == []


def test_a_wrong_code_may_be_typed_again(beside: CommandLine, telegram: Sandbox) -> None:
    """The tries that are left are told; what cannot be a code costs none."""
    process = coded(beside)
    beside.say(process, "what?")
    beside.hear(process, "5 tries are left")
    beside.say(process, "00000")
    beside.hear(process, "4 tries are left")
    code = telegram.last_code(PERSON)
    beside.say(process, f"{code[:2]} {code[2:]}")
    assert beside.ended(process).status == 0


def test_too_many_wrong_codes_end_it(beside: CommandLine) -> None:
    """After the last try the login is over, and says what to do."""
    done = beside.run("login", "--phone", PHONE, "--json", typed="00000\n" * 9)
    refused(done, "LoginFailed", "Too many wrong codes.", err=done.err.splitlines()[-1])


def test_an_expired_code_is_replaced(beside: CommandLine, telegram: Sandbox) -> None:
    """It is said, another is sent by itself, and that one logs in."""
    process = coded(beside)
    old = telegram.last_code(PERSON)
    telegram.expire_codes()
    beside.say(process, old)
    beside.hear(process, "This code has expired; another one is being sent.")
    beside.hear(process, NOWHERE_ELSE)
    beside.say(process, telegram.last_code(PERSON))
    assert beside.ended(process).status == 0


def test_S6_a_code_and_a_password(beside: CommandLine, telegram: Sandbox) -> None:
    """In a terminal both are asked for in turn; the code is shown as it is typed, that is not."""
    telegram.set_password(PERSON, PASSWORD)
    with terminal(beside, "login", "--phone", PHONE) as seen:
        seen.read_until("Code (5 digits): ")
        assert seen.echoes()
        seen.type(f"{telegram.last_code(PERSON)}\n")
        seen.read_until("Two-step password: ")
        seen.type(f"{PASSWORD}\n")
        assert seen.read_all() == 0
    assert "it has no hint" in seen.text
    assert PASSWORD not in seen.shown


def test_S8_an_interrupted_code_leaves_nothing(beside: CommandLine) -> None:
    """Ctrl-C at the question ends the login: exit 130, no words, nobody left waiting."""
    with terminal(beside, "login", PERSON, "--phone", PHONE) as seen:
        seen.read_until("Code (5 digits): ")
        seen.type("\x03")
        assert seen.read_all() == 130
    assert seen.text.rstrip().endswith("Code (5 digits): ^C")
    assert beside.run("status", PERSON, "--json").facts["state"] == "NEW"


@pytest.mark.parametrize(
    ("number", "why"),
    [("12", "no country code"), ("anna", "not a phone number"), (PHONE, "banned from Telegram")],
    ids=["too short", "no number", "banned"],
)
def test_a_number_that_does_not_log_in(
    beside: CommandLine, telegram: Sandbox, number: str, why: str
) -> None:
    """Why is said, the number is not."""
    telegram.faults.error("auth.sendCode", "PHONE_NUMBER_BANNED")
    done = beside.run("login", "--phone", number, "--json", typed="00000\n")
    error = done.facts["error"]
    assert (done.status, why in error["text"]) == (2, True), done
    assert number not in done.out + done.err


def test_the_deadline_can_be_set(beside: CommandLine, telegram: Sandbox) -> None:
    """Nobody scans within a second: the login fails in words."""
    telegram.scan_automatically(None)
    done = beside.run("login", "--within", 1, "--json")
    error = "Nobody scanned the code in time. Log in again for a fresh one."
    assert (done.status, done.facts["error"]) == (2, {"code": "LoginFailed", "text": error})


def test_api_keys_of_ones_own(beside: CommandLine) -> None:
    """The hash is read from standard input, or asked for unseen; without it nothing begins."""
    done = beside.run("login", PERSON, "--api-id", 777, "--json")
    refused(done, "NothingToRead", "the API hash")
    with terminal(beside, "login", PERSON, "--api-id", 777) as seen:
        seen.read_until("API hash: ")
        assert not seen.echoes()
        seen.type("0123456789abcdef\n")
        assert seen.read_all() == 0
    assert "0123456789abcdef" not in seen.shown
    assert beside.run("logout", PERSON).status == 0
    done = beside.run("login", PERSON, "--api-id", 777, typed="0123456789abcdef\n")
    assert (done.status, "0123456789abcdef" in done.out) == (0, False)
