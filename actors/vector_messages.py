"""What is asked of the store of vectors."""

from __future__ import annotations

from runtime import Request, message
from storage.vectors.port import Near, Point, Scope


@message
class EnsureCollection(Request[str]):
    """Make a collection unless it is there; answered with its epoch."""

    collection: str
    dimension: int


@message
class DropCollection(Request[None]):
    """Remove a collection."""

    collection: str


@message
class ListCollections(Request[tuple[str, ...]]):
    """Return the names of all collections."""


@message
class ReplacePoints(Request[None]):
    """Write the points of posts, and remove what was there of them."""

    collection: str
    posts: tuple[tuple[int, int], ...]
    points: tuple[Point, ...]


@message
class RemovePosts(Request[None]):
    """Remove posts, given as channel and post id; post id 0: the whole channel."""

    collection: str
    posts: tuple[tuple[int, int], ...]


@message
class CountVectors(Request[int]):
    """Count the posts of a collection, or of one channel in it."""

    collection: str
    channel: int | None = None


@message
class ListVectors(Request[frozenset[int]]):
    """Return the ids of a channel's posts that are in a collection."""

    collection: str
    channel: int


@message
class FetchVector(Request[tuple[float, ...] | None]):
    """Return the vector of a post's first piece."""

    collection: str
    channel: int
    post: int


@message
class FindNearest(Request[tuple[Near, ...]]):
    """Return the posts nearest to a vector."""

    collection: str
    vector: tuple[float, ...]
    scope: Scope
    limit: int


VectorsMessage = (
    EnsureCollection
    | DropCollection
    | ListCollections
    | ReplacePoints
    | RemovePosts
    | CountVectors
    | ListVectors
    | FetchVector
    | FindNearest
)
"""What the VectorsActor understands."""
