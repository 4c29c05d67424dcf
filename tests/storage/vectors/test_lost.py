"""What is lost with a folder, and what is not when a process is killed."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from storage.vectors.edge import EdgeStore
from storage.vectors.errors import (
    CollectionBroken,
    CollectionMissing,
)
from tests.storage.vectors.samples import point
from tests.storage.vectors.writer import BATCH

pytestmark = pytest.mark.anyio

ROOT = Path(__file__).parents[3]


async def test_a_wiped_folder_is_another_collection(edge: EdgeStore, folder: Path) -> None:
    """S16: removed under a closed store, it comes back empty and with another epoch."""
    epoch = await edge.ensure("c", 3)
    await edge.upsert("c", [point(1, 5)])
    await edge.close()
    shutil.rmtree(folder / "vectors")
    again = await EdgeStore.open(folder / "vectors")
    with pytest.raises(CollectionMissing):
        await again.count("c")
    assert await again.ensure("c", 3) != epoch
    assert await again.count("c") == 0
    await again.close()


async def test_a_folder_wiped_under_an_open_store_is_noticed(edge: EdgeStore, folder: Path) -> None:
    """S16: the next time it is ensured it is another collection, and takes points."""
    epoch = await edge.ensure("c", 3)
    await edge.upsert("c", [point(1, 5)])
    shutil.rmtree(folder / "vectors" / "c")
    assert await edge.ensure("c", 3) != epoch
    assert await edge.count("c") == 0
    await edge.upsert("c", [point(1, 6)])
    assert await edge.posts("c", 1) == {6}


async def test_a_collection_without_its_points_is_not_taken_for_whole(
    edge: EdgeStore, folder: Path
) -> None:
    """S16: with its segments gone the engine would open what is left, under the old epoch."""
    await edge.ensure("c", 3)
    await edge.upsert("c", [point(1, 5)])
    await edge.close()
    shutil.rmtree(folder / "vectors" / "c" / "segments")
    again = await EdgeStore.open(folder / "vectors")
    for asked in (again.ensure("c", 3), again.count("c"), again.check()):
        with pytest.raises(CollectionBroken, match="Remove that folder") as refused:
            await asked
        assert refused.value.path == str(folder / "vectors" / "c")
    assert await again.collections() == ("c",)
    await again.drop("c")
    assert await again.ensure("c", 3)
    await again.close()


@pytest.mark.parametrize("written", ["", "{", "[]", '{"epoch": "x"}'])
async def test_an_unreadable_note_is_told(edge: EdgeStore, folder: Path, written: str) -> None:
    """A collection whose epoch cannot be read is refused, with what to remove."""
    await edge.ensure("c", 3)
    await edge.close()
    (folder / "vectors" / "c" / "collection.json").write_text(written)
    again = await EdgeStore.open(folder / "vectors")
    with pytest.raises(CollectionBroken, match="Remove that folder"):
        await again.ensure("c", 3)
    await again.close()


async def test_what_was_left_half_made_is_cleared_away(folder: Path) -> None:
    """A process killed while it made or dropped a collection leaves none, and no litter."""
    for name in (".new-1", ".old-2"):
        (folder / "vectors" / name).mkdir(parents=True)
    (folder / "vectors" / "c").mkdir()
    store = await EdgeStore.open(folder / "vectors")
    assert [each.name for each in (folder / "vectors").iterdir()] == ["c"]
    assert await store.collections() == ()
    assert await store.ensure("c", 3)
    await store.close()


def test_what_was_promised_outlives_a_kill(tmp_path: Path) -> None:
    """A writer killed amid its writes: every batch it was told is written is there, whole."""
    folder = tmp_path / "vectors"
    command = [sys.executable, "-m", "tests.storage.vectors.writer", str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as writer:
        assert writer.stdout is not None
        epoch = writer.stdout.readline().strip()
        promised = [int(writer.stdout.readline()) for _ in range(8)]
        writer.kill()
        promised += [int(line) for line in writer.stdout]

    async def look() -> tuple[str, frozenset[int]]:
        store = await EdgeStore.open(folder)
        found = await store.ensure("c", 3), await store.posts("c", 1)
        await store.close()
        return found

    now, found = asyncio.run(look())
    assert now == epoch
    assert promised == list(range(len(promised)))
    assert len(promised) >= 8
    assert found >= set(range(1, len(promised) * BATCH + 1))
    assert len(found) in (len(promised) * BATCH, (len(promised) + 1) * BATCH)
