"""The file by which the command line finds the service that has a data folder."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Final

from pydantic import TypeAdapter, ValidationError

from storage.data_folder import reason
from storage.errors import DataFolderUnusable
from storage.file_lock import open_owned
from storage.house_lock import holder_of

FILE: Final = "service.json"
_MOST: Final = 4096  # bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Announcement:
    """Where a service listens for the command line of its own user."""

    address: str
    token: str = field(repr=False)
    pid: int
    version: str


_written: Final = TypeAdapter(Announcement)


@contextmanager
def announced(data: Path, made: Announcement) -> Iterator[None]:
    """Announce a service for the length of a block.

    Raises `DataFolderUnusable`.
    """
    path = data / FILE
    try:
        _write(path, _written.dump_json(made))
    except OSError as error:
        raise DataFolderUnusable(str(path), reason(error)) from error
    try:
        yield
    finally:
        if _read(path) == made:  # another may have written its own, if this one lost the folder
            path.unlink(missing_ok=True)


def announcement_of(address: str, token: str) -> Announcement:
    """Describe the service of this process."""
    return Announcement(address=address, token=token, pid=os.getpid(), version=version("tgactors"))


def announcement(data: Path) -> Announcement | None:
    """Return what the service says that has a data folder now; None if none has.

    What a service leaves that was killed is passed over: the folder's lock tells who lives.
    """
    try:
        found = _read(data / FILE)
        return found if found is not None and holder_of(data) == found.pid else None
    except DataFolderUnusable:
        return None  # whoever opens it says why


def _read(path: Path) -> Announcement | None:
    try:
        fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK)
    except OSError:
        return None
    try:
        return _written.validate_json(os.read(fd, _MOST), strict=True)
    except (OSError, ValidationError):
        return None  # a folder, a pipe, or what somebody else has written
    finally:
        os.close(fd)


def _write(path: Path, text: bytes) -> None:
    """Write a file whole or not at all, for its owner alone."""
    fresh = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    try:
        with os.fdopen(open_owned(fresh), "wb") as file:
            os.fchmod(file.fileno(), 0o600)
            file.write(text)
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)
