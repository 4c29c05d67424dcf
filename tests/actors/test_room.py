"""The room for what is read, watched while it is stored."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from actors.room import Room
from storage import notices
from storage.database import Database
from storage.errors import NoSpace
from storage.space import LOOK_SECONDS, Space

pytestmark = pytest.mark.anyio


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
async def db(dsn: str) -> AsyncIterator[Database]:
    """An empty database."""
    async with await Database.open(dsn, connections=2) as opened:
        yield opened


@pytest.fixture
def disk() -> Disk:
    """A disk with 300 MB."""
    return Disk()


@pytest.fixture
def room(disk: Disk, db: Database) -> Room:
    """Room on it, with a floor of 200 MB."""
    return Room(Space(Path("/data"), 200, free=disk.look, clock=lambda: disk.now), db)


async def kinds(db: Database) -> list[str]:
    """What the operator was told."""
    found = await notices.pending(db, limit=99)
    assert all(each.account is None for each in found)
    return [each.kind for each in found]


async def test_a_shortage_is_told_once_and_its_end_once(
    room: Room, disk: Disk, db: Database
) -> None:
    """Whoever asks meanwhile is refused, however often; a second shortage is told again."""
    await room.check()
    for told in (["no_space", "space_again"], ["no_space", "space_again"] * 2):
        disk.free, disk.now = 50, disk.now + LOOK_SECONDS
        for _ in range(3):
            with pytest.raises(NoSpace, match="Only 50 MB"):
                await room.check()
        assert await kinds(db) == told[:-1]
        disk.free, disk.now = 300, disk.now + LOOK_SECONDS
        for _ in range(3):
            await room.check()
        assert await kinds(db) == told


async def test_the_disk_is_looked_at_every_few_seconds_only(room: Room, disk: Disk) -> None:
    """A thousand batches cost one look; room that is found is found with the next one."""
    for _ in range(1000):
        await room.check()
    assert disk.looks == 1
    disk.free = 50
    await room.check()
    disk.now += LOOK_SECONDS
    with pytest.raises(NoSpace):
        await room.check()
    assert disk.looks == 2
