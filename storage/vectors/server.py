"""The store of vectors on a Qdrant server."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Self

import anyio
import anyio.to_thread
from qdrant_client import AsyncQdrantClient, models

from storage.vectors.asking import asking, completed
from storage.vectors.errors import VectorsClosed
from storage.vectors.filters import (
    Filter,
    first_part,
    first_parts,
    of_channel,
    of_posts,
    within,
)
from storage.vectors.founding import found
from storage.vectors.points import (
    check_name,
    check_points,
    check_query,
    payload,
    point_id,
)
from storage.vectors.port import Near, Point, Scope
from storage.vectors.ranking import near, nearest_posts

TIMEOUT = 10
"""Seconds a server has for one answer."""
NUMBERS = 500_000
"""Numbers in one request; in JSON that is a third of the 32 MB a server takes."""
PAGE = 1_000


class ServerStore:
    """A `VectorStore` on a Qdrant server, 1.16 or newer.

    Writes follow one another in the order they were asked for; reads run beside them. The epoch is
    in the collection's metadata.
    """

    def __init__(
        self, client: AsyncQdrantClient, where: str, *, timeout: int, numbers: int
    ) -> None:
        self._client = client
        self._where = where
        self._timeout = timeout
        self._numbers = numbers
        self._writing = anyio.Lock()
        self._closed = False

    @classmethod
    async def open(
        cls, url: str, key: str | None = None, *, timeout: int = TIMEOUT, numbers: int = NUMBERS
    ) -> Self:
        """Prepare to speak with a server, with so many numbers in a request at most.

        It is not spoken to yet.
        """

        def make() -> AsyncQdrantClient:
            return AsyncQdrantClient(
                url=url,
                headers={"api-key": key} if key else None,  # as `api_key` it warns of plain HTTP
                prefer_grpc=False,
                timeout=timeout,
                check_compatibility=False,  # a thread of its own, and a warning
            )

        client = await anyio.to_thread.run_sync(make)  # it reads certificates
        return cls(client, url.rpartition("@")[2], timeout=timeout, numbers=numbers)

    async def ensure(self, collection: str, dimension: int) -> str:
        """Make a collection with its payload indexes unless it is there; return its epoch."""
        async with self._writing, self._asking(collection):
            return await found(self._client, collection, dimension)

    async def drop(self, collection: str) -> None:
        """Remove a collection, if it is there."""
        async with self._writing, self._asking(collection):
            await self._client.delete_collection(collection, timeout=self._timeout)

    async def collections(self) -> tuple[str, ...]:
        """Return the names of all collections."""
        async with self._asking():
            listed = (await self._client.get_collections()).collections
        return tuple(sorted(each.name for each in listed))

    async def check(self) -> None:
        """Raise what keeps the server from answering."""
        await self.collections()

    async def upsert(self, collection: str, points: Sequence[Point]) -> None:
        """Write points; the server has applied them when it returns."""
        await self.replace(collection, (), points)

    async def replace(
        self, collection: str, posts: Sequence[tuple[int, int]], points: Sequence[Point]
    ) -> None:
        """Write the points of posts, then remove their other parts: cut between, repeat it."""
        check_points(points)
        made = [
            models.PointStruct(id=str(point_id(each)), vector=[*each.vector], payload=payload(each))
            for each in points
        ]
        size = max(1, self._numbers // max([1, *(len(each.vector) for each in points)]))
        async with self._writing:
            for start in range(0, len(made), size):
                async with self._asking(collection):
                    some = made[start : start + size]
                    completed(await self._client.upsert(collection, some, wait=True))
            if posts:
                await self._delete(collection, of_posts(posts, but=[*map(point_id, points)]))

    async def remove(self, collection: str, posts: Sequence[tuple[int, int]]) -> None:
        """Remove every piece of posts."""
        await self.replace(collection, posts, ())

    async def remove_channel(self, collection: str, channel: int) -> None:
        """Remove every post of a channel."""
        async with self._writing:
            await self._delete(collection, of_channel(channel))

    async def count(self, collection: str, channel: int | None = None) -> int:
        """Count the posts of a collection, or of one channel in it."""
        async with self._asking(collection):
            meant = _filter(first_parts(channel))
            return (await self._client.count(collection, meant, exact=True)).count

    async def posts(self, collection: str, channel: int) -> frozenset[int]:
        """Return the ids of a channel's posts that are there."""
        offset, ids, meant = None, set[int](), _filter(of_channel(channel))
        while True:
            async with self._asking(collection):
                records, offset = await self._client.scroll(
                    collection, meant, limit=PAGE, offset=offset, with_payload=["post_id"]
                )
            ids.update((each.payload or {})["post_id"] for each in records)
            if offset is None:
                return frozenset(ids)

    async def vector(self, collection: str, channel: int, post: int) -> tuple[float, ...] | None:
        """Return the vector of a post's first piece, None if it is not there."""
        async with self._asking(collection):
            records, _ = await self._client.scroll(
                collection, _filter(first_part(channel, post)), limit=1, with_vectors=True
            )
        return tuple(records[0].vector) if records else None  # type: ignore[arg-type]

    async def nearest(
        self, collection: str, vector: Sequence[float], scope: Scope, limit: int
    ) -> tuple[Near, ...]:
        """Return the posts nearest to a vector, as far as the server's graph finds them."""
        check_query(vector)
        if not scope.channels:
            return ()
        meant, fields = _filter(within(scope)), ["channel_id", "post_id"]

        async def pieces(wanted: int) -> Sequence[Near]:
            async with self._asking(collection):
                answer = await self._client.query_points(
                    collection, [*vector], query_filter=meant, limit=wanted, with_payload=fields
                )
            return [near(each.payload, each.score) for each in answer.points]

        return await nearest_posts(pieces, limit)

    async def close(self) -> None:
        """Close all connections. Harmless twice."""
        if not self._closed:
            self._closed = True
            await self._client.close()

    async def _delete(self, collection: str, meant: Filter) -> None:
        async with self._asking(collection):
            selector = models.FilterSelector(filter=_filter(meant))
            completed(await self._client.delete(collection, selector, wait=True))

    @asynccontextmanager
    async def _asking(self, collection: str | None = None) -> AsyncIterator[None]:
        if self._closed:
            raise VectorsClosed(self._where)
        if collection is not None:
            check_name(collection)
        async with asking(self._where, collection or "", self._timeout):
            yield


def _filter(meant: Filter) -> models.Filter:
    return models.Filter.model_validate(meant)
