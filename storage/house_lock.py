"""One house per data folder."""

import fcntl
import os
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from storage.data_folder import make_data_folder, reason
from storage.errors import DataFolderUnusable, HouseLocked
from storage.file_lock import FileLock

NAMING_TIME = 1.0
GLANCE = 0.1  # longer than anybody looks whether the folder is taken


class HouseLock:
    """Keep every other house, in this process or another, out of a data folder."""

    def __init__(self, lock: FileLock) -> None:
        self._lock = lock

    @classmethod
    def acquire(cls, data: Path) -> Self:
        """Lock the folder, creating it if needed; raise HouseLocked with the holder's pid."""
        path = make_data_folder(data) / "house.lock"
        try:
            lock = FileLock(path)
        except OSError as error:
            raise DataFolderUnusable(str(path.parent), reason(error)) from error
        if not lock.exclusive(until=time.monotonic() + GLANCE):
            with lock:
                raise HouseLocked(_holder(lock), str(path.parent))
        os.ftruncate(lock.fd, 0)
        os.pwrite(lock.fd, f"{os.getpid()}\n".encode(), 0)
        return cls(lock)

    @property
    def path(self) -> Path:
        """The file that is locked."""
        return self._lock.path

    def release(self) -> None:
        """Let the next house in; a second call does nothing."""
        self._lock.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.release()


def holder_of(data: Path) -> int | None:
    """Return the pid of the house in a data folder, None if there is none; makes nothing."""
    try:
        fd = os.open(data / "house.lock", os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise DataFolderUnusable(str(data), reason(error)) from error
    try:
        fcntl.flock(fd, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        written = os.pread(fd, 32, 0).strip()
        return int(written) if written.isdigit() else 0
    else:
        return None
    finally:
        os.close(fd)


def _holder(lock: FileLock) -> int:
    """Read the holder's pid, which it writes right after locking; 0 if it never does."""
    until = time.monotonic() + NAMING_TIME
    while not (written := os.pread(lock.fd, 32, 0).strip()).isdigit():
        if time.monotonic() >= until:
            return 0
        time.sleep(0.01)
    return int(written)
