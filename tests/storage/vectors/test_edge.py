"""The store in a folder: who may open it, and what its threads do."""

from __future__ import annotations

import asyncio
import stat
import threading
from pathlib import Path

import anyio
import pytest
from blockbuster import blockbuster_ctx

from storage.vectors.edge import EdgeStore
from storage.vectors.errors import (
    CollectionBusy,
    CollectionMissing,
    VectorsFull,
    VectorsUnusable,
)
from tests.storage.vectors.samples import point, posts, scope

pytestmark = pytest.mark.anyio

EAST = (1.0, 0.0, 0.0)
PATIENCE = 20.0


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


async def test_who_gives_up_leaves_no_thread_at_work(edge: EdgeStore) -> None:
    """What is cancelled ends when its thread has: the next write never meets it."""
    begun, go_on, ended = threading.Event(), threading.Event(), threading.Event()

    def work() -> None:
        begun.set()
        go_on.wait(PATIENCE)
        ended.set()

    async def ask(scope_: anyio.CancelScope) -> None:
        with scope_:
            await edge._run(work)

    given_up = anyio.CancelScope()
    asking = asyncio.create_task(ask(given_up))
    assert await asyncio.to_thread(begun.wait, PATIENCE)
    given_up.cancel()
    for _ in range(20):
        await asyncio.sleep(0)
    assert not asking.done()
    go_on.set()
    await asyncio.wait_for(asking, PATIENCE)
    assert ended.is_set()


async def test_dropped_under_who_reads_it_is_told_as_missing(edge: EdgeStore) -> None:
    """Reads beside a drop find what was there or are told that it is gone; none crashes."""
    await edge.ensure("c", 3)
    await edge.upsert("c", [point(1, post) for post in range(1, 3001)])
    reads = [asyncio.create_task(edge.nearest("c", EAST, scope(1), 500)) for _ in range(30)]
    await reads[0]
    await edge.drop("c")
    for outcome in await asyncio.gather(*reads, return_exceptions=True):
        assert isinstance(outcome, CollectionMissing) or len(outcome) == 500  # type: ignore[arg-type]
