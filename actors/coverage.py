"""The decision what to read of a channel next.

Theory of operation. Coverage is the set of message ids that have been read, whether or not a post
lies there. A channel is wanted from its floor on: every id from there to the newest that is not
covered is a hole, and holes are read upward, page by page. Telegram gives ids in growing order and
never again, so an id at or below the newest that is absent now was deleted, and may be covered.
Coverage grows only by what a page proves read; no clock takes part, so nothing is ever skipped.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from actors.answers import Difference
    from storage.rows import ChannelSeen, ChannelState, PostRow

Range = tuple[int, int]
"""Message ids from the first to before the second."""

Ranges = tuple[Range, ...]
"""Disjoint ranges in growing order, none empty, none touching the next."""

FIRST_ID = 1
"""The first message id Telegram gives."""


def joined(ranges: Iterable[Range]) -> Ranges:
    """Bring ranges into their normal form."""
    merged: list[Range] = []
    for low, high in sorted(ranges):
        if high <= low:
            continue
        if merged and low <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(high, merged[-1][1]))
        else:
            merged.append((low, high))
    return tuple(merged)


def holes(covered: Iterable[Range], floor: int, newest: int) -> Ranges:
    """Return the ids from `floor` to `newest`, inclusive, that have not been read."""
    found: list[Range] = []
    low, end = floor, newest + 1
    for start, stop in joined(covered):
        if low >= end:
            break
        if start > low:
            found.append((low, min(start, end)))
        low = max(low, stop)
    if low < end:
        found.append((low, end))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Page:
    """What one page proves: the ids now read, the posts among them, and what is left to ask."""

    read: Range
    ids: tuple[int, ...]
    rest: Range | None


def page(asked: Range, answered: Sequence[int]) -> Page:
    """Judge a page of the ids that follow the asked range's first, in any order.

    Ids below the asked range are not believed. Newer ones are welcome: the page holds the ids that
    follow the first without a gap, so it proves all up to its last read. An empty page proves that
    nothing is left of what was asked.
    """
    low, high = asked
    ids = tuple(sorted({found for found in answered if found >= low}))
    if not ids:
        return Page(read=asked, ids=(), rest=None)
    end = ids[-1] + 1
    if end >= high:
        return Page(read=(low, end), ids=ids, rest=None)
    return Page(read=(low, end), ids=ids, rest=(end, high))


def upward(low: int, answered: Sequence[int]) -> Range | None:
    """Judge a page of the ids that follow `low` upward, of which there is no known end.

    It proves all up to its last id. An empty one proves that there is nothing there *now*: the ids
    to come are not read.
    """
    ids = [found for found in answered if found >= low]
    return (low, max(ids) + 1) if ids else None


def end_of(covered: Iterable[Range], first: int) -> int:
    """Return the id above everything that has been read from `first` on, `first` if nothing has."""
    return max((high for _, high in covered if high > first), default=first)


@dataclass(frozen=True, slots=True)
class Changes:
    """What has happened in a channel since a pts, as told by one or more answers."""

    pts: int | None = None
    """Where to go on from; None if Telegram has not said."""
    final: bool = False
    too_long: bool = False
    """Too much has happened to be told: what is held has to be compared."""
    news: bool = False
    edited: tuple[PostRow, ...] = ()
    deleted: tuple[int, ...] = ()

    def followed_by(self, answer: Difference) -> Changes:
        """Return the changes with the next answer's; what was edited and then deleted is gone."""
        gone = {*self.deleted, *answer.deleted}
        latest = {post.id: post for post in (*self.edited, *answer.edited)}
        return Changes(
            pts=answer.pts,
            final=answer.final or answer.too_long,
            too_long=self.too_long or answer.too_long,
            news=self.news or answer.news,
            edited=tuple(post for id_, post in latest.items() if id_ not in gone),
            deleted=tuple(sorted(gone)),
        )


def is_due(state: ChannelState, seen: ChannelSeen) -> bool:
    """Tell whether a channel that was listed just now has something to read."""
    if state.floor is None or state.pts is None or state.pts != seen.pts or state.window_due:
        return True
    if state.depth is not None or state.reach is not None:
        return True
    first = max(state.floor, (state.visible_from or 0) + 1)
    return bool(holes(state.coverage, first, seen.top))


def floor_of(depth: int | None, nth_newest: int | None) -> int:
    """Decide where a channel that was never read begins.

    `nth_newest` is the id of the post that many from the top, None if there are fewer. Older posts
    are backfill, not holes.
    """
    return FIRST_ID if depth is None or nth_newest is None else nth_newest
