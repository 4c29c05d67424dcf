"""Session files and strings of other programs, for the tests of imports."""

from __future__ import annotations

import base64
import ipaddress
import sqlite3
import struct
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from telethon.crypto import AuthKey
from telethon.sessions import SQLiteSession
from telethon.tl import types

from actors.telegram.session import RecordSession

ANNA = 101
KEY = bytes(range(256))
ADDRESS = "149.154.167.91"
CHANNEL, HASH = 1_000_000_001, -77
MARKED = -(10**12) - CHANNEL


def string(key: bytes = KEY, address: str = ADDRESS, dc: int = 4, port: int = 443) -> str:
    """A string session, as Telethon writes them."""
    packed = ipaddress.ip_address(address).packed
    body = struct.pack(f">B{len(packed)}sH256s", dc, packed, port, key)
    return "1" + base64.urlsafe_b64encode(body).decode()


def made(folder: Path) -> Path:
    """Make a session file of somebody who is logged in, by Telethon itself."""
    session = SQLiteSession(str(folder / "anna"))
    session.set_dc(4, ADDRESS, 443)
    session.auth_key = AuthKey(KEY)
    channel = types.Channel(
        id=CHANNEL,
        title="News",
        photo=types.ChatPhotoEmpty(),
        date=datetime.now(UTC),
        access_hash=HASH,
        username="News",
    )
    people = [
        types.User(id=ANNA, first_name="Anna", phone="79990000101", access_hash=5, is_self=True),
        types.User(id=102, first_name="Boris", phone="79990000102", access_hash=6),
        types.InputPeerUser(0, ANNA),  # as Telethon notes whose session it is
    ]
    session.process_entities(types.contacts.ResolvedPeer(types.PeerUser(1), people, [channel]))
    session.close()
    return folder / "anna.session"


def snapshot(folder: Path) -> dict[str, tuple[bytes, int]]:
    """What lies in a folder, and when it was written."""
    return {each.name: (each.read_bytes(), each.stat().st_mtime_ns) for each in folder.iterdir()}


def change(path: Path, statement: str, *values: object) -> None:
    """Alter a session file."""
    with closing(sqlite3.connect(path)) as db:
        db.execute(statement, values)
        db.commit()


def is_annas(record: bytes) -> RecordSession:
    """Check that a record is of that session, and return it."""
    session = RecordSession(record)
    assert (session.dc_id, session.server_address, session.port) == (4, ADDRESS, 443)
    assert session.auth_key.key == KEY
    return session


def hides_the_key(error: BaseException) -> None:
    """Check that nothing of the key is in an error, however it is shown."""
    shown = f"{error} {error!r} {vars(error)}"
    for form in (KEY.hex(), repr(KEY)[2:-1], string()[1:]):
        assert not [n for n in range(0, len(form) - 12, 4) if form[n : n + 12] in shown]
    assert error.__suppress_context__
