"""S6: an account with a two-step password, logged in from the command line."""

from __future__ import annotations

import os
import pty
import subprocess

import pytest

from sandbox import Sandbox
from tests.bot.conftest import PERSON, TGACTORS, CommandLine

PASSWORD = "мурка-7"


@pytest.fixture
def guarded(line: CommandLine, telegram: Sandbox) -> CommandLine:
    """A command line beside a Telegram where the person has a password."""
    telegram.set_password(PERSON, PASSWORD, hint="кошка")
    line.env["TGACTORS_TELEGRAM"] = telegram.address
    return line


def log_in(line: CommandLine, typed: str) -> subprocess.CompletedProcess[str]:
    """Log in with these lines on standard input."""
    return subprocess.run(
        [TGACTORS, "login", str(PERSON)],
        cwd=line.folder,
        env=line.env,
        input=typed,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_S6_a_wrong_password_may_be_typed_again(guarded: CommandLine) -> None:
    """The hint is shown, a wrong one is told with the tries left, the right one logs in."""
    done = log_in(guarded, f"барсик\n{PASSWORD}\n")
    assert done.returncode == 0, done.stderr
    assert "its hint: кошка" in done.stdout
    assert "4 tries are left" in done.stdout
    assert "is logged in" in done.stdout
    assert guarded.run("parse", PERSON, "--json").facts["added"] == 36


def test_S6_too_many_wrong_passwords_end_the_command(guarded: CommandLine) -> None:
    """After the last try the login is over: exit 2 and what to do, no traceback."""
    done = log_in(guarded, "барсик\n" * 5)
    assert done.returncode == 2
    assert "Log in again" in done.stderr
    assert "Traceback" not in done.stderr


def test_S6_without_a_terminal_or_a_line_it_says_where_to_run(guarded: CommandLine) -> None:
    """Nothing to read is a refusal, not a hang; the account is not left waiting."""
    done = log_in(guarded, "")
    assert done.returncode == 2
    assert "run the login again there" in " ".join(done.stderr.split())
    assert guarded.run("status", PERSON, "--json").facts["state"] == "NEW"


def test_S6_in_a_terminal_the_password_is_not_echoed(guarded: CommandLine) -> None:
    """What is typed at the question appears nowhere on the screen."""
    controller, terminal = pty.openpty()
    process = subprocess.Popen(
        [TGACTORS, "login", str(PERSON)],
        cwd=guarded.folder,
        env=guarded.env | {"TERM": "xterm"},
        stdin=terminal,
        stdout=terminal,
        stderr=terminal,
        start_new_session=True,
    )
    os.close(terminal)
    screen = b""
    asked = False
    try:
        while chunk := os.read(controller, 4096):
            screen += chunk
            if not asked and b"Two-step password: " in screen:
                asked = True
                os.write(controller, f"{PASSWORD}\n".encode())
    except OSError:
        assert asked  # Linux says so when the other end has closed
    finally:
        status = process.wait(timeout=60)
        os.close(controller)
    assert status == 0, screen.decode()
    assert PASSWORD not in screen.decode()
    assert b"is logged in" in screen
