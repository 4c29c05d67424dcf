"""What is held of a channel, drawn on one line."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from actors import Channel
    from storage.rows import Coverage

HELD, PARTLY, HOLE, OLDER, HIDDEN = "█", "▓", "░", "·", "×"

LEGEND = (
    f"{HELD} held   {PARTLY} held in part   {HOLE} still to be read   {OLDER} older than asked   "
    f"{HIDDEN} hidden"
)


def newest_id(channel: Channel) -> int:
    """Return the highest message id that is known of a channel, 0 if none is."""
    return max((end - 1 for _, end in (*channel.coverage, *channel.holes)), default=0)


def bar(channel: Channel, cells: int) -> str:
    """Draw a channel's message ids from its first to its newest in so many cells."""
    newest = newest_id(channel)
    if newest == 0:
        return OLDER * cells
    return "".join(
        _cell(channel, 1 + cell * newest // cells, 1 + (cell + 1) * newest // cells)
        for cell in range(cells)
    )


def percent(share: float) -> str:
    """Say how much that is, never more: all is 100 %, and almost all is 99 %."""
    if 0 < share < 0.01:
        return "<1 %"
    return f"{int(share * 100)} %"


def _cell(channel: Channel, first: int, end: int) -> str:
    end = max(end, first + 1)  # there are fewer ids than cells
    first = max(first, (channel.visible_from or 0) + 1)
    if first >= end:
        return HIDDEN
    held = _common(channel.coverage, first, end)
    if held == end - first:
        return HELD
    if held:
        return PARTLY
    return HOLE if _common(channel.holes, first, end) else OLDER


def _common(spans: Coverage, first: int, end: int) -> int:
    return sum(max(0, min(high, end) - max(low, first)) for low, high in spans)
