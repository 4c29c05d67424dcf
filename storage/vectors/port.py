"""What is asked of a store of vectors, in plain values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One piece of a post with its vector.

    Its id in the store is derived from channel, post and part: writing it twice is harmless.
    """

    channel_id: int
    post_id: int
    part: int
    """0 for a post's first piece; a long post has more."""
    published_at: datetime
    vector: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Of which posts the nearest are wanted: of these channels, and of each the ids above one.

    It is what the account may see, as the database says, never what somebody asks for.
    """

    channels: tuple[tuple[int, int], ...]
    """Channel ids, each with the id above which posts are seen; 0: all."""
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Near:
    """A post near to a vector, by its nearest piece."""

    channel_id: int
    post_id: int
    score: float
    """Cosine similarity, from -1 to 1."""


class VectorStore(Protocol):
    """Collections of points by cosine similarity. Its refusals are `VectorsError`s.

    Everything is awaited on the loop that opened it, and nothing of it blocks that loop.
    """

    async def ensure(self, collection: str, dimension: int) -> str:
        """Make a collection with its payload indexes unless it is there; return its epoch.

        The epoch is kept in the collection itself: another one means that the collection is not
        the one that was written to before.
        """

    async def drop(self, collection: str) -> None:
        """Remove a collection, if it is there."""

    async def collections(self) -> tuple[str, ...]:
        """Return the names of all collections."""

    async def check(self) -> None:
        """Raise what keeps it from answering, for people to read."""

    async def upsert(self, collection: str, points: Sequence[Point]) -> None:
        """Write points; once it returns they outlive this process, killed or not.

        Refuses vectors that are no numbers.
        """

    async def replace(
        self, collection: str, posts: Sequence[tuple[int, int]], points: Sequence[Point]
    ) -> None:
        """Write the points of posts, given as channel and post id, and remove their other parts."""

    async def remove(self, collection: str, posts: Sequence[tuple[int, int]]) -> None:
        """Remove every piece of posts, given as channel and post id."""

    async def remove_channel(self, collection: str, channel: int) -> None:
        """Remove every post of a channel."""

    async def count(self, collection: str, channel: int | None = None) -> int:
        """Count the posts of a collection, or of one channel in it; exact, pieces not counted."""

    async def posts(self, collection: str, channel: int) -> frozenset[int]:
        """Return the ids of a channel's posts that are there."""

    async def vector(self, collection: str, channel: int, post: int) -> tuple[float, ...] | None:
        """Return the vector of a post's first piece, None if it is not there."""

    async def nearest(
        self, collection: str, vector: Sequence[float], scope: Scope, limit: int
    ) -> tuple[Near, ...]:
        """Return the posts nearest to a vector, the nearest first, each once."""

    async def close(self) -> None:
        """Close it; what was written stays."""
