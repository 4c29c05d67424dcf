"""What an account sees of the meaning of its posts."""

from collections.abc import Sequence
from datetime import datetime

from storage.database import Database, Row
from storage.isolation import reading_as
from storage.meaning_queries import meaning_sql
from storage.meaning_rows import Meaning, TaggedPost, Waiting
from storage.reads import view
from storage.text import storable
from storage.vectors.port import Scope

MOST = 1000
MOST_WAITING = 20


async def describe(db: Database, account: int, since: datetime | None = None) -> Meaning:
    """Tell how far the account's posts have come, and what of it is newer than a time."""
    async with reading_as(db, account) as connection:
        (row,) = await connection.fetch(meaning_sql.meaning, account, since)
        waiting = await connection.fetch(meaning_sql.waiting, account, MOST_WAITING)
    return Meaning(**row, waiting=tuple(Waiting(**each) for each in waiting))


async def load(
    db: Database, account: int, posts: Sequence[tuple[int, int]], tags: Sequence[str] = ()
) -> list[TaggedPost]:
    """Return posts by channel and post id, in that order, less those that it may not see.

    With tags, only posts that have one of them.
    """
    async with reading_as(db, account) as connection:
        rows = await connection.fetch(
            meaning_sql.tagged_posts,
            account,
            [channel for channel, _ in posts],
            [post for _, post in posts],
            [storable(tag) for tag in tags],
        )
    return [_tagged(row) for row in rows]


async def between(
    db: Database,
    account: int,
    since: datetime,
    until: datetime | None = None,
    *,
    channels: Sequence[int] | None = None,
    limit: int = MOST,
) -> list[TaggedPost]:
    """Return the posts from one time to before another, the newest first."""
    if not 0 < limit <= MOST:
        msg = f"limit must be from 1 to {MOST}, not {limit}"
        raise ValueError(msg)
    only = None if channels is None else list(channels)
    async with reading_as(db, account) as connection:
        found = await connection.fetch(
            meaning_sql.posts_between, account, since, until, only, limit
        )
        rows = await connection.fetch(
            meaning_sql.tagged_posts,
            account,
            [row["channel_id"] for row in found],
            [row["id"] for row in found],
            [],
        )
    return [_tagged(row) for row in rows]


async def scope(
    db: Database,
    account: int,
    *,
    channels: Sequence[int] | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> Scope:
    """Return which posts an account may see, of some channels or of all that it follows."""
    only = None if channels is None else list(channels)
    async with reading_as(db, account) as connection:
        rows = await connection.fetch(meaning_sql.scope, account, only)
    seen = tuple((row["channel"], row["visible_from"]) for row in rows)
    return Scope(channels=seen, since=since, until=until)


def _tagged(row: Row) -> TaggedPost:
    return TaggedPost(
        post=view(row),
        tags=tuple(row["tags"] or ()),
        tag_state=row["tag_state"],
        tag_reason=row["tag_reason"],
        tag_due_at=row["tag_due_at"],
        model=row["model"],
        indexed=row["indexed"],
    )
