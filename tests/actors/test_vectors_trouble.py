"""The store of vectors in trouble, and its actor beside it."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from actors.vector_homes import EmbeddedVectors, ServedVectors, VectorsHome
from actors.vector_messages import (
    CountVectors,
    EnsureCollection,
    ListCollections,
    VectorsMessage,
)
from actors.vectors import DescribeVectors, VectorsActor
from runtime import ActorRef, ActorSystem
from runtime.testing import crash, plain
from storage.vectors.errors import (
    CollectionMissing,
    VectorsUnreachable,
    VectorsUnusable,
)
from tests.storage.vectors.stub import Stub, running

pytestmark = pytest.mark.anyio

PATIENCE = 20.0

Ref = ActorRef[VectorsMessage | DescribeVectors]


@pytest.fixture
async def system() -> AsyncIterator[ActorSystem]:
    """A system that leaves no thread of the actor behind."""
    async with ActorSystem("test", grace=2.0) as made:
        yield made
    assert not [each for each in threading.enumerate() if each.name == "vectors"]


@pytest.fixture
async def stub(folder: Path) -> AsyncIterator[Stub]:
    """A Qdrant server."""
    async with running(folder / "stub") as made:
        yield made


async def spawn(system: ActorSystem, home: VectorsHome, *, idle: float | None = None) -> Ref:
    """Start the actor on a home of vectors."""
    return await system.spawn("vectors", lambda: VectorsActor(home), idle=idle)


async def test_a_refusal_goes_to_the_asker(system: ActorSystem, folder: Path) -> None:
    """The actor lives on: it is not started anew."""
    vectors = await spawn(system, EmbeddedVectors(folder))
    with pytest.raises(CollectionMissing):
        await vectors.ask(CountVectors(collection="c"), timeout=PATIENCE)
    assert await vectors.ask(ListCollections(), timeout=PATIENCE) == ()
    assert [each.restarts for each in system.statistics()] == [0]


async def test_trouble_is_described_in_words(folder: Path) -> None:
    """What keeps the store from opening is told with what to do, and heals without a restart."""
    (folder / "vectors").write_text("")
    async with plain(VectorsActor(EmbeddedVectors(folder))) as vectors:
        trouble = (await vectors.ask(DescribeVectors())).trouble
        assert trouble is not None
        assert "Mend its permissions" in trouble
        with pytest.raises(VectorsUnusable):
            await vectors.ask(ListCollections())
        (folder / "vectors").unlink()
        assert await vectors.ask(EnsureCollection(collection="c", dimension=3))
        assert (await vectors.ask(DescribeVectors())).trouble is None


async def test_an_outage_of_the_server_passes(system: ActorSystem, stub: Stub) -> None:
    """While it lasts, requests are refused and the status says why; afterwards all is as before."""
    stub.key = "right"
    vectors = await spawn(system, ServedVectors(stub.url, "right"))
    epoch = await vectors.ask(EnsureCollection(collection="c", dimension=3), timeout=PATIENCE)
    await stub.stop()
    with pytest.raises(VectorsUnreachable):
        await vectors.ask(CountVectors(collection="c"), timeout=PATIENCE)
    status = await vectors.ask(DescribeVectors(), timeout=PATIENCE)
    assert status.trouble is not None
    assert "TGACTORS_QDRANT_URL" in status.trouble
    await stub.start()
    again = EnsureCollection(collection="c", dimension=3)
    assert await vectors.ask(again, timeout=PATIENCE) == epoch
    assert (await vectors.ask(DescribeVectors(), timeout=PATIENCE)).trouble is None
    assert [each.restarts for each in system.statistics()] == [0]


async def test_a_wrong_key_is_described(stub: Stub) -> None:
    """Nobody has to index anything to hear of it."""
    stub.key = "right"
    async with plain(VectorsActor(ServedVectors(stub.url, "wrong"))) as vectors:
        trouble = (await vectors.ask(DescribeVectors())).trouble
    assert trouble is not None
    assert "TGACTORS_QDRANT_KEY" in trouble
    assert "wrong" not in trouble + repr(ServedVectors(stub.url, "wrong"))


async def test_a_crash_leaves_the_store_to_the_next_one(system: ActorSystem, folder: Path) -> None:
    """The crashed actor closes what it had open, so that the one after it is not refused."""
    vectors = await spawn(system, EmbeddedVectors(folder))
    ensure = EnsureCollection(collection="c", dimension=3)
    epoch = await vectors.ask(ensure, timeout=PATIENCE)
    assert crash(vectors)
    assert await vectors.ask(ensure, timeout=PATIENCE) == epoch
    assert [each.restarts for each in system.statistics()] == [1]
