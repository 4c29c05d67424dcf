"""The demo's own surroundings: a folder for it alone, and none of its user's settings."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

_LAST_FILES = 10.0  # seconds
_PAUSE = 0.05
_PASSABLE = 0o711  # root's Postgres runs as another user, who must get through


@contextlib.contextmanager
def scratch_folder() -> Iterator[Path]:
    """Make a temporary folder; it is gone when the block ends."""
    folder = Path(tempfile.mkdtemp(prefix="tgactors-demo-", dir=_place())).resolve()
    try:
        if os.geteuid() == 0:
            folder.chmod(_PASSABLE)
        yield folder
    finally:
        _remove(folder)


@contextlib.contextmanager
def undisturbed(folder: Path) -> Iterator[None]:
    """Take away what the environment, or a file `.env` here, would set: a demo is one anywhere."""
    ours = {name: os.environ.pop(name) for name in tuple(os.environ) if _is_setting(name)}
    try:
        with contextlib.chdir(folder):
            yield
    finally:
        os.environ.update(ours)


def kept_folder(keep: Path) -> Path:
    """Return where to keep the data; refuse a folder that holds something."""
    from bot.refusals import FolderNotEmpty

    if keep.exists() and (not keep.is_dir() or any(keep.iterdir())):
        raise FolderNotEmpty(str(keep))
    return keep.absolute()


def _remove(folder: Path) -> None:
    """Remove a folder; a server that was interrupted may still put its last files there."""
    until = time.monotonic() + _LAST_FILES
    while folder.exists():
        try:
            shutil.rmtree(folder)
        except OSError:
            if time.monotonic() >= until:
                raise
            time.sleep(_PAUSE)


def _is_setting(name: str) -> bool:
    return name.upper().startswith("TGACTORS_")


def _place() -> Path:
    """Return where temporary folders go: for root, where any user gets through."""
    usual = Path(tempfile.gettempdir()).resolve()
    if os.geteuid() != 0:
        return usual
    shared = (usual, Path("/tmp"), Path("/var/tmp"))  # noqa: S108  mkdtemp makes the name
    return next((place for place in shared if _is_passable(place)), usual)


def _is_passable(place: Path) -> bool:
    return all(folder.is_dir() and folder.stat().st_mode & 1 for folder in (place, *place.parents))
