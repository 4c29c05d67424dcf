"""What Qdrant's engine says when it refuses: the same words in process and from a server."""

from __future__ import annotations

import re

from storage.vectors.errors import CollectionMissing, VectorsError, VectorsFull, WrongDimension

_DIMENSION = re.compile(r"expected dim: (\d+), got (\d+)")
_FULL = re.compile(r"no space left|out of disk|disk (is )?full|os error 28\b", re.IGNORECASE)
_CLOSED = "Shard is not initialized"


def told(text: str, *, collection: str, where: str) -> VectorsError | None:
    """Return what a refusal of the engine means, None if it is none that is known."""
    if dimension := _DIMENSION.search(text):
        return WrongDimension(collection, int(dimension[1]), int(dimension[2]))
    if _FULL.search(text):
        return VectorsFull(where)
    if _CLOSED in text:
        return CollectionMissing(collection)
    return None
