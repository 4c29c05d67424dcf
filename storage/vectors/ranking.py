"""Which posts are nearest, of pieces that are."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence

from storage.vectors.port import Near

SPARE, WIDER = 2, 4


async def nearest_posts(
    pieces: Callable[[int], Awaitable[Sequence[Near]]], limit: int
) -> tuple[Near, ...]:
    """Return as many posts as wanted, each by its nearest piece, the nearest first.

    `pieces` returns so many nearest pieces. Posts of many pieces crowd others out, so more are
    asked for until there are enough posts or no more pieces.
    """
    if limit <= 0:
        return ()
    wanted = limit * SPARE
    while True:
        found = await pieces(wanted)
        posts = best(found)[:limit]
        if len(posts) == limit or len(found) < wanted:
            return posts
        wanted *= WIDER


def best(pieces: Iterable[Near]) -> tuple[Near, ...]:
    """Return each post once, by its nearest piece, the nearest first."""
    posts: dict[tuple[int, int], Near] = {}
    for piece in sorted(pieces, key=lambda each: (-each.score, each.channel_id, each.post_id)):
        posts.setdefault((piece.channel_id, piece.post_id), piece)
    return tuple(posts.values())


def near(payload: dict[str, int] | None, score: float) -> Near:
    """Return what an engine found, without what rounding adds to a score of one."""
    where = payload or {}
    return Near(
        channel_id=where["channel_id"],
        post_id=where["post_id"],
        score=min(1.0, max(-1.0, score)),
    )
