"""Work as it is claimed, with what it is about."""

from __future__ import annotations

from datetime import datetime, timedelta

from storage import lexical, work
from storage.database import Database, Row
from storage.meaning_queries import meaning_sql
from storage.meaning_rows import KnownTags, WorkItem
from storage.rows import WorkKind, WorkRow


async def claim(
    db: Database,
    kind: WorkKind,
    worker: str,
    n: int,
    lease: timedelta,
    *,
    cap: int | None = None,
) -> list[WorkItem]:
    """Lease up to `n` due rows as `work.claim` does, and look up what they are about.

    `cap` is how many tokens an account may spend a day, None: any number. What changes between
    the two is not lost: then what is made of it is void.
    """
    await lexical.find(db, lexical.AT_ONCE)
    rows = await work.claim(db, kind, worker, n, lease)
    if not rows:
        return []
    found = await db.fetch(
        meaning_sql.claimed_posts,
        kind,
        [row.channel_id for row in rows],
        [row.post_id for row in rows],
        cap,
    )
    return [_item(row, about) for row, about in zip(rows, found, strict=True)]


async def retry(db: Database, account: int | None) -> int:
    """Make all that waits or was given up due at once, of an account's channels or of all."""
    return int(await db.fetch_value(meaning_sql.retry_work, account))


async def next_at(db: Database, kind: WorkKind) -> datetime | None:
    """Tell when work of a kind is due next; what is due has a time that is past."""
    found: datetime | None = await db.fetch_value(meaning_sql.next_work, kind)
    return found


def _item(row: WorkRow, about: Row) -> WorkItem:
    return WorkItem(
        row=row,
        text=about["text"] or "",
        gone=about["gone"],
        published_at=about["published_at"],
        payer=about["payer"],
        poor_until=about["poor_until"],
        known=_known(about),
        missing_in=tuple(about["missing_in"]),
    )


def _known(about: Row) -> KnownTags | None:
    if about["known_state"] is None:
        return None
    return KnownTags(
        tags=tuple(about["tags"]),
        provider=about["provider"] or "",
        model=about["model"] or "",
        refused=about["reason"] if about["known_state"] == "skipped" else None,
    )
