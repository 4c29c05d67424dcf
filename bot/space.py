"""The room that is left where the data lies, before anything is opened there."""

from __future__ import annotations

from pathlib import Path

from storage.space import Space


def check_space(folder: Path, floor: int) -> None:
    """Refuse a folder with less than so many megabytes free."""
    space = Space(folder, floor)
    space.look()
    if (shortage := space.shortage()) is not None:
        raise shortage
