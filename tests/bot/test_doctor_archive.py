"""What the checks of the data folder, the database and the keys say."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from bot.doctor import archive
from bot.doctor.finding import Finding, Level
from storage.errors import DatabaseTooLarge, DatabaseUnreachable, HouseLocked
from storage.house_lock import HouseLock
from storage.inspection import Inspection, Sealed
from storage.sessions import Vault, new_key
from storage.traits import Traits

OK, WARNING, PROBLEM = Level.OK, Level.WARNING, Level.PROBLEM
TRAITS = Traits(
    version=180004, encoding="UTF8", lowers=True, may_create=True, applied={1: "x"}, table="posts"
)
SEEN = Inspection(traits=TRAITS, refusal=None, accounts=0, sealed=())


def test_a_data_folder_that_is_not_there(folder: Path) -> None:
    """It is announced, not made."""
    found = archive.folder(folder / "a" / "b")
    assert (found.level, "will be made" in found.text) == (OK, True)
    assert list(folder.iterdir()) == []


def test_a_data_folder_that_is_a_file(folder: Path) -> None:
    """Neither it nor a folder below it can be used."""
    (folder / "data").write_text("")
    for place in (folder / "data", folder / "data" / "below"):
        assert archive.folder(place).level is PROBLEM


def test_a_house_that_is_open(folder: Path) -> None:
    """It is named by its process."""
    assert "no house is open" in archive.folder(folder).text
    with HouseLock.acquire(folder):
        found = archive.folder(folder)
    assert (found.level, f"process {os.getpid()}" in found.text) == (OK, True)


@pytest.mark.parametrize(
    ("found", "level", "words"),
    [
        (SEEN, OK, "PostgreSQL 18.4, UTF8, knows the case of letters; schema 1"),
        (replace(SEEN, traits=replace(TRAITS, applied=None)), OK, "it is empty"),
        (replace(SEEN, refusal=HouseLocked(7, "/d")), PROBLEM, "process 7"),
        (DatabaseUnreachable("h/db", "refused"), PROBLEM, "h/db cannot be reached"),
        (DatabaseTooLarge("/d", 2000), WARNING, "tgactors status"),
    ],
)
def test_database(
    found: Inspection | DatabaseUnreachable | DatabaseTooLarge, level: Level, words: str
) -> None:
    """What keeps a house from opening is a problem, in its own words."""
    (told,) = archive.database(found, "It")
    assert (told.level, words in told.text) == (level, True)


@pytest.fixture
def key_file(folder: Path) -> Path:
    """A key file as it is made."""
    Vault.from_file(folder / "session.key")
    return folder / "session.key"


def keys(file: Path, *sealed: Sealed) -> Finding:
    """Judge a key file."""
    return archive.keys(lambda: Vault.from_file(file), file, sealed)


def test_keys_that_open_what_is_stored(key_file: Path) -> None:
    """The file is private, and every session opens."""
    record = Vault.from_file(key_file).seal(b"record")
    assert "opens 1 stored session." in keys(key_file, Sealed(account=7, record=record)).text
    assert keys(key_file).level is OK


def test_keys_that_others_may_read(key_file: Path) -> None:
    """The command that closes the file is named."""
    key_file.chmod(0o640)
    found = keys(key_file)
    assert (found.level, f"chmod 600 '{key_file}'" in found.text) == (PROBLEM, True)


def test_keys_that_do_not_fit(key_file: Path) -> None:
    """An account whose session does not open is named."""
    record = Vault([new_key()]).seal(b"record")
    found = keys(key_file, Sealed(account=7, record=record))
    assert (found.level, "account 7" in found.text) == (PROBLEM, True)


def test_keys_that_are_none(key_file: Path) -> None:
    """A spoilt file is told without its content."""
    key_file.write_text("hunter2")
    found = keys(key_file)
    assert (found.level, "hunter2" in found.text) == (PROBLEM, False)


def test_a_missing_key_is_a_problem_once_sessions_are_stored(folder: Path) -> None:
    """Before that it will be made; looking makes none."""
    assert keys(folder / "session.key").level is OK
    found = keys(folder / "session.key", Sealed(account=7, record=b""))
    assert (found.level, "account 7" in found.text) == (PROBLEM, True)
    assert list(folder.iterdir()) == []
