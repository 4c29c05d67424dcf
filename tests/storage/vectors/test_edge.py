"""The store in a folder: who may open it, and what its threads do."""

from __future__ import annotations

import asyncio
import json
import random
import stat
import threading
from pathlib import Path

import anyio
import pytest
import qdrant_edge as engine
from blockbuster import blockbuster_ctx

from storage.vectors.edge import EdgeStore
from storage.vectors.errors import (
    CollectionBusy,
    CollectionMissing,
    VectorsFull,
    VectorsUnusable,
)
from storage.vectors.points import INDEXED
from storage.vectors.shard import ABOUT, Shard
from tests.storage.vectors.samples import brute_force, point, posts, scope

pytestmark = pytest.mark.anyio

EAST = (1.0, 0.0, 0.0)
PATIENCE = 20.0


def _random(chance: random.Random) -> tuple[float, ...]:
    return tuple(chance.gauss(0, 1) for _ in range(64))


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


async def test_rough_vectors_choose_what_exact_ones_would(edge: EdgeStore, folder: Path) -> None:
    """Of 3,000 points in 64 dimensions the fifty nearest, with their exact scores."""
    chance = random.Random(3)  # noqa: S311  no secret
    points = [point(1, post, _random(chance)) for post in range(1, 3001)]
    await edge.ensure("c", 64)
    await edge.upsert("c", points)
    await edge.close()
    shard = Shard.open(folder / "vectors" / "c")
    assert shard is not None
    missed = 0
    for wanted in [_random(chance) for _ in range(10)]:
        best = brute_force(points, wanted, scope(1))
        found = shard.nearest(wanted, scope(1), 50)
        exact = [best[post] for post in posts(found)]
        assert [each.score for each in found] == pytest.approx(exact, abs=1e-5)
        missed += len(set(sorted(best, key=lambda post: -best[post])[:50]) - set(posts(found)))
    assert missed <= 2
    shard.close()


async def test_a_collection_of_exact_vectors_only_is_searched_too(
    edge: EdgeStore, folder: Path
) -> None:
    """As the versions before made them; written to, it stays what it is."""
    await edge.close()
    old = folder / "vectors" / "old"
    vectors = engine.EdgeVectorParams(size=3, distance=engine.Distance.Cosine)
    shard = engine.EdgeShard.create(str(old), engine.EdgeConfig(vectors=vectors))
    for field in INDEXED:
        kind = engine.IntegerIndexParams(lookup=True, range=True, enable_hnsw=False)
        shard.update(engine.UpdateOperation.create_field_index(field, kind))
    shard.close()
    (old / ABOUT).write_text(json.dumps({"epoch": "one", "dimension": 3}))
    again = await EdgeStore.open(folder / "vectors")
    await again.upsert("old", [point(1, 5), point(2, 6, (0.0, 1.0, 0.0))])
    assert posts(await again.nearest("old", EAST, scope(1, 2), 5)) == [(1, 5), (2, 6)]
    assert posts(await again.nearest("old", EAST, scope(2), 5)) == [(2, 6)]
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
