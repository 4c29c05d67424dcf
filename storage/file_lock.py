"""Advisory locks on files."""

import contextlib
import fcntl
import os
import time
import warnings
import weakref
from pathlib import Path
from types import TracebackType
from typing import Self

PAUSE = 0.01

_open_locks: "weakref.WeakSet[FileLock]" = weakref.WeakSet()


class FileLock:
    """Hold a file open for locking; the kernel lets go when its process ends.

    Two of them on one file exclude each other even in one process, and a forked
    child holds nothing.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._fd: int | None = open_owned(path)
        _open_locks.add(self)

    def __repr__(self) -> str:
        return f"<FileLock {self.path} {'closed' if self._fd is None else 'open'}>"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def __del__(self) -> None:
        if getattr(self, "_fd", None) is not None:
            warnings.warn(f"{self!r} was never closed", ResourceWarning, source=self, stacklevel=1)
            self.close()

    @property
    def closed(self) -> bool:
        """Whether it was let go, here or by becoming a forked child."""
        return self._fd is None

    @property
    def fd(self) -> int:
        """The open descriptor."""
        if self._fd is None:
            msg = f"{self!r} is closed"
            raise ValueError(msg)
        return self._fd

    def exclusive(self, *, until: float = 0) -> bool:
        """Take or upgrade to the only lock, trying up to that monotonic time.

        A refused upgrade may have lost the shared lock.
        """
        return self._take(fcntl.LOCK_EX, until)

    def shared(self, *, until: float = 0) -> bool:
        """Take one of many locks, trying up to that monotonic time."""
        return self._take(fcntl.LOCK_SH, until)

    def close(self) -> None:
        """Let go; a process that inherited the descriptor keeps its hold."""
        fd, self._fd = self._fd, None
        if fd is not None:
            os.close(fd)

    def _take(self, kind: int, until: float) -> bool:
        while True:
            try:
                fcntl.flock(self.fd, kind | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() >= until:
                    return False
                time.sleep(PAUSE)
            else:
                return True


def open_owned(path: Path) -> int:
    """Open or create a private file; where root makes it, it belongs to the folder's owner."""
    flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
    fd = os.open(path, flags, 0o600)
    if os.geteuid() == 0:
        folder = path.parent.stat()
        os.fchown(fd, folder.st_uid, folder.st_gid)
    return fd


def _let_go_in_child() -> None:
    for lock in list(_open_locks):
        with contextlib.suppress(OSError):
            lock.close()


os.register_at_fork(after_in_child=_let_go_in_child)
