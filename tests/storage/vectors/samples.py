"""Points to write and to look for."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

from storage.vectors.port import Near, Point, Scope

START = datetime(2026, 1, 1, tzinfo=UTC)


def point(
    channel: int,
    post: int,
    vector: Sequence[float] = (1.0, 0.0, 0.0),
    *,
    part: int = 0,
    second: int = 0,
) -> Point:
    """Make a point, published some seconds after the start."""
    return Point(
        channel_id=channel,
        post_id=post,
        part=part,
        published_at=START + timedelta(seconds=second),
        vector=tuple(vector),
    )


def scope(*channels: int) -> Scope:
    """Mean some channels as a whole."""
    return Scope(channels=tuple((channel, 0) for channel in channels))


def cosine(one: Sequence[float], other: Sequence[float]) -> float:
    """Compute the cosine similarity; 0 if one has no direction."""
    lengths = math.hypot(*one) * math.hypot(*other)
    return math.fsum(a * b for a, b in zip(one, other, strict=True)) / lengths if lengths else 0.0


def brute_force(
    points: Iterable[Point], vector: Sequence[float], seen: Scope
) -> dict[tuple[int, int], float]:
    """Return the best similarity of each post that a scope shows, by looking at every point."""
    best: dict[tuple[int, int], float] = {}
    for each in points:
        shown = any(c == each.channel_id and each.post_id > above for c, above in seen.channels)
        early = seen.since is not None and each.published_at < seen.since
        late = seen.until is not None and each.published_at >= seen.until
        if shown and not early and not late:
            post = (each.channel_id, each.post_id)
            best[post] = max(best.get(post, -1.0), cosine(each.vector, vector))
    return best


def posts(found: Iterable[Near]) -> list[tuple[int, int]]:
    """Return which posts were found, in their order."""
    return [(each.channel_id, each.post_id) for each in found]
