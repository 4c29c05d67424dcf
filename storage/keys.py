"""The keys that seal sessions."""

import contextlib
import hashlib
import os
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO, TypeAlias

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from storage.data_folder import reason
from storage.errors import KeyFileBusy, KeysStillNeeded, SessionKeyUnusable
from storage.file_lock import FileLock
from storage.rows import Rotated

Mark: TypeAlias = tuple[int, int, int]
"""What tells one content of a file from another without reading it."""


class Keys:
    """Some keys, newest first."""

    def __init__(self, keys: Sequence[str], source: str) -> None:
        try:
            fernets = [Fernet(key) for key in keys]
            self._all = MultiFernet(fernets)
        except ValueError:
            # The cause would show the key.
            why = "it must be one or more keys of 32 url-safe base64 bytes, newest first"
            raise SessionKeyUnusable(source, why) from None
        self._first = fernets[0]
        self.newest = hashlib.sha256(keys[0].encode()).hexdigest()[:16]

    def seal(self, record: bytes) -> bytes:
        """Encrypt and sign with the newest."""
        return self._all.encrypt(record)

    def open(self, sealed: bytes) -> bytes:
        """Decrypt with any; raise InvalidToken if none fits."""
        return self._all.decrypt(sealed)

    def reseal(self, sealed: bytes) -> bytes | None:
        """Seal with the newest what another sealed; None if the newest did."""
        try:
            self._first.decrypt(sealed)
        except InvalidToken:
            return self._all.rotate(sealed)
        return None


def new_key() -> str:
    """Make a key for TGACTORS_SESSION_KEYS."""
    return Fernet.generate_key().decode("ascii")


def add_key_to_file(path: Path, *, within: float = 10) -> None:
    """Put a new key on top of a file that has some; whatever happens, it stays readable.

    Another process that is changing the file is awaited for so many seconds.
    """
    with _changing(path, within):
        keys, _ = read(path)
        Keys(keys, str(path))
        _replace(path, [new_key(), *keys])


def drop_old_keys(path: Path, rotated: Rotated, *, within: float = 10) -> None:
    """Keep the newest key alone, after a rotation that left nothing sealed with another."""
    with _changing(path, within):
        keys, _ = read(path)
        if rotated.failed:
            accounts = ", ".join(map(str, rotated.failed))
            raise KeysStillNeeded(str(path), f"no key opens a session of account {accounts}")
        if Keys(keys, str(path)).newest != rotated.newest:
            raise KeysStillNeeded(str(path), "they changed after the sessions were resealed")
        _replace(path, keys[:1])


def read(path: Path) -> tuple[list[str], Mark]:
    """Read a file's keys, one a line and newest first, whatever they are."""
    with told(path), path.open(encoding="ascii") as file:
        # The mark comes first: what is written meanwhile is then read again.
        mark = mark_of(os.fstat(file.fileno()))
        return file.read().split(), mark


def mark_of(found: os.stat_result) -> Mark:
    """Return the mark of a file's present content."""
    return found.st_ino, found.st_mtime_ns, found.st_size


def _replace(path: Path, keys: Sequence[str]) -> None:
    """Put these keys in the file's place once they are safe on the disk."""
    path = path.resolve()
    fresh = path.with_name(f".{path.name}.new")  # one name: what a killed process left is reused
    with told(path):
        fresh.unlink(missing_ok=True)
        fd = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        with os.fdopen(fd, "w", encoding="ascii") as file:
            if os.geteuid() == 0:
                owner = path.stat()
                os.fchown(fd, owner.st_uid, owner.st_gid)
            _write(file, keys)
        fresh.replace(path)
        folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def make_file(path: Path) -> None:
    """Write a new key under a name of its own, then link it: of two at once, one wins."""
    fd, fresh = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)  # mode 0600
    try:
        with os.fdopen(fd, "w", encoding="ascii") as file:
            _write(file, [new_key()])
        with contextlib.suppress(FileExistsError):
            Path(path).hardlink_to(fresh)
    finally:
        Path(fresh).unlink()


def _write(file: TextIO, keys: Sequence[str]) -> None:
    file.write("".join(f"{key}\n" for key in keys))
    file.flush()
    os.fsync(file.fileno())


@contextmanager
def _changing(path: Path, within: float) -> Iterator[None]:
    """Let one change of the file run at a time."""
    with told(path):
        path.stat()  # no lock is left beside a file that is not there
        lock = FileLock(path.with_name(f"{path.name}.lock"))
    with lock:
        if not lock.exclusive(until=time.monotonic() + within):
            raise KeyFileBusy(str(path), within)
        yield


@contextmanager
def told(path: Path) -> Iterator[None]:
    """Tell which file the system refused, and why."""
    try:
        yield
    except (OSError, UnicodeDecodeError) as error:
        raise SessionKeyUnusable(str(path), reason(error)) from error
