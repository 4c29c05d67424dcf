"""What commands that look for posts share: their options, and a hint where there is nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from bot.choosing import chosen
from bot.periods import length, point
from bot.wording import counted

if TYPE_CHECKING:
    from actors.people import User

_LONGEST = 1000
"""Characters of a query or a question."""
_TIMES = "give a length of time like 24h, 7d or 2w, or a date like 2026-01-31"


def asked_for(given: str) -> str:
    """Read what is looked for."""
    text = given.strip()
    if not text:
        raise typer.BadParameter("it is empty: say what to look for.")
    if len(text) > _LONGEST:
        raise typer.BadParameter(f"it has {len(text)} characters: shorten it to {_LONGEST}.")
    return text


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
    timedelta | None,
    typer.Option("--period", metavar="LENGTH", parser=_length, help="12h, 2w [default: 1d]."),
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


async def hint(user: User) -> str | None:
    """Say what to do if nothing is stored yet, or nothing of it indexed; None if that is well."""
    meaning = await user.meaning()
    if not meaning.posts:
        return f"Nothing is stored for account {user.id} yet: tgactors parse {user.id}"
    if meaning.indexed:
        return None
    posts = counted(meaning.posts, "post")
    return f"Of {posts} none is indexed yet; the workers do it: tgactors parse {user.id}"
