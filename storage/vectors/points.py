"""Points as both kinds of store hold them: ids, payloads, names, and which vectors are usable."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID, uuid5

from storage.vectors.errors import CollectionMisnamed, NotNumbers, QueryNotNumbers
from storage.vectors.port import Point

INDEXED = ("channel_id", "post_id", "part", "published_at")
"""The fields of a payload, all integers, all filtered by; a search by another one is slow."""

_POINTS = UUID("5a0f3c1e-6d0b-5b57-9a5e-0f2d6f3f9d11")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}", re.ASCII)
_LONGEST = 1e15  # its square still fits into the 32 bits in which lengths are computed


def point_id(point: Point) -> UUID:
    """Derive a point's id, the same each time it is written."""
    return uuid5(_POINTS, f"{point.channel_id}/{point.post_id}/{point.part}")


def payload(point: Point) -> dict[str, Any]:
    """Return what is kept of a point beside its vector; its time in whole seconds."""
    return {
        "channel_id": point.channel_id,
        "post_id": point.post_id,
        "part": point.part,
        "published_at": math.floor(point.published_at.timestamp()),
    }


def check_points(points: Iterable[Point]) -> None:
    """Raise NotNumbers for a vector that would poison every search: engines take NaN for fine."""
    for point in points:
        if not _usable(point.vector):
            raise NotNumbers(point.channel_id, point.post_id)


def check_query(vector: Sequence[float]) -> None:
    """Raise QueryNotNumbers for a vector that nothing is near to."""
    if not _usable(vector):
        raise QueryNotNumbers


def check_name(collection: str) -> None:
    """Raise CollectionMisnamed unless the name will do for a folder and for a server alike."""
    if not _NAME.fullmatch(collection):
        raise CollectionMisnamed(collection)


def _usable(vector: Sequence[float]) -> bool:
    return math.hypot(*vector) < _LONGEST  # false for NaN, too
