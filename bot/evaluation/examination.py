"""The examination of a search: an archive is made, indexed and asked."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from bot.evaluation.archive import READER, fill
from bot.evaluation.errors import NotIndexed, SearchNarrowed
from bot.evaluation.measures import Judged
from bot.evaluation.sets import EvaluationSet, SetQuery
from bot.house import own_house

if TYPE_CHECKING:
    from actors.house import House
    from actors.people import User

PATIENCE = 60.0
PER_POST = 0.5
"""Seconds that indexing may take, beside those of the start."""
DEEP = 10
"""How many answers are asked for: as many as the command shows."""


async def examined(
    data: Path, given: EvaluationSet, tell: Callable[[str], object]
) -> tuple[Judged, ...]:
    """Store the posts in a house on a new folder, have them indexed, and search for each query.

    Raises `NotIndexed` or `SearchNarrowed` if something else would be measured than was asked for.
    """
    async with own_house(data=data, writes=True) as house:
        tell(f"Storing and indexing {len(given.posts)} posts ...")
        await fill(house, [post.text for post in given.posts])
        await _indexed(house, len(given.posts))
        tell(f"Searching for {len(given.queries)} queries ...")
        user = house.user(READER)
        return tuple([await _judged(user, given, query) for query in given.queries])


async def _indexed(house: House, posts: int) -> None:
    seconds = PATIENCE + PER_POST * posts
    await house.settle(READER, seconds)
    meaning = await house.user(READER).meaning()
    if meaning.indexed < posts:
        why = next((each.reason for each in meaning.waiting if each.kind == "index"), None)
        raise NotIndexed(meaning.indexed, posts, seconds, why)


async def _judged(user: User, given: EvaluationSet, query: SetQuery) -> Judged:
    found = await user.search(query.text, limit=DEEP)
    if found.trouble is not None:
        raise SearchNarrowed(found.trouble)
    return Judged(
        kind=query.kind,
        ranking=tuple(given.posts[hit.post.id - 1].id for hit in found.hits),
        relevant=frozenset(query.relevant),
    )
