"""The actor that owns the store of vectors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import assert_never

import anyio
import anyio.to_thread

from actors.vector_homes import VectorsHome
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
    VectorsMessage,
)
from runtime import Actor, ActorError, Refusal, Request, Urgent, message, reply
from storage.errors import StorageError
from storage.vectors.errors import VectorsError
from storage.vectors.port import VectorStore

PROBE_SECONDS = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class VectorsStatus:
    """How the store of vectors is doing."""

    where: str
    """The folder, or the server's address."""
    trouble: str | None
    """Why it does not answer, and what to do; None: it does, or nobody has needed it yet."""


@message
class DescribeVectors(Urgent, Request[VectorsStatus]):
    """Tell how the store of vectors is doing; no work is ahead of it."""


class VectorsActor(Actor[VectorsMessage | DescribeVectors]):
    """Keep the vectors of posts.

    Each request is a job, so reads run beside writes. The store is opened when it is first needed;
    if that fails, the next request tries again.
    """

    refusals = (Refusal, ActorError, StorageError)

    def __init__(self, home: VectorsHome) -> None:
        self._home = home
        self._opening = anyio.Lock()
        self._store: VectorStore | None = None

    async def started(self) -> None:
        """Open nothing yet."""
        self._opening = anyio.Lock()  # of this loop

    async def stopped(self) -> None:
        """Close the store; what was written stays."""
        store, self._store = self._store, None
        if store is not None:
            await store.close()

    async def handle(self, message: VectorsMessage | DescribeVectors, /) -> object:
        """Start a job for each request."""
        return self.job(self._work(message))

    async def _work(self, message: VectorsMessage | DescribeVectors) -> object:
        if isinstance(message, DescribeVectors):
            return reply(message, await self._describe())
        store = await self._opened()
        match message:
            case EnsureCollection() | DropCollection() | ListCollections():
                return await _found(store, message)
            case ReplacePoints() | RemovePosts():
                await _write(store, message)
                return None
            case CountVectors() | ListVectors() | FetchVector() | FindNearest():
                return await _read(store, message)
            case _:
                assert_never(message)

    async def _opened(self) -> VectorStore:
        async with self._opening:
            if self._store is None:
                self._store = await self._home.open()
            return self._store

    async def _describe(self) -> VectorsStatus:
        try:
            if self._store is not None or not await anyio.to_thread.run_sync(self._home.unused):
                with anyio.fail_after(PROBE_SECONDS):
                    await (await self._opened()).check()
        except VectorsError as error:
            return VectorsStatus(where=self._home.where, trouble=str(error))
        except TimeoutError:
            slow = f"It gave no answer within {PROBE_SECONDS:g} s: try again, and look into it."
            return VectorsStatus(where=self._home.where, trouble=slow)
        return VectorsStatus(where=self._home.where, trouble=None)


async def _found(
    store: VectorStore, message: EnsureCollection | DropCollection | ListCollections
) -> object:
    match message:
        case EnsureCollection():
            return reply(message, await store.ensure(message.collection, message.dimension))
        case DropCollection():
            await store.drop(message.collection)
            return None
        case ListCollections():
            return reply(message, await store.collections())
        case _:
            assert_never(message)


async def _write(store: VectorStore, message: ReplacePoints | RemovePosts) -> None:
    match message:
        case ReplacePoints():
            await store.replace(message.collection, message.posts, message.points)
        case RemovePosts():
            for channel in {channel for channel, post in message.posts if post == 0}:
                await store.remove_channel(message.collection, channel)
            if posts := [(channel, post) for channel, post in message.posts if post]:
                await store.remove(message.collection, posts)
        case _:
            assert_never(message)


async def _read(
    store: VectorStore, message: CountVectors | ListVectors | FetchVector | FindNearest
) -> object:
    name = message.collection
    match message:
        case CountVectors():
            return reply(message, await store.count(name, message.channel))
        case ListVectors():
            return reply(message, await store.posts(name, message.channel))
        case FetchVector():
            return reply(message, await store.vector(name, message.channel, message.post))
        case FindNearest():
            nearest = store.nearest(name, message.vector, message.scope, message.limit)
            return reply(message, await nearest)
        case _:
            assert_never(message)
