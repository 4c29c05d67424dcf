"""The options of commands that look for posts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from bot.choosing import chosen
from bot.periods import length, point

if TYPE_CHECKING:
    from actors.people import User

_TIMES = "give a length of time like 24h, 7d or 2w, or a date like 2026-01-31"


def _point(given: str) -> datetime:
    found = point(given, datetime.now(UTC))
    if found is None:
        raise typer.BadParameter(f"{given!r} is no time: {_TIMES}.")
    return found


def _length(given: str) -> timedelta:
    found = length(given)
    if found is None:
        raise typer.BadParameter(f"{given!r} is no length of time: try 24h, 7d or 2w.")
    return found


Since = Annotated[
    datetime | None,
    typer.Option("--since", metavar="TIME", parser=_point, help="Not older: 7d, or a date."),
]
Until = Annotated[
    datetime | None,
    typer.Option("--until", metavar="TIME", parser=_point, help="Older: 1d, or a date."),
]
Period = Annotated[
    timedelta,
    typer.Option("--period", metavar="LENGTH", parser=_length, help="How long: 12h, 1d, 2w."),
]
Tags = Annotated[
    list[str] | None,
    typer.Option("--tag", metavar="TAG", help="With this tag; several: with one of them."),
]
Hits = Annotated[
    int, typer.Option("--limit", metavar="N", min=1, max=100, help="How many, the best first.")
]


async def one_of(user: User, channel: str | None) -> tuple[int, ...] | None:
    """Return the channel that is named, as a search takes it; None if none is."""
    if channel is None:
        return None
    return (chosen(user.id, await user.channels(), channel).id,)
