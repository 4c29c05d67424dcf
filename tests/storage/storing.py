"""Posts that are stored, edited and deleted, and workers that claim what follows."""

from datetime import timedelta
from typing import Any

from storage import claiming, posts, tagging
from storage.database import Database
from storage.meaning_rows import TagResult, WorkItem
from storage.rows import Amendment, Batch, Hold, PostRow, WorkKind, WorkRow
from tests.storage.found import message

HOUR = timedelta(hours=1)
NO_TIME = timedelta(0)
"""A lease that has run out as soon as it is given, as if the worker had been killed."""


async def store(
    db: Database, hold: Hold, *ids: int, channel: int = 7, text: str | None = None
) -> None:
    """Store posts, each with a text of its own unless one is given."""
    found = tuple(
        message(id, channel=channel, text=text or f"post {channel}/{id}")
        for id in ids  # noqa: A001
    )
    read = (min(ids), max(ids) + 1)
    await posts.store(db, hold, Batch(channel_id=channel, floor=None, read=read, posts=found))


async def amend(
    db: Database,
    hold: Hold,
    *edited: PostRow,
    deleted: tuple[int, ...] = (),
    channel: int = 7,
) -> None:
    """Find posts edited and deleted."""
    told = Amendment(
        channel_id=channel, seen=edited, deleted=deleted, window=None, pts=None, swept_to=None
    )
    await posts.amend(db, hold, told)


async def claim(db: Database, kind: WorkKind, n: int = 99, **more: Any) -> list[WorkItem]:
    """Claim work for an hour, unless another lease is given."""
    return await claiming.claim(db, kind, "worker", n, more.pop("lease", HOUR), **more)


def tagged(row: WorkRow, *tags: str, **more: Any) -> TagResult:
    """What tagging a post came to."""
    values: dict[str, Any] = {"state": "ok", "provider": "local", "model": "words"} | more
    return TagResult(row=row, tags=tags, **values)


def refused(row: WorkRow, reason: str = "refused by all") -> TagResult:
    """What a text comes to that no provider tags."""
    return tagged(row, state="skipped", reason=reason, provider=None, model=None)


async def tag(db: Database, *tags: str) -> None:
    """Give the same tags to all that is to be tagged."""
    while items := await claim(db, "tag"):
        assert await tagging.keep(db, [tagged(item.row, *tags) for item in items]) == len(items)
