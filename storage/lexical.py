"""The words of posts, and finding posts by them."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime

from storage.database import Database
from storage.errors import DatabaseFull
from storage.isolation import reading_as
from storage.meaning_queries import meaning_sql
from storage.meaning_rows import TextHit
from storage.text import storable

AT_ONCE = 200
"""Of about how many posts the words are found with each claim."""

BEFORE_A_SEARCH = 800
"""And before a search, which waits for that."""
MOST = 1000
MOST_WORDS = 100_000


async def find(db: Database, posts: int) -> int:
    """Find the words of about so many posts, by arrivals; return of how many arrivals."""
    return int(await db.fetch_value(meaning_sql.find_words, posts))


async def search(
    db: Database,
    account: int,
    query: str,
    *,
    channels: Sequence[int] | None = None,
    tags: Sequence[str] = (),
    since: datetime | None = None,
    until: datetime | None = None,
    limit: int = 100,
    again: bool = False,
) -> list[TextHit]:
    """Find posts with all words of the query, the best first, among those the account may see.

    «"so"» means together and in this order, «or» one of two, «-» without. Words of posts that
    nobody has claimed yet are found first, if they are not too many and there is room for them, but
    not `again` in the same search.
    """
    if not 0 < limit <= MOST:
        msg = f"limit must be from 1 to {MOST}, not {limit}"
        raise ValueError(msg)
    if not again:
        with suppress(DatabaseFull):
            await find(db, BEFORE_A_SEARCH)
    async with reading_as(db, account) as connection:
        rows = await connection.fetch(
            meaning_sql.search_words,
            storable(query),
            None if channels is None else list(channels),
            [storable(tag) for tag in tags],
            since,
            until,
            limit,
        )
    return [TextHit(**row) for row in rows]


async def vocabulary(db: Database, account: int, limit: int) -> list[tuple[str, int]]:
    """Return the words of the newest 5000 posts the account may see, the commonest first.

    They are of three letters at least, in lower case; with each, in how many posts it is.
    """
    if not 0 < limit <= MOST_WORDS:
        msg = f"limit must be from 1 to {MOST_WORDS}, not {limit}"
        raise ValueError(msg)
    async with reading_as(db, account) as connection:
        rows = await connection.fetch(meaning_sql.vocabulary, account, limit)
    return [(row["word"], row["ndoc"]) for row in rows]
