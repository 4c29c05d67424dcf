"""Refusals: a text that ends with what to do, status 2, no traceback."""

from __future__ import annotations

import signal
import socket
from pathlib import Path

import pytest

import actors
from bot.refusals import FolderNotEmpty, NoSuchChannel, PortTaken, WorldFileInvalid
from sandbox import Sandbox
from tests.bot.conftest import PERSON, CommandLine, refused


def test_an_account_that_is_not_logged_in(beside: CommandLine) -> None:
    """Parsing for it is refused with the command that logs it in."""
    done = beside.run("parse", 7, "--json")
    refused(done, "LoginRequired", "Account 7 is not logged in", "tgactors login 7")


def test_a_refusal_in_words_goes_to_standard_error_alone(beside: CommandLine) -> None:
    """Without --json standard output stays empty."""
    done = beside.run("parse", 7, "--telegram", "sandbox://127.0.0.1:9")
    assert (done.status, done.out) == (2, "")
    assert done.err.startswith("Account 7 is not logged in")


def test_no_telegram_is_configured(line: CommandLine) -> None:
    """With nothing set a login is refused, naming the settings and the way without an account."""
    done = line.run("login", PERSON, "--json")
    refused(done, "TelegramNotConfigured", "TGACTORS_API_ID", "tgactors sandbox --scan")


def test_an_address_that_is_none(line: CommandLine) -> None:
    """Anything but a sandbox on loopback is refused with the form it must have."""
    done = line.run("login", PERSON, "--json", "--telegram", "example.org")
    words = ("TGACTORS_TELEGRAM", "'example.org'", "sandbox://127.0.0.1:PORT")
    refused(done, "BadSettings", *words)


def test_a_login_that_cannot_reach_telegram(beside: CommandLine) -> None:
    """A login ends as failed, with the same words."""
    done = beside.run("login", PERSON, "--json", "--telegram", "sandbox://127.0.0.1:9")
    refused(done, "LoginFailed", "Telegram could not be reached", "try again")


def test_a_stranger_scans_the_code(beside: CommandLine) -> None:
    """A code scanned by another account fails the login, naming both."""
    done = beside.run("login", 7, "--json")
    assert done.status == 2
    text = done.facts["error"]["text"]
    assert (str(PERSON) in text, "not by 7" in text) == (True, True)


def test_a_port_that_is_taken(line: CommandLine) -> None:
    """The port is named, with the option that chooses another."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = line.run("sandbox", "--port", port, "--json")
    refused(done, "PortTaken", f"Port {port} ", "in use", "--port")


def test_a_data_folder_in_use(beside: CommandLine, telegram: Sandbox) -> None:
    """A second process on it is refused with the first one's pid."""
    telegram.scan_automatically(None)
    first = beside.start("login", PERSON)
    beside.hear(first, "Code 1")
    refused(beside.run("status", "--json"), "HouseLocked", f"process {first.pid}.")
    assert beside.interrupt(first, signal.SIGINT).status == 130


def test_S3_an_account_that_another_house_has_open(beside: CommandLine, telegram: Sandbox) -> None:
    """A second data folder on the same database is refused with the first one's process."""
    beside.env |= {"TGACTORS_LEASE_TTL": "1", "TGACTORS_LEASE_MARGIN": "0.2"}
    telegram.scan_automatically(None)
    first = beside.start("login", 7)
    beside.hear(first, "Code 1")
    done = beside.run("login", 7, "--json", "--data", "other")
    refused(done, "AccountHeld", f"pid {first.pid} on ", str(beside.folder / "data"))
    assert beside.interrupt(first, signal.SIGINT).status == 130
    done = beside.run("login", 7, "--within", 1, "--json", "--data", "other")
    assert done.facts["error"]["code"] == "LoginFailed"


def test_every_wrong_setting_is_named_at_once(line: CommandLine) -> None:
    """Two problems make one refusal that names both."""
    done = line.run(
        "status", "--json", TGACTORS_API_ID="7", TGACTORS_DATABASE_URL="postgresql://nowhere/x"
    )
    refused(done, "BadSettings", "TGACTORS_API_HASH", "TGACTORS_SESSION_KEYS")
    assert "nowhere" not in done.err


def test_a_setting_of_the_wrong_kind(line: CommandLine) -> None:
    """A value that is no number is named by its setting, and not repeated."""
    done = line.run("status", "--json", TGACTORS_API_ID="s3cret", TGACTORS_API_HASH="x")
    refused(done, "BadSettings", "TGACTORS_API_ID")
    assert "s3cret" not in done.err


def test_a_data_folder_that_is_a_file(line: CommandLine, folder: Path) -> None:
    """The store's own refusal is told like any other."""
    (folder / "data").write_text("")
    refused(line.run("status", "--json"), "DataFolderUnusable", str(folder / "data"))


def test_a_channel_nobody_follows(beside: CommandLine) -> None:
    """An unknown channel is named, with the command that lists the known ones."""
    done = beside.run("posts", 7, "--channel", "@nobody", "--json")
    refused(done, "NoSuchChannel", "'@nobody'", "tgactors channels 7")


def test_the_demo_keeps_its_data_in_a_new_folder_only(line: CommandLine, folder: Path) -> None:
    """A folder that holds something is left as it is."""
    (folder / "full").mkdir()
    (folder / "full" / "file").write_text("mine")
    refused(line.run("demo", "--keep", "full", "--json"), "FolderNotEmpty", "--keep DIR")
    assert [entry.name for entry in (folder / "full").iterdir()] == ["file"]


@pytest.mark.parametrize(
    ("refusal", "text"),
    [
        (NoSuchChannel(7, "x"), "Account 7 follows no channel 'x'."),
        (PortTaken(65535, "in use"), "Port 65535 of 127.0.0.1 cannot be used (in use)."),
        (FolderNotEmpty("/a b"), "The folder /a b holds something already"),
        (WorldFileInvalid("w", "people", "No."), "The file w describes no world. At people: No."),
        (WorldFileInvalid("w", "", "none"), "The file w describes no world. none."),
    ],
)
def test_our_own_refusals_are_refusals(refusal: Exception, text: str) -> None:
    """They are of the family that is told in words, and their texts carry their data."""
    assert isinstance(refusal, actors.Refusal)
    assert str(refusal).startswith(text)
    assert "{" not in str(refusal)


def test_the_port_after_the_last_is_any() -> None:
    """The port proposed in its place exists."""
    assert [PortTaken(port, "").other for port in (4430, 65535)] == [4431, 0]
