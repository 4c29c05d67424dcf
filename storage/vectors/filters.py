"""Which points are meant, in Qdrant's own filter language as plain dictionaries."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeAlias
from uuid import UUID

from storage.vectors.port import Scope

Filter: TypeAlias = dict[str, Any]
"""Clauses `must`, `should` and `must_not`, as https://qdrant.tech/documentation/search/filtering/
describes them: all of the first and at least one of the second hold, and none of the third."""


def within(scope: Scope) -> Filter:
    """Mean the points that a scope shows; the scope must name a channel.

    Channels are gathered by the id above which they are seen, mostly 0: a clause for each of a
    thousand channels costs 15 times as much as one for them all.
    """
    bounds: dict[int, list[int]] = defaultdict(list)
    for channel, above in scope.channels:
        bounds[max(above, 0)].append(channel)
    seen = [_above(channels, above) for above, channels in sorted(bounds.items())]
    period = _period(scope)
    return {"should": seen, **({"must": period} if period else {})}


def is_within(scope: Scope) -> Callable[[Mapping[str, int]], bool]:
    """Return what tells of a point's payload whether `within` means the point."""
    since, until = _seconds(scope)
    bounds: dict[int, int] = {}
    for channel, above in scope.channels:
        bounds[channel] = max(0, min(above, bounds.get(channel, above)))

    def is_meant(payload: Mapping[str, int]) -> bool:
        above = bounds.get(payload["channel_id"])
        return (
            above is not None
            and payload["post_id"] > above
            and (since is None or payload["published_at"] >= since)
            and (until is None or payload["published_at"] < until)
        )

    return is_meant


def of_posts(posts: Iterable[tuple[int, int]], *, but: Sequence[UUID] = ()) -> Filter:
    """Mean every piece of posts, given as channel and post id, but those with some ids."""
    channels: dict[int, list[int]] = defaultdict(list)
    for channel, post in posts:
        channels[channel].append(post)
    meant = [
        {"must": [_is("channel_id", channel), _any("post_id", ids)]}
        for channel, ids in channels.items()
    ]
    kept = {"must_not": [{"has_id": [str(each) for each in but]}]} if but else {}
    return {"should": meant, **kept}


def of_channel(channel: int) -> Filter:
    """Mean every piece of every post of a channel."""
    return {"must": [_is("channel_id", channel)]}


def first_parts(channel: int | None = None) -> Filter:
    """Mean one piece of each post, of one channel or of all: every post has a first one."""
    first = [_is("part", 0)]
    return {"must": first if channel is None else [_is("channel_id", channel), *first]}


def first_part(channel: int, post: int) -> Filter:
    """Mean the first piece of a post."""
    return {"must": [_is("channel_id", channel), _is("post_id", post), _is("part", 0)]}


def _above(channels: list[int], above: int) -> Filter:
    meant = _any("channel_id", channels)
    return {"must": [meant, _range("post_id", gt=above)]} if above else meant


def _period(scope: Scope) -> list[Filter]:
    since, until = _seconds(scope)
    bounds = {name: at for name, at in (("gte", since), ("lt", until)) if at is not None}
    return [_range("published_at", **bounds)] if bounds else []


def _seconds(scope: Scope) -> tuple[int | None, int | None]:
    """Bounds are rounded up: of whole seconds the same ones are at or after them."""
    since, until = (
        None if at is None else math.ceil(at.timestamp()) for at in (scope.since, scope.until)
    )
    return since, until


def _is(field: str, value: int) -> Filter:
    return {"key": field, "match": {"value": value}}


def _any(field: str, values: list[int]) -> Filter:
    return {"key": field, "match": {"any": values}}


def _range(field: str, **bounds: int) -> Filter:
    return {"key": field, "range": bounds}
