"""The room that is left where the data lies."""

from __future__ import annotations

import shutil
from pathlib import Path

from bot.refusals import NoSpace


def free_megabytes(folder: Path) -> int:
    """Return what is free for a folder, which need not be there yet. Raises OSError."""
    folder = folder.absolute()
    there = next((place for place in (folder, *folder.parents) if place.exists()), folder)
    return shutil.disk_usage(there).free >> 20


def check_space(folder: Path, floor: int) -> None:
    """Refuse a folder with less than so many megabytes free."""
    try:
        free = free_megabytes(folder)
    except OSError:
        return  # opening the house says better what is wrong with the folder
    if free < floor:
        raise NoSpace(str(folder.absolute()), free, floor)
