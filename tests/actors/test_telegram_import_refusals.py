"""What cannot be taken over as a session, and what is said of it."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from actors.errors import SessionFileUnusable
from actors.telegram.imports import record_of
from tests.actors.telegram_sessions import KEY, change, hides_the_key, made, snapshot, string


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A session file of somebody who is logged in."""
    return made(tmp_path)


def test_a_folder_is_no_session(tmp_path: Path) -> None:
    """Neither is a pipe: what is no plain file is not opened."""
    pipe = tmp_path / "pipe.session"
    os.mkfifo(pipe)
    for each in (tmp_path, pipe):
        with pytest.raises(SessionFileUnusable) as caught:
            record_of(each)
        assert "no file" in caught.value.why


def nothing(path: Path) -> None:
    path.unlink()


def emptied(path: Path) -> None:
    path.write_bytes(b"")


def text(path: Path) -> None:
    path.write_text("not a database")


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:5_000])


def headless(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:17])


def garbled(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:100] + os.urandom(20_000))


def foreign(path: Path) -> None:
    path.unlink()
    change(path, "CREATE TABLE posts (id integer)")


def of_another_library(path: Path) -> None:
    path.unlink()
    change(
        path, "CREATE TABLE sessions (dc_id, api_id, test_mode, auth_key, date, user_id, is_bot)"
    )
    change(path, "CREATE TABLE version (number integer primary key)")
    change(path, "INSERT INTO version VALUES (3)")


def without_key(path: Path) -> None:
    change(path, "UPDATE sessions SET auth_key = x''")


def with_an_empty_key(path: Path) -> None:
    change(path, "UPDATE sessions SET auth_key = zeroblob(256)")


def without_row(path: Path) -> None:
    change(path, "DELETE FROM sessions")


def short_key(path: Path) -> None:
    change(path, "UPDATE sessions SET auth_key = ?", KEY[:16])


def key_as_text(path: Path) -> None:
    change(path, "UPDATE sessions SET auth_key = ?", KEY.hex())


def without_address(path: Path) -> None:
    change(path, "UPDATE sessions SET server_address = NULL")


def with_a_name(path: Path) -> None:
    change(path, "UPDATE sessions SET server_address = 'telegram.org'")


def bad_port(path: Path) -> None:
    change(path, "UPDATE sessions SET port = 99999")


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (nothing, "no such file"),
        (emptied, "not an SQLite"),
        (text, "not an SQLite"),
        (headless, "damaged"),
        (cut, "damaged"),
        (garbled, "damaged"),
        (foreign, "not a session of Telethon"),
        (of_another_library, "not a session of Telethon"),
        (without_key, "nobody is logged in"),
        (with_an_empty_key, "nobody is logged in"),
        (without_row, "nobody is logged in"),
        (short_key, "nobody is logged in"),
        (key_as_text, "nobody is logged in"),
        (without_address, "no data centre"),
        (with_a_name, "no data centre"),
        (bad_port, "no data centre"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_a_file_that_is_no_session_is_refused_with_the_reason(
    path: Path, spoil: Callable[[Path], None], words: str
) -> None:
    """It says what is wrong and what to give instead, shows no key, and writes nothing."""
    spoil(path)
    before = snapshot(path.parent)
    with pytest.raises(SessionFileUnusable) as caught:
        record_of(path)
    assert words in caught.value.why
    assert str(path) in str(caught.value)
    hides_the_key(caught.value)
    assert snapshot(path.parent) == before


@pytest.mark.parametrize(
    "given",
    [
        "",
        "anna",
        string()[:-1],
        string()[:-4],
        string()[1:],
        "2" + string()[1:],
        string() + "AAAA",
        string(key=bytes(256)),
        string(port=0),
        string(address="2001:67c:4e8:f004::b", dc=77),
        string().replace(string()[100:104], "!!!!"),
    ],
)
def test_a_string_that_is_no_session_is_refused_and_not_shown(given: str) -> None:
    """Cut off, altered, or something else: the text says so, and holds nothing of it."""
    with pytest.raises(SessionFileUnusable) as caught:
        record_of(given)
    assert caught.value.source == "the given string"
    hides_the_key(caught.value)
