"""The room that is left where the data lies."""

import shutil
import time
from collections.abc import Callable
from pathlib import Path

from storage.errors import NoSpace

LOOK_SECONDS = 5.0
"""How long a look at the disk counts."""


def free_megabytes(folder: Path) -> int:
    """Return what is free for a folder, which need not be there yet. Raises OSError."""
    folder = folder.absolute()
    there = next((place for place in (folder, *folder.parents) if place.exists()), folder)
    return shutil.disk_usage(there).free >> 20


class Space:
    """The room in a data folder, looked at every few seconds at most."""

    def __init__(
        self,
        folder: Path,
        floor: int,
        *,
        free: Callable[[Path], int] = free_megabytes,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Describe it; below `floor` megabytes there is no room."""
        self._folder = folder
        self._floor = floor
        self._free = free
        self._clock = clock
        self._looked_at: float | None = None
        self._found = floor

    @property
    def is_known(self) -> bool:
        """Whether the last look still counts."""
        return self._looked_at is not None and self._clock() - self._looked_at < LOOK_SECONDS

    def look(self) -> None:
        """Look at the disk. It blocks."""
        try:
            self._found = self._free(self._folder)
        except OSError:
            self._found = self._floor  # whoever writes there says better what is wrong
        self._looked_at = self._clock()

    def shortage(self) -> NoSpace | None:
        """Return what is to be said if the last look has found too little room."""
        if self._found >= self._floor:
            return None
        return NoSpace(str(self._folder.absolute()), self._found, self._floor)
