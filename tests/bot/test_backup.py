"""Backups, written and brought back from the command line."""

from __future__ import annotations

import shutil
import signal
import threading
from pathlib import Path

import pytest

from sandbox import Sandbox
from storage import identity
from tests.bot.conftest import PERSON, CommandLine, refused


def posts_of(line: CommandLine, *more: object) -> list[tuple[int, int, str]]:
    """What the person sees, in every particular that a reader would miss."""
    found = line.run("posts", PERSON, "--limit", 1000, "--json", *more).facts["posts"]
    return [(each["channel_id"], each["id"], each["text"]) for each in found]


def written_beside(line: CommandLine, telegram: Sandbox, path: Path) -> int:
    """Write a backup while posts are published and stored; return how many were published."""
    channel = min(telegram.world.channels)
    published, over = 0, threading.Event()
    follow = line.start("parse", PERSON, "--follow", "--live", "--json")
    line.hear(follow)

    def publish_on() -> None:
        nonlocal published
        while not over.wait(0.02):
            published += 1
            telegram.publish(channel, f"post number {published}")

    thread = threading.Thread(target=publish_on)
    thread.start()
    try:
        done = line.run("backup", path, "--json")
    finally:
        over.set()
        thread.join()
    assert done.status == 0, done
    line.interrupt(follow, signal.SIGINT)
    backup = done.facts["backup"]
    assert backup["key"] == str(line.folder / "data" / "session.key")
    assert (backup["path"], backup["bytes"]) == (str(path), path.stat().st_size)
    assert backup["archive"] == str(identity.recall(line.folder / "data"))
    return published


def test_an_archive_is_brought_back_elsewhere(line: CommandLine, telegram: Sandbox) -> None:
    """From a backup that was written while posts were; with its key reading goes on.

    Nothing is lost and nothing there twice. Without the key it is said what is missing, and nobody
    is logged out.
    """
    line.env["TGACTORS_TELEGRAM"] = telegram.address
    assert line.run("login", PERSON).status == 0
    path, there = line.folder / "archive.backup", line.folder / "elsewhere"
    published = written_beside(line, telegram, path)
    parsed = line.run("parse", PERSON, "--json")
    assert parsed.status == 0, parsed
    expected = posts_of(line)
    assert len(expected) > published > 0

    done = line.run("restore", path, "--json", "--data", there)
    assert done.status == 0, done
    told = done.facts["restored"]
    assert (told["accounts"], told["sessions"], told["opened"]) == (1, 1, 0)
    assert str(there / "session.key") in done.err
    refused(line.run("parse", PERSON, "--json", "--data", there), "WrongSessionKey", str(PERSON))
    shutil.copy(line.folder / "data" / "session.key", there / "session.key")
    parsed = line.run("parse", PERSON, "--json", "--data", there)
    assert parsed.status == 0, parsed
    assert posts_of(line, "--data", there) == expected
    assert len({each[:2] for each in expected}) == len(expected)
    found = line.run("search", PERSON, "post number 1", "--json", "--data", there)
    assert found.facts["hits"], found
    again = line.run("restore", path, "--json", "--data", there)
    refused(again, "StoreNotEmpty", "nothing is restored", "--data")


def test_there_is_nothing_to_back_up(line: CommandLine) -> None:
    """Where no archive is, none is made to be backed up."""
    done = line.run("backup", "archive.backup", "--json")
    refused(done, "NothingToBackUp", "--data")
    assert list(line.folder.iterdir()) == []


def test_a_backup_of_a_server_names_the_setting_with_its_key(archive: CommandLine) -> None:
    """In words too: what is in it, what is not, and how it is brought back."""
    path = archive.folder / "server.backup"
    done = archive.run("backup", path)
    assert (done.status, done.err) == (0, ""), done
    said = " ".join(done.out.split())
    for each in ("TGACTORS_SESSION_KEYS", "key is not in it", f"tgactors restore {path}"):
        assert each in said
    assert archive.env["TGACTORS_SESSION_KEYS"] not in said
    path.unlink()


@pytest.mark.parametrize("what", ["nowhere", "no backup"])
def test_what_is_no_backup_restores_nothing(line: CommandLine, what: str) -> None:
    """It says so."""
    path = line.folder / what
    if what != "nowhere":
        path.write_text(what)
    refused(line.run("restore", path, "--json"), "BackupUnreadable", str(path))


def test_nothing_is_restored_under_a_house(beside: CommandLine, telegram: Sandbox) -> None:
    """Whoever has the data folder open is named."""
    telegram.scan_automatically(None)
    login = beside.start("login", 7)
    beside.hear(login, "It is this link: ")
    done = beside.run("restore", beside.folder / "x", "--json")
    refused(done, "HouseLocked", str(login.pid))
    beside.interrupt(login, signal.SIGINT)
