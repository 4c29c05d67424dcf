"""Both kinds of store: a folder, and a server on the loopback interface."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from storage.vectors.edge import EdgeStore
from storage.vectors.port import VectorStore
from storage.vectors.server import ServerStore
from tests.storage.vectors.stub import Stub, running

MEMORY = Path("/dev/shm")  # noqa: S108  every write is flushed: seven times as fast as a busy disk


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder in memory where there is one, removed afterwards."""
    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as made:
        yield Path(made)


@pytest.fixture
async def stub(folder: Path) -> AsyncIterator[Stub]:
    """A server that understood every request it was sent."""
    async with running(folder / "stub") as made:
        yield made


@pytest.fixture
async def edge(folder: Path) -> AsyncIterator[EdgeStore]:
    """A store in a folder."""
    made = await EdgeStore.open(folder / "vectors")
    yield made
    await made.close()


@pytest.fixture
async def remote(stub: Stub) -> AsyncIterator[ServerStore]:
    """A store on a server."""
    made = await ServerStore.open(stub.url)
    yield made
    await made.close()


@pytest.fixture(params=["edge", "remote"])
def store(request: pytest.FixtureRequest) -> VectorStore:
    """Each kind of store in turn."""
    made: VectorStore = request.getfixturevalue(request.param)
    return made
