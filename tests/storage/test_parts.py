"""What is left of backups that were killed."""

import fcntl
import os
from pathlib import Path

import pytest

from storage import backup, parts
from storage.parts import MAGIC
from storage.rows import Hold
from tests.storage.test_backup import hold, names

__all__ = ["hold"]

STALE = ".archive.backup.0123456789abcdef.part"


def left(folder: Path, name: str, content: bytes = MAGIC + b" and more") -> Path:
    """Leave a file as a killed backup does."""
    path = folder / name
    path.write_bytes(content)
    return path


@pytest.mark.anyio
async def test_the_next_backup_removes_what_a_killed_one_left(
    hold: Hold, dsn: str, folder: Path
) -> None:
    """Whatever that one was to be called, begun or not; its own takes its name."""
    assert hold.account
    left(folder, STALE)
    left(folder, ".yesterday.fedcba9876543210.part", b"")
    await backup.write(dsn, folder / "archive.backup")
    assert names(folder) == ["archive.backup"]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        (".archive.backup.part", MAGIC),
        ("archive.backup.0123456789abcdef.part", MAGIC),
        (".archive.backup.0123456789abcdeF.part", MAGIC),
        (STALE, b"somebody else's"),
        ("archive.backup", MAGIC),
    ],
)
def test_what_is_no_half_written_backup_stays(folder: Path, name: str, content: bytes) -> None:
    """By its name, or by what is in it."""
    path = left(folder, name, content)
    parts.sweep(folder)
    assert path.exists()


def test_what_is_being_written_stays(folder: Path) -> None:
    """The lock of whoever writes it is looked at; with its end the file may go."""
    path = left(folder, STALE)
    with path.open("rb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        parts.sweep(folder)
        assert path.exists()
    with parts.begun(folder / "archive.backup", 0o600) as part:
        parts.sweep(folder)
        assert names(folder) == [part.name]
        assert parts._NAME.fullmatch(part.name)
    assert names(folder) == []


def test_links_and_pipes_are_left_alone(folder: Path) -> None:
    """Nobody has a file somewhere else removed, or a backup wait, by a name."""
    elsewhere = left(folder, "elsewhere")
    link = folder / STALE
    link.symlink_to(elsewhere)
    pipe = folder / ".pipe.0123456789abcdef.part"
    os.mkfifo(pipe)
    parts.sweep(folder)
    assert (elsewhere.exists(), link.is_symlink(), pipe.exists()) == (True, True, True)
