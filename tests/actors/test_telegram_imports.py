"""Sessions of other Telethon programs, taken over."""

from __future__ import annotations

import multiprocessing
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from telethon import TelegramClient
from telethon.crypto import AuthKey
from telethon.sessions import SQLiteSession, StringSession
from telethon.tl import types

from actors.telegram.imports import record_of
from actors.telegram.session import RecordSession
from actors.telegram.trust import trust_sandbox
from sandbox import Sandbox, World
from tests.actors.telegram_accounts import opened
from tests.actors.telegram_sessions import (
    ANNA,
    CHANNEL,
    HASH,
    KEY,
    MARKED,
    change,
    is_annas,
    made,
    snapshot,
    string,
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A session file of somebody who is logged in."""
    return made(tmp_path)


# Files


def test_a_session_file_becomes_a_record_with_its_channels(path: Path) -> None:
    """Key, data centre, channels and oneself come along; nobody else, no phone and no name."""
    before = snapshot(path.parent)
    record = record_of(path)
    session = is_annas(record)
    peer = session.get_input_entity(types.PeerChannel(CHANNEL))
    assert (peer.channel_id, peer.access_hash) == (CHANNEL, HASH)
    assert session.get_input_entity(types.PeerUser(ANNA)).access_hash == 5
    with pytest.raises(ValueError, match="Could not find"):
        session.get_input_entity(types.PeerUser(102))
    for word in (b"7999", b"Boris", b"Anna", b"News"):
        assert word not in record
    assert snapshot(path.parent) == before


@pytest.mark.parametrize("name", ["path", "text", "without its ending", "spaced"])
def test_a_file_may_be_named_in_each_of_the_usual_ways(path: Path, name: str) -> None:
    """A path, its text, and Telethon's own name for a session, without the ending."""
    ways: dict[str, Path | str] = {
        "path": path,
        "text": str(path),
        "without its ending": path.with_suffix(""),
        "spaced": f" {path}\n",
    }
    is_annas(record_of(ways[name]))


DOWNGRADES = [
    "ALTER TABLE sessions DROP COLUMN tmp_auth_key",
    "ALTER TABLE entities DROP COLUMN date",
    None,
    "ALTER TABLE sessions DROP COLUMN takeout_id",
    "DROP TABLE update_state",
    None,
    "DROP TABLE sent_files",
]


@pytest.mark.parametrize("version", range(1, 9))
def test_the_files_of_every_telethon_are_read(path: Path, version: int) -> None:
    """Each schema there was; access hashes from before version 6 were wrong, and are left."""
    for undo in DOWNGRADES[: 8 - version]:
        if undo:
            change(path, undo)
    change(path, "UPDATE version SET version = ?", version)
    session = is_annas(record_of(path))
    assert bool(session._entities) == (version >= 6)


def test_a_newer_schema_with_the_same_columns_is_read(path: Path) -> None:
    """What decides is what is there, not its number."""
    change(path, "UPDATE version SET version = 99")
    change(path, "ALTER TABLE sessions ADD COLUMN more")
    assert is_annas(record_of(path))._entities


def test_entities_that_are_none_are_left(path: Path) -> None:
    """SQLite keeps anything anywhere; the record stays one that can be read."""
    for row in (
        (MARKED - 1, "text", None),
        (MARKED - 2, b"\xff", None),
        (MARKED - 3, 0, None),
        (MARKED - 4, 9, b"\xff"),
    ):
        change(path, "INSERT INTO entities VALUES (?, ?, ?, NULL, NULL, 0)", *row)
    session = is_annas(record_of(path))
    assert session.get_input_entity(MARKED - 4).access_hash == 9
    assert {row[0] for row in session._entities} == {MARKED, MARKED - 4, ANNA}


def test_a_file_in_use_is_read_where_it_lies(path: Path) -> None:
    """A program that has something unsaved is no hindrance, and what it saved is what counts."""
    with closing(sqlite3.connect(path)) as other:
        other.execute("UPDATE sessions SET port = 80")
        before = snapshot(path.parent)
        is_annas(record_of(path))
        assert snapshot(path.parent) == before


def test_a_file_that_is_locked_is_read_from_a_copy(path: Path) -> None:
    """Nobody else is let in, but the file can be seen; nothing is left of the copy."""
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        before = snapshot(path.parent)
        is_annas(record_of(path))
        assert snapshot(path.parent) == before


def die_while_writing(path: Path) -> None:
    """Leave a session file half written, its journal beside it."""
    db = sqlite3.connect(path, isolation_level=None)
    db.execute("PRAGMA cache_size = 1")
    db.execute("BEGIN IMMEDIATE")
    db.execute("UPDATE sessions SET port = 80, auth_key = zeroblob(256)")
    for number in range(2_000):  # more than is kept in memory: pages reach the file
        db.execute("INSERT INTO sent_files VALUES (?, 1, 1, 1, 1)", (f"{number:0100}",))
    os._exit(0)


def test_a_journal_that_a_crash_left_is_played_back_on_a_copy(path: Path) -> None:
    """The half-written session is not believed, and neither file nor journal is touched."""
    dead = multiprocessing.get_context("spawn").Process(target=die_while_writing, args=(path,))
    dead.start()
    dead.join(60)
    journal = Path(f"{path}-journal")
    assert journal.stat().st_size > 0
    assert bytes(256) in path.read_bytes(), "the change has reached the file"
    before = snapshot(path.parent)
    is_annas(record_of(path))
    assert snapshot(path.parent) == before


def test_a_write_ahead_log_is_read_with_its_file(path: Path) -> None:
    """What was saved to the log only is part of the session; no file beside it is made."""
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("PRAGMA journal_mode = WAL")
        other.execute("UPDATE sessions SET port = 80")
        before = snapshot(path.parent)
        assert RecordSession(record_of(path)).port == 80
        assert snapshot(path.parent) == before
    before = snapshot(path.parent)
    assert set(before) == {path.name}
    assert RecordSession(record_of(path)).port == 80
    assert snapshot(path.parent) == before


# Strings


@pytest.mark.parametrize("around", ["{}", "  {}\n"])
def test_a_string_session_becomes_a_record(around: str) -> None:
    """As it was copied, with what hangs on it."""
    is_annas(record_of(around.format(string())))
    assert StringSession(string()).auth_key.key == KEY, "it is as Telethon has them"


def test_an_address_of_version_6_becomes_the_data_centres_own(path: Path) -> None:
    """Nothing here connects by IPv6, and the key is good at its own data centre only."""
    is_annas(record_of(string(address="2001:67c:4e8:f004::b")))
    change(path, "UPDATE sessions SET server_address = '2001:67c:4e8:f004::b'")
    is_annas(record_of(path))


# The whole way


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """A Telegram with Anna and a private channel she follows."""
    world = World()
    channel = world.channel("News")
    world.follow(world.person(ANNA, first_name="Anna"), channel)
    world.publish(channel, "hello")
    with Sandbox(world) as serving:
        yield serving
        assert serving.mistakes == ()


@pytest.mark.anyio
@pytest.mark.parametrize("kind", ["file", "string"])
async def test_an_imported_session_is_logged_in(
    sandbox: Sandbox, tmp_path: Path, kind: str
) -> None:
    """What another program logged in reads its channels here, without a login."""
    trust_sandbox()
    minted = sandbox.mint(ANNA)
    source: Path | str = minted.string()
    if kind == "file":
        source = tmp_path / "anna.session"
        session = SQLiteSession(str(source))
        session.set_dc(minted.dc_id, minted.host, minted.port)
        session.auth_key = AuthKey(minted.auth_key)
        client = TelegramClient(session, 1, "hash")
        await client.connect()
        assert [each.title async for each in client.iter_dialogs()] == ["News"]
        await client.disconnect()
    record = record_of(source)
    async with opened(sandbox, record) as account:
        assert (await account.me()).id == ANNA
        (seen,) = (await account.channels()).channels
    if kind == "file":
        peer = RecordSession(record).get_input_entity(types.PeerChannel(seen.id))
        assert peer.access_hash == seen.access_hash
