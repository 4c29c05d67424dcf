"""The room on the disk."""

from pathlib import Path

import pytest

from storage.errors import NoSpace
from storage.space import LOOK_SECONDS, Space, free_megabytes


class Disk:
    """A disk whose room changes, beside a clock."""

    def __init__(self) -> None:
        self.free = 300
        self.now = 0.0
        self.looks = 0

    def look(self, _folder: Path) -> int:
        """Tell what is free."""
        self.looks += 1
        return self.free


@pytest.fixture
def disk() -> Disk:
    """A disk with 300 MB."""
    return Disk()


@pytest.fixture
def space(disk: Disk) -> Space:
    """Room on it, with a floor of 200 MB."""
    return Space(Path("/data"), 200, free=disk.look, clock=lambda: disk.now)


def test_too_little_room_is_said_with_what_to_do(space: Space, disk: Disk) -> None:
    """The floor itself is enough, and a megabyte less is not."""
    for free, is_short in ((200, False), (199, True)):
        disk.free = free
        space.look()
        assert (space.shortage() is not None) == is_short
    shortage = space.shortage()
    assert isinstance(shortage, NoSpace)
    assert "Only 199 MB are free for the data folder /data." in str(shortage)
    assert "TGACTORS_FREE_SPACE_MB" in str(shortage)


def test_a_look_counts_for_some_seconds(space: Space, disk: Disk) -> None:
    """It need not be repeated before, and has to be then."""
    known = [space.is_known]
    space.look()
    for now in (LOOK_SECONDS - 0.1, LOOK_SECONDS):
        disk.now = now
        known.append(space.is_known)
    assert known == [False, True, False]


def test_a_disk_that_cannot_be_looked_at_has_room(disk: Disk) -> None:
    """Whoever writes there says better what is wrong with it."""

    def fail(_folder: Path) -> int:
        raise PermissionError("closed")

    space = Space(Path("/data"), 200, free=fail, clock=lambda: disk.now)
    space.look()
    assert space.is_known
    assert space.shortage() is None


def test_a_folder_that_is_not_there_yet_is_on_its_parents_disk(tmp_path: Path) -> None:
    """Its room is that of the first folder above it that is there."""
    assert free_megabytes(tmp_path / "not" / "there") > 0
