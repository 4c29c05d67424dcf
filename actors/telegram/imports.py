"""Sessions of other Telethon programs, as records."""

from __future__ import annotations

import ipaddress
import os
import re
import sqlite3
import struct
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from telethon.crypto import AuthKey
from telethon.sessions import StringSession

from actors.errors import SessionFileUnusable
from actors.telegram.session import RecordSession

_SUFFIX = ".session"
_MAGIC = b"SQLite format 3\0"
_WAL = 2  # the header's format versions of a file with a write-ahead log
_HEADER = 20  # bytes
_SIDES = ("-journal", "-wal")  # files that belong to the one they are named after
_COPIES = 5
_PATIENCE = 1.0  # seconds for another program's lock
_KEY_BYTES = 256
_CHANNELS_BELOW = -(10**12)  # marked ids of channels
_SOUND_HASHES = 6  # the first schema version whose access hashes can be trusted
_LOOKS = re.compile(r"1[A-Za-z0-9_=+/-]{300,}")

# https://core.telegram.org/api/datacenter; a session may know its own by an IPv6 address only.
_CENTRES = {
    1: "149.154.175.53",
    2: "149.154.167.51",
    3: "149.154.175.100",
    4: "149.154.167.91",
    5: "91.108.56.130",
}

_Entity = tuple[int, int, str | None]


class _Unusable(Exception):
    """Why something is no session; shows nothing of it."""


@dataclass(frozen=True, slots=True)
class _Found:
    """What a session consists of."""

    dc: int
    address: str
    port: int
    key: bytes = field(repr=False)
    entities: tuple[_Entity, ...] = ()


def record_of(source: Path | str) -> bytes:
    """Return a session as a record: from a `.session` file, or from a string session.

    A string is a path if it ends in .session. The file is read and never written, nor anything
    beside it; wait for it in a worker thread. Raises `SessionFileUnusable`.
    """
    text = source.strip() if isinstance(source, str) else ""
    is_string = isinstance(source, str) and not text.endswith(_SUFFIX)
    name = "the given string" if is_string else text or str(source)
    try:
        return _record(_from_string(text) if is_string else _from_file(Path(name)))
    except _Unusable as why:
        raise SessionFileUnusable(name, str(why)) from None


def _record(found: _Found) -> bytes:
    session = RecordSession()
    session.set_dc(found.dc, found.address, found.port)
    session.auth_key = AuthKey(found.key)
    session.remember(found.entities)
    return session.record()


def _checked(dc: Any, address: Any, port: Any, key: Any) -> tuple[int, str, int, bytes]:
    """Return what may be connected to, or raise `_Unusable`."""
    if not isinstance(key, bytes) or len(key) != _KEY_BYTES or not any(key):
        raise _Unusable("nobody is logged in with it")
    try:
        family = ipaddress.ip_address(address).version
    except ValueError:
        raise _Unusable("it names no data centre") from None
    if family == 6:  # nothing here connects by IPv6
        address = _CENTRES.get(dc)
    if type(dc) is not int or type(port) is not int or not 0 < port < 2**16 or not address:
        raise _Unusable("it names no data centre")
    return dc, address, port, key


def _from_string(text: str) -> _Found:
    if not _LOOKS.fullmatch(text):
        raise _Unusable("it is not a Telethon string session; a file's path ends in .session")
    try:
        session = StringSession(text)
    except (ValueError, struct.error):
        raise _Unusable("it is cut off or altered: copy it once more") from None
    key = session.auth_key.key if session.auth_key else None
    return _Found(*_checked(session.dc_id, session.server_address, session.port, key))


def _from_file(path: Path) -> _Found:
    try:
        if not path.exists() and path.suffix != _SUFFIX:
            path = path.with_name(path.name + _SUFFIX)  # as Telethon's own programs name it
        if not path.is_file():
            raise _Unusable("there is no such file" if not path.exists() else "it is no file")
        with path.open("rb") as file:
            header = file.read(_HEADER)
    except OSError as error:
        raise _Unusable(f"it cannot be read ({os.strerror(error.errno or 0)})") from None
    if not header.startswith(_MAGIC):
        raise _Unusable("it is not an SQLite database")
    return _opened(path, in_place=_WAL not in header[-2:])


def _opened(path: Path, *, in_place: bool) -> _Found:
    """Read a database where it lies, or a copy of it if that would write or cannot be."""
    try:
        if in_place:
            try:
                return _read(path, "ro")
            except sqlite3.OperationalError:
                pass  # another program is writing, or has left a journal that is to be played back
        with _copied(path) as copy:
            return _read(copy, "rw")
    except sqlite3.OperationalError as error:
        if "no such" in str(error):
            raise _Unusable("it is not a session of Telethon") from None
        raise _Unusable("it is in use: end the program that uses it") from None
    except (sqlite3.DatabaseError, OverflowError):
        raise _Unusable("it is damaged") from None


@contextmanager
def _copied(path: Path) -> Iterator[Path]:
    """Copy a database with its journal, to where only this user can read, until it is read."""
    with tempfile.TemporaryDirectory(prefix="tgactors-import-") as folder:
        copy = Path(folder, "copy")
        for _ in range(_COPIES):
            before = _stamps(path)
            try:
                for side in ("", *_SIDES):
                    _copy(Path(f"{path}{side}"), Path(f"{copy}{side}"))
            except OSError as error:
                raise _Unusable(f"it cannot be read ({os.strerror(error.errno or 0)})") from None
            if _stamps(path) == before:
                break
        else:
            raise _Unusable("it is in use: end the program that uses it")
        yield copy


def _copy(source: Path, target: Path) -> None:
    target.unlink(missing_ok=True)
    if source.exists():
        target.write_bytes(source.read_bytes())


def _stamps(path: Path) -> list[tuple[int, int] | None]:
    """Return what changes when anybody writes."""
    stamps: list[tuple[int, int] | None] = []
    for side in ("", *_SIDES):
        try:
            stat = Path(f"{path}{side}").stat()
        except OSError:
            stamps.append(None)
        else:
            stamps.append((stat.st_size, stat.st_mtime_ns))
    return stamps


def _read(path: Path, mode: str) -> _Found:
    uri = f"{path.absolute().as_uri()}?mode={mode}"
    with closing(sqlite3.connect(uri, uri=True, timeout=_PATIENCE)) as db:
        db.text_factory = lambda raw: raw.decode(errors="replace")
        version = db.execute("SELECT max(version) FROM version").fetchone()[0]
        rows = db.execute("SELECT dc_id, server_address, port, auth_key FROM sessions").fetchall()
        row = next((row for row in rows if row[3]), (0, "", 0, b""))
        sound = isinstance(version, int) and version >= _SOUND_HASHES
        return _Found(*_checked(*row), entities=_entities(db) if sound else ())


def _entities(db: sqlite3.Connection) -> tuple[_Entity, ...]:
    """Return the channels, and oneself: the row 0 of newer versions holds whose session it is."""
    rows = db.execute(
        "SELECT id, hash, username FROM entities WHERE id < ? OR id ="
        " (SELECT hash FROM entities WHERE id = 0)",
        (_CHANNELS_BELOW,),
    )
    return tuple(
        (id_, hash_, name if name and isinstance(name, str) else None)
        for id_, hash_, name in rows
        if hash_ and isinstance(hash_, int)
    )
