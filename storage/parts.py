"""Backups that are still being written.

Theory of operation. Each is a file with a name that nobody foresees, beside the one that it will
be: who may write in that folder too could have put a file or a link there, and would have the
backup, or have it written over something else. Whoever writes it holds a lock on it, which the
kernel takes from a process that is killed: what has no lock is nobody's any more.
"""

import fcntl
import os
import re
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

MAGIC = b"PGDMP"
"""With which every backup begins."""

_NAME = re.compile(r"\..+\.[0-9a-f]{16}\.part", re.DOTALL)
_OPEN = os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC


@contextmanager
def begun(path: Path, mode: int) -> Iterator[Path]:
    """Begin a file that will have a name; if it has not got it by then, it is removed."""
    part, fd = _begin(path, mode)
    try:
        yield part
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        os.close(fd)


def sweep(folder: Path) -> None:
    """Remove what backups of one's own that were killed have left in a folder, as far as may be."""
    for path in list(folder.iterdir()):
        if _NAME.fullmatch(path.name):
            with suppress(OSError):
                _remove(path)


def _begin(path: Path, mode: int) -> tuple[Path, int]:
    while True:
        part = path.with_name(f".{path.name}.{secrets.token_hex(8)}.part")
        fd = os.open(part, _OPEN | os.O_CREAT | os.O_EXCL, mode)
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:  # somebody sweeps just now, and takes it for a stale one
            os.close(fd)
            continue
        except BaseException:
            os.close(fd)
            part.unlink(missing_ok=True)
            raise
        if os.fstat(fd).st_nlink:
            return part, fd
        os.close(fd)  # it was swept before it was locked


def _remove(path: Path) -> None:
    fd = os.open(path, _OPEN | os.O_NONBLOCK)
    try:
        found = os.fstat(fd)
        if not stat.S_ISREG(found.st_mode) or found.st_uid != os.geteuid():
            return
        if os.read(fd, len(MAGIC)) not in {b"", MAGIC}:
            return
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        path.unlink()
    finally:
        os.close(fd)
