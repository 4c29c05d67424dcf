"""The embedded store of vectors: a folder for each collection."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Self, TypeVar

import anyio
import anyio.to_thread

from storage.vectors.engine import translated
from storage.vectors.errors import CollectionMissing, VectorsClosed, WrongDimension
from storage.vectors.filters import first_part, first_parts, of_channel, of_posts
from storage.vectors.points import check_name, check_points, check_query, point_id
from storage.vectors.port import Near, Point, Scope
from storage.vectors.ranking import nearest_posts
from storage.vectors.shard import ABOUT, Shard, ensure_room, remove

R = TypeVar("R")

FREE_SPACE = 100_000_000
"""Bytes that must be free for anything to be written; a new collection takes 64 MB of them."""
THREADS = 4


class EdgeStore:
    """A `VectorStore` in a folder. One process at a time may open it, and once.

    What blocks runs on a few threads; reads run beside each other and beside the one write at a
    time. A call whose scope is cancelled ends when its thread has.
    """

    def __init__(self, folder: Path, *, free_space: int = FREE_SPACE) -> None:
        self._folder = folder
        self._free_space = free_space
        self._threads = anyio.CapacityLimiter(THREADS)
        self._writing = anyio.Lock()
        self._opening = anyio.Lock()
        self._shards: dict[str, Shard] = {}
        self._closed = False

    @classmethod
    async def open(cls, folder: Path, *, free_space: int = FREE_SPACE) -> Self:
        """Make the folder unless it is there, and remove what a killed process left half-made."""
        store = cls(folder, free_space=free_space)
        await store._run(store._prepare)
        return store

    async def ensure(self, collection: str, dimension: int) -> str:
        """Make a collection unless it is there; return its epoch."""
        check_name(collection)
        async with self._writing:
            shard = await self._found(collection)
            if shard is not None and not await self._run(shard.intact):
                await self._forget(collection)
                shard = await self._found(collection)
            if shard is None:
                await self._run(self._create, collection, dimension)
                shard = await self._shard(collection)
        if shard.about.dimension != dimension:
            raise WrongDimension(collection, shard.about.dimension, dimension)
        return shard.about.epoch

    async def drop(self, collection: str) -> None:
        """Remove a collection, if it is there, whether or not it can be read."""
        check_name(collection)
        async with self._writing, self._opening:  # nobody opens it again meanwhile
            self._check_open()
            if shard := self._shards.pop(collection, None):
                await self._run(shard.close)
            await self._run(remove, self._folder / collection)

    async def collections(self) -> tuple[str, ...]:
        """Return the names of all collections."""
        self._check_open()
        return await self._run(self._names)

    async def check(self) -> None:
        """Raise what keeps any collection from being read."""
        for collection in await self.collections():
            await self._found(collection)

    async def upsert(self, collection: str, points: Sequence[Point]) -> None:
        """Write points; they outlive this process when it returns."""
        await self.replace(collection, (), points)

    async def replace(
        self, collection: str, posts: Sequence[tuple[int, int]], points: Sequence[Point]
    ) -> None:
        """Write the points of posts, then remove their other parts: killed between, repeat it."""
        async with self._writing:
            shard = await self._shard(collection)
            check_points(points)
            if points:
                await self._run(ensure_room, self._folder, self._free_space)
            gone = of_posts(posts, but=[*map(point_id, points)]) if posts else None
            await self._run(shard.write, points, gone)

    async def remove(self, collection: str, posts: Sequence[tuple[int, int]]) -> None:
        """Remove every piece of posts."""
        await self.replace(collection, posts, ())

    async def remove_channel(self, collection: str, channel: int) -> None:
        """Remove every post of a channel."""
        async with self._writing:
            shard = await self._shard(collection)
            await self._run(shard.write, (), of_channel(channel))

    async def count(self, collection: str, channel: int | None = None) -> int:
        """Count the posts of a collection, or of one channel in it."""
        shard = await self._shard(collection)
        return await self._run(shard.count, first_parts(channel))

    async def posts(self, collection: str, channel: int) -> frozenset[int]:
        """Return the ids of a channel's posts that are there."""
        shard = await self._shard(collection)
        return await self._run(shard.posts, of_channel(channel))

    async def vector(self, collection: str, channel: int, post: int) -> tuple[float, ...] | None:
        """Return the vector of a post's first piece, None if it is not there."""
        shard = await self._shard(collection)
        return await self._run(shard.vector, first_part(channel, post))

    async def nearest(
        self, collection: str, vector: Sequence[float], scope: Scope, limit: int
    ) -> tuple[Near, ...]:
        """Return the posts nearest to a vector: rough vectors choose, exact ones decide."""
        shard = await self._shard(collection)
        check_query(vector)
        if len(vector) != shard.about.dimension:
            raise WrongDimension(collection, shard.about.dimension, len(vector))
        if not scope.channels:
            return ()

        async def pieces(wanted: int) -> Sequence[Near]:
            return await self._run(shard.nearest, vector, scope, wanted)

        return await nearest_posts(pieces, limit)

    async def close(self) -> None:
        """Close all collections, when the write at work has ended. Harmless twice."""
        async with self._writing, self._opening:
            self._closed = True
            while self._shards:
                _, shard = self._shards.popitem()
                await self._run(shard.close)

    async def _shard(self, collection: str) -> Shard:
        """Return a collection that is there; opened by whoever needs it first."""
        check_name(collection)
        shard = await self._found(collection)
        if shard is None:
            raise CollectionMissing(collection)
        return shard

    async def _found(self, collection: str) -> Shard | None:
        async with self._opening:
            self._check_open()
            if collection not in self._shards:
                opened = await self._run(Shard.open, self._folder / collection)
                if opened is None:
                    return None
                self._shards[collection] = opened
            return self._shards[collection]

    def _check_open(self) -> None:
        if self._closed:
            raise VectorsClosed(str(self._folder))

    async def _forget(self, collection: str) -> None:
        async with self._opening:
            if shard := self._shards.pop(collection, None):
                await self._run(shard.close)

    async def _run(self, work: Callable[..., R], *given: object) -> R:
        return await anyio.to_thread.run_sync(work, *given, limiter=self._threads)

    def _create(self, collection: str, dimension: int) -> None:
        ensure_room(self._folder, self._free_space)
        remove(self._folder / collection)  # a folder without a collection in it
        Shard.create(self._folder / collection, dimension)

    def _prepare(self) -> None:
        with translated(self._folder / "any"):
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            for left in (*self._folder.glob(".new-*"), *self._folder.glob(".old-*")):
                remove(left)

    def _names(self) -> tuple[str, ...]:
        with translated(self._folder / "any"):
            folders = [about.parent for about in self._folder.glob(f"[!.]*/{ABOUT}")]
            return tuple(sorted(each.name for each in folders))
