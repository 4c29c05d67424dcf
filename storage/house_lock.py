"""One house per data folder."""

import os
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from storage.data_folder import make_data_folder, reason
from storage.errors import DataFolderUnusable, HouseLocked
from storage.file_lock import FileLock

NAMING_TIME = 1.0


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
        if not lock.exclusive():
            with lock:
                raise HouseLocked(_holder(lock), str(path.parent))
        os.ftruncate(lock.fd, 0)
        os.pwrite(lock.fd, f"{os.getpid()}\n".encode(), 0)
        return cls(lock)

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


def _holder(lock: FileLock) -> int:
    """Read the holder's pid, which it writes right after locking; 0 if it never does."""
    until = time.monotonic() + NAMING_TIME
    while not (written := os.pread(lock.fd, 32, 0).strip()).isdigit():
        if time.monotonic() >= until:
            return 0
        time.sleep(0.01)
    return int(written)
