"""The actor that owns the store of vectors."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

import pytest

from actors.vector_homes import EmbeddedVectors
from actors.vector_messages import (
    CountVectors,
    DropCollection,
    EnsureCollection,
    FetchVector,
    FindNearest,
    ListCollections,
    ListVectors,
    RemovePosts,
    ReplacePoints,
)
from actors.vectors import DescribeVectors, VectorsActor
from runtime import ActorSystem
from runtime.testing import plain
from storage.vectors.edge import EdgeStore
from storage.vectors.errors import (
    CollectionBusy,
)
from storage.vectors.port import Point, VectorStore
from tests.storage.vectors.samples import point, posts, scope

pytestmark = pytest.mark.anyio

EAST = (1.0, 0.0, 0.0)
PATIENCE = 20.0


async def test_each_request_reaches_the_store(folder: Path) -> None:
    """Written, counted, found, fetched and removed by messages, post by post or a channel whole."""
    async with plain(VectorsActor(EmbeddedVectors(folder))) as vectors:
        epoch = await vectors.ask(EnsureCollection(collection="c", dimension=3))
        assert await vectors.ask(EnsureCollection(collection="c", dimension=3)) == epoch
        assert await vectors.ask(ListCollections()) == ("c",)
        written = tuple((channel, id_) for channel in (1, 2, 3) for id_ in (5, 6))
        points = tuple(point(channel, id_) for channel, id_ in written)
        await vectors.ask(ReplacePoints(collection="c", posts=written, points=points))
        assert await vectors.ask(CountVectors(collection="c")) == 6
        assert await vectors.ask(CountVectors(collection="c", channel=1)) == 2
        assert await vectors.ask(FetchVector(collection="c", channel=1, post=5)) == EAST
        await vectors.ask(RemovePosts(collection="c", posts=((1, 5), (2, 0))))
        assert await vectors.ask(ListVectors(collection="c", channel=1)) == {6}
        nearest = FindNearest(collection="c", vector=EAST, scope=scope(1, 2, 3), limit=9)
        found = await vectors.ask(nearest)
        assert posts(found) == [(1, 6), (3, 5), (3, 6)]
        await vectors.ask(DropCollection(collection="c"))
        assert await vectors.ask(ListCollections()) == ()


async def test_a_house_that_indexes_nothing_opens_nothing(folder: Path) -> None:
    """Asked how it is, an unused store has no trouble, and makes no folder."""
    home = EmbeddedVectors(folder)
    async with plain(VectorsActor(home)) as vectors:
        status = await vectors.ask(DescribeVectors())
    assert (status.where, status.trouble) == (str(folder / "vectors"), None)
    assert home.unused()


def test_the_actor_loads_no_vendor() -> None:
    """Importing it is light: what opens the store loads with the first request."""
    program = (
        "import sys, actors.vectors;"
        "print([n for n in ('qdrant_client', 'qdrant_edge', 'numpy', 'grpc') if n in sys.modules])"
    )
    said = subprocess.run(
        [sys.executable, "-c", program], check=True, capture_output=True, text=True
    )
    assert said.stdout == "[]\n"


class Slow(EdgeStore):
    """A store whose writes wait for a word."""

    def __init__(self, folder: Path, **given: int) -> None:
        super().__init__(folder, **given)
        self.writing, self.go_on = threading.Event(), threading.Event()

    async def replace(
        self, collection: str, posts: Sequence[tuple[int, int]], points: Sequence[Point]
    ) -> None:
        """Write when it may."""
        self.writing.set()
        await asyncio.to_thread(self.go_on.wait, PATIENCE)
        await super().replace(collection, posts, points)


class SlowHome:
    """A home with such a store."""

    where = "slow"

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.store: Slow | None = None

    def unused(self) -> bool:
        """Say that it is used."""
        return False

    async def open(self) -> VectorStore:
        """Open it."""
        self.store = await Slow.open(self.folder)
        return self.store


async def test_stopped_it_holds_nothing(folder: Path) -> None:
    """While it runs, another store on the folder is refused; afterwards it is not."""
    home = SlowHome(folder)  # which keeps the store, so that nothing but closing closes it
    async with plain(VectorsActor(home)) as vectors:
        await vectors.ask(EnsureCollection(collection="c", dimension=3))
        other = await EdgeStore.open(folder)
        with pytest.raises(CollectionBusy):
            await other.count("c")
    assert await other.count("c") == 0
    await other.close()


async def test_reads_and_status_are_not_behind_a_write(folder: Path) -> None:
    """A write that takes its time keeps nobody from searching."""
    home = SlowHome(folder)
    async with ActorSystem("test", grace=2.0) as system:
        vectors = await system.spawn("vectors", lambda: VectorsActor(home))
        ensure = EnsureCollection(collection="c", dimension=3)
        await vectors.ask(ensure, timeout=PATIENCE)
        assert home.store is not None
        write = ReplacePoints(collection="c", posts=((1, 5),), points=(point(1, 5),))
        writing = asyncio.create_task(vectors.ask(write, timeout=PATIENCE))
        assert await asyncio.to_thread(home.store.writing.wait, PATIENCE)
        assert await vectors.ask(CountVectors(collection="c"), timeout=PATIENCE / 2) == 0
        assert (await vectors.ask(DescribeVectors(), timeout=PATIENCE / 2)).trouble is None
        assert not writing.done()
        home.store.go_on.set()
        await writing
        assert await vectors.ask(CountVectors(collection="c"), timeout=PATIENCE) == 1
