"""The store on a server: what it asks of it, and what becomes of its failures."""

from __future__ import annotations

import asyncio
import gc
import warnings
from collections.abc import AsyncIterator

import pytest
from blockbuster import blockbuster_ctx
from qdrant_client import AsyncQdrantClient, models

from storage.vectors.errors import (
    CollectionForeign,
    VectorsDenied,
    VectorsError,
    VectorsFailing,
    VectorsFull,
    VectorsUnreachable,
)
from storage.vectors.points import INDEXED
from storage.vectors.server import ServerStore
from tests.storage.vectors.samples import point, scope
from tests.storage.vectors.stub import Fault, Stub

pytestmark = pytest.mark.anyio

EAST = (1.0, 0.0, 0.0)
COSINE = models.VectorParams(size=3, distance=models.Distance.COSINE)


@pytest.fixture
async def vendor(stub: Stub) -> AsyncIterator[AsyncQdrantClient]:
    """Somebody else's way to the same server."""
    client = AsyncQdrantClient(url=stub.url, check_compatibility=False)
    yield client
    await client.close()


async def test_indexes_are_there_before_the_first_point(remote: ServerStore, stub: Stub) -> None:
    """Every field that is filtered by has one, or a search would look at each payload."""
    await remote.ensure("c", 3)
    assert set(stub.collections.all["c"].fields) == set(INDEXED)
    assert not [each for each in stub.seen if "/points" in each]


async def test_what_a_crash_left_unfinished_is_finished(
    remote: ServerStore, stub: Stub, vendor: AsyncQdrantClient
) -> None:
    """A collection with an epoch and without all of its indexes gets them, and keeps its epoch."""
    await vendor.create_collection("c", COSINE, metadata={"tgactors_epoch": "mine"})
    assert await remote.ensure("c", 3) == "mine"
    assert set(stub.collections.all["c"].fields) == set(INDEXED)


async def test_two_processes_make_one_collection(remote: ServerStore, stub: Stub) -> None:
    """Whoever comes second takes the epoch of the first."""
    other = await ServerStore.open(stub.url)
    epochs = await asyncio.gather(*(each.ensure("c", 3) for each in (remote, other)))
    assert len(set(epochs)) == 1
    assert stub.seen.count("PUT /collections/c") == 2
    await other.close()


async def test_a_collection_of_somebody_else_is_left_alone(
    remote: ServerStore, vendor: AsyncQdrantClient, stub: Stub
) -> None:
    """Without an epoch it is none of ours, and nothing is changed in it."""
    await vendor.create_collection("c", COSINE, metadata={"owner": "somebody"})
    with pytest.raises(CollectionForeign, match="TGACTORS_QDRANT_URL"):
        await remote.ensure("c", 3)
    assert stub.collections.all["c"].fields == {}


async def test_a_large_write_is_several_requests(stub: Stub) -> None:
    """None of them is larger than a server takes, and all of it arrives."""
    store = await ServerStore.open(stub.url, numbers=30)
    await store.ensure("c", 3)
    await store.replace("c", [(1, 99)], [point(1, post) for post in range(1, 26)])
    assert stub.seen.count("PUT /collections/c/points?wait=true") == 3
    assert await store.posts("c", 1) == set(range(1, 26))
    await store.close()


@pytest.mark.parametrize(
    ("fault", "kind", "match"),
    [
        ("500", VectorsFailing, "500 Service internal error: it broke"),
        ("503", VectorsFailing, "503 Shard unavailable"),
        ("busy", VectorsFailing, "ask again in 7 s"),
        ("html", VectorsFailing, "none of Qdrant's"),
        ("404", VectorsFailing, "404 Said"),
        ("full", VectorsFull, "Free some disk space"),
        ("slow", VectorsUnreachable, "no answer within 1 s"),
        ("cut", VectorsUnreachable, "TGACTORS_QDRANT_URL"),
    ],
)
async def test_a_server_that_fails_is_told_and_may_come_back(
    stub: Stub, fault: Fault, kind: type[VectorsError], match: str
) -> None:
    """Whatever was asked, the refusal says what failed; when it works again, so does the store."""
    store = await ServerStore.open(stub.url, timeout=1 if fault == "slow" else 30)
    await store.ensure("c", 3)
    stub.fault = fault
    for asked in (
        store.upsert("c", [point(1, 5)]),
        store.nearest("c", EAST, scope(1), 5),
        store.ensure("c", 3),
        store.check(),
    ):
        with pytest.raises(kind, match=match):
            await asked
    stub.fault = None
    await store.upsert("c", [point(1, 5)])
    assert await store.posts("c", 1) == {5}
    await store.close()


async def test_a_write_that_was_only_taken_is_no_write(remote: ServerStore, stub: Stub) -> None:
    """A server that promises to do it later has not made it durable."""
    await remote.ensure("c", 3)
    stub.fault = "acknowledged"
    for asked in (remote.upsert("c", [point(1, 5)]), remote.remove("c", [(1, 5)])):
        with pytest.raises(VectorsFailing, match="did not complete"):
            await asked


async def test_a_server_that_is_not_there_is_told_and_found_when_it_is(
    remote: ServerStore, stub: Stub
) -> None:
    """With connections open or not: the refusal names it, and the same store goes on afterwards."""
    await remote.ensure("c", 3)
    await stub.stop()
    for _ in range(2):
        with pytest.raises(VectorsUnreachable, match="TGACTORS_QDRANT_URL") as refused:
            await remote.count("c")
        assert refused.value.where == stub.url
    await stub.start()
    assert await remote.count("c") == 0


@pytest.mark.parametrize("key", [None, "wrong"])
async def test_a_wrong_key_is_told_and_not_shown(stub: Stub, key: str | None) -> None:
    """The refusal names the setting; the key that was tried is in no text."""
    stub.key = "right"
    store = await ServerStore.open(stub.url, key)
    with pytest.raises(VectorsDenied, match="TGACTORS_QDRANT_KEY") as refused:
        await store.ensure("c", 3)
    assert "wrong" not in str(refused.value)
    await store.close()


async def test_the_right_key_opens(stub: Stub) -> None:
    """It goes along with each request, and without a warning of plain HTTP."""
    stub.key = "right"
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        store = await ServerStore.open(stub.url, "right")
    assert await store.ensure("c", 3)
    assert await store.count("c") == 0
    await store.close()


async def test_closing_leaves_no_socket(stub: Stub) -> None:
    """Connections that were kept open are closed, and nobody warns of one that was forgotten."""
    store = await ServerStore.open(stub.url)
    await store.ensure("c", 3)
    await asyncio.gather(*(store.count("c") for _ in range(5)))
    assert not stub.quiet.is_set()
    await store.close()
    async with asyncio.timeout(10):
        await stub.quiet.wait()
    del store
    gc.collect()


async def test_nothing_blocks_the_loop(stub: Stub) -> None:
    """Opening, which reads certificates, and closing included."""
    stub.fault = "500"  # answered without the engine, which blocks the stub's loop
    with blockbuster_ctx():
        store = await ServerStore.open(stub.url)
        with pytest.raises(VectorsFailing):
            await store.ensure("c", 3)
        await store.close()


async def test_a_password_in_the_address_is_not_shown(stub: Stub) -> None:
    """The refusal names the server and hides who logs in."""
    await stub.stop()
    store = await ServerStore.open(stub.url.replace("//", "//me:hunter2@"))
    with pytest.raises(VectorsUnreachable) as refused:
        await store.check()
    assert "hunter2" not in str(refused.value)
    assert stub.url.removeprefix("http://") in str(refused.value)
    await store.close()
