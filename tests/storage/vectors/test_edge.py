"""The store in a folder: what outlives it, and what keeps it from opening."""

from __future__ import annotations

import asyncio
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import anyio
import pytest
from blockbuster import blockbuster_ctx

from storage.vectors.edge import EdgeStore
from storage.vectors.errors import (
    CollectionBroken,
    CollectionBusy,
    CollectionMissing,
    VectorsFull,
    VectorsUnusable,
)
from tests.storage.vectors.samples import point, posts, scope
from tests.storage.vectors.writer import BATCH

pytestmark = pytest.mark.anyio

ROOT = Path(__file__).parents[3]
EAST = (1.0, 0.0, 0.0)


async def reopened(store: EdgeStore, folder: Path) -> EdgeStore:
    """Close a store and open another on the same folder."""
    await store.close()
    return await EdgeStore.open(folder / "vectors")


async def test_closed_and_opened_it_is_as_it_was(edge: EdgeStore, folder: Path) -> None:
    """Points, epoch and indexes are in the folder."""
    epoch = await edge.ensure("c", 3)
    await edge.upsert("c", [point(1, 5), point(2, 6)])
    again = await reopened(edge, folder)
    assert await again.count("c") == 2
    assert posts(await again.nearest("c", EAST, scope(2), 5)) == [(2, 6)]
    assert await again.ensure("c", 3) == epoch
    await again.close()


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
    again = await reopened(edge, folder)
    (folder / "vectors" / "c" / "collection.json").write_text(written)
    with pytest.raises(CollectionBroken, match="Remove that folder"):
        await again.ensure("c", 3)
    await again.close()


async def test_what_is_open_is_not_opened_twice(edge: EdgeStore, folder: Path) -> None:
    """A second store in the process is refused, with what to do, until the first is closed."""
    await edge.ensure("c", 3)
    second = await EdgeStore.open(folder / "vectors")
    with pytest.raises(CollectionBusy, match="TGACTORS_DATA"):
        await second.ensure("c", 3)
    await edge.close()
    assert await second.count("c") == 0
    await second.close()


async def test_many_who_need_a_collection_open_it_once(edge: EdgeStore, folder: Path) -> None:
    """The first of them opens it, and none is refused."""
    await edge.ensure("c", 3)
    await edge.upsert("c", [point(1, 5)])
    again = await reopened(edge, folder)
    assert await asyncio.gather(*(again.count("c") for _ in range(20))) == [1] * 20
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


async def test_the_folder_is_for_its_owner_alone(edge: EdgeStore, folder: Path) -> None:
    """Vectors tell something of the posts they were made of."""
    assert stat.S_IMODE((folder / "vectors").stat().st_mode) == 0o700
    assert await edge.collections() == ()


async def test_a_full_disk_is_told_before_anything_is_written(folder: Path) -> None:
    """On one the engine would be killed by its own mapped memory; what was there can be read."""
    roomy = await EdgeStore.open(folder / "vectors")
    await roomy.ensure("c", 3)
    await roomy.upsert("c", [point(1, 5)])
    await roomy.close()
    full = await EdgeStore.open(folder / "vectors", free_space=1 << 60)
    for asked in (full.upsert("c", [point(1, 6)]), full.ensure("d", 3)):
        with pytest.raises(VectorsFull, match="Free some disk space"):
            await asked
    assert await full.posts("c", 1) == {5}
    await full.remove("c", [(1, 5)])
    assert await full.count("c") == 0
    await full.close()


async def test_a_file_in_the_way_is_told(folder: Path) -> None:
    """A folder that cannot be one is refused in words."""
    (folder / "vectors").write_text("")
    with pytest.raises(VectorsUnusable, match="File exists"):
        await EdgeStore.open(folder / "vectors")


async def test_nothing_blocks_the_loop(folder: Path) -> None:
    """Whatever is asked, the loop goes on: files and the engine are left to threads."""
    with blockbuster_ctx():
        store = await EdgeStore.open(folder / "vectors")
        await store.ensure("c", 3)
        await store.replace("c", [(1, 5)], [point(1, 5)])
        await store.nearest("c", EAST, scope(1), 5)
        await store.vector("c", 1, 5)
        assert await store.posts("c", 1) == {5}
        await store.remove_channel("c", 1)
        await store.check()
        await store.drop("c")
        await store.close()


async def test_who_gives_up_leaves_nothing_at_work(edge: EdgeStore) -> None:
    """A write that is cancelled ends first: it is there as a whole or not at all."""
    await edge.ensure("c", 3)
    many = [point(1, post) for post in range(1, 3001)]
    async with anyio.create_task_group() as group:
        group.start_soon(edge.upsert, "c", many)
        while edge.working == 0:  # noqa: ASYNC110  no event tells that a thread is at work
            await asyncio.sleep(0)
        group.cancel_scope.cancel()
    assert edge.working == 0
    await edge.upsert("c", [point(2, 1)])
    assert await edge.count("c", 1) in (0, 3000)
    assert await edge.count("c", 2) == 1


async def test_dropped_under_who_reads_it_is_told_as_missing(edge: EdgeStore) -> None:
    """Reads beside a drop find what was there or are told that it is gone; none crashes."""
    await edge.ensure("c", 3)
    await edge.upsert("c", [point(1, post) for post in range(1, 3001)])
    reads = [asyncio.create_task(edge.nearest("c", EAST, scope(1), 500)) for _ in range(30)]
    await reads[0]
    await edge.drop("c")
    for outcome in await asyncio.gather(*reads, return_exceptions=True):
        assert isinstance(outcome, CollectionMissing) or len(outcome) == 500  # type: ignore[arg-type]


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
