"""What an account reads, page by page.

Theory of operation. A cursor names the last post that was shown by its moment, channel and id, and
a page begins after it in the order that all reads have. So what is published while somebody turns
pages neither repeats nor hides anything, and a moment of many posts is as any other.
"""

from collections.abc import Sequence
from datetime import datetime

from storage.cursors import NEWEST, Cursor
from storage.database import Database
from storage.isolation import reading_as
from storage.reads import MOST, view
from storage.service_queries import service_sql
from storage.service_rows import PostsPage
from storage.text import storable


async def page(
    db: Database,
    account: int,
    *,
    limit: int,
    before: str | None = None,
    channel: int | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    tags: Sequence[str] = (),
) -> PostsPage:
    """Return posts the account may read, those that come after a cursor, or else the newest.

    With tags, only what has one of them; of a period, from `since` on and before `until`.
    """
    if not 0 < limit <= MOST:
        msg = f"limit must be from 1 to {MOST}, not {limit}"
        raise ValueError(msg)
    last = NEWEST if before is None else Cursor.read(before)
    async with reading_as(db, account) as connection:
        rows = await connection.fetch(
            service_sql.posts_page,
            account,
            limit + 1,
            channel,
            last.published_at,
            last.channel,
            last.id,
            since,
            until,
            [storable(tag) for tag in tags],
        )
    shown = rows[:limit]
    end = shown[-1] if len(rows) > limit else None
    after = None if end is None else str(Cursor(end["published_at"], end["channel_id"], end["id"]))
    return PostsPage(posts=tuple(view(row) for row in shown), next=after)
