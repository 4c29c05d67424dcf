"""The durable queue of what is to be done with posts.

Theory of operation. A row is enqueued by the transaction that stores, changes or removes its post.
A worker leases rows: until `not_before` nobody else gets them, so a worker that is killed only
delays them, and the next process in its place frees them at once. Each claim has a number of its
own, and whoever finishes a row must still have the last one. A row whose post changes while it is
leased stays leased and is done again afterwards, so that no two workers are at one post, the slower
with what is old. For the same reason a post is put into the index only when no removal of it is
due, and a removal waits for the lease of who put it there.
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta

from storage import leases
from storage.database import Connection, Database, Row
from storage.house_lock import HouseLock
from storage.queries import sql
from storage.rows import WorkCount, WorkKind, WorkRow
from storage.text import storable

MOST_ATTEMPTS = 8
NEVER = 2**31 - 1
ARRIVALS_AT_ONCE = 20  # of some hundred posts each
MOST = 1000


async def claim(
    db: Database,
    kind: WorkKind,
    worker: str,
    n: int,
    lease: timedelta,
    *,
    attempts: int = MOST_ATTEMPTS,
) -> list[WorkRow]:
    """Lease up to `n` due rows, by turns from each channel; none if nothing is due.

    A row that was claimed so often and not finished is given up instead; a removal never is, as
    what was deleted would be found in the index for ever.
    """
    if not 0 < n <= MOST:
        msg = f"n must be from 1 to {MOST}, not {n}"
        raise ValueError(msg)
    await db.execute(sql.spread_some_arrivals, ARRIVALS_AT_ONCE)
    most = NEVER if kind == "unindex" else attempts
    values = (kind, n, storable(worker), lease.total_seconds(), most)
    while rows := await db.fetch(sql.claim_work, *values):
        live = [_row(row) for row in rows if not row["dead"]]
        if live:
            return live
    return []


async def take_over(db: Database, lock: HouseLock) -> str:
    """Name the workers of the process that holds this lock; what they had in its place is due.

    No other process works there, so whoever had it is dead. It is due at once, or, where it was
    tried before, a little later each time: a process that dies again and again, of something else
    perhaps, does not use up all attempts in as many seconds.
    """
    worker = await asyncio.to_thread(leases.place, lock.path)
    await db.execute(sql.free_work, worker)
    return worker


async def done(db: Database, rows: Sequence[WorkRow]) -> int:
    """Remove rows that are done, and count them; what was claimed anew or has changed is not."""
    async with db.connection() as connection:
        return len(await done_on(connection, rows))


async def done_on(connection: Connection, rows: Sequence[WorkRow]) -> list[WorkRow]:
    """Remove rows in the transaction that keeps their result; return those that it counts for.

    Of the others the result is void: the lease went to another worker, or the post has changed and
    its row is due again.
    """
    finished = await connection.fetch(
        sql.finish_work,
        [row.kind for row in rows],
        [row.channel_id for row in rows],
        [row.post_id for row in rows],
        [row.lease for row in rows],
    )
    keys = {tuple(row) for row in finished}
    return [row for row in rows if _key(row) in keys]


async def later(
    db: Database, row: WorkRow, not_before: datetime, reason: str, *, failed: bool = True
) -> bool:
    """Put a row back until then; False if its lease went to another worker.

    Unless it failed, this attempt does not count: a spent budget is no fault of the post.
    """
    put = await db.fetch_row(sql.put_back_work, *_key(row), not_before, storable(reason), failed)
    return put is not None


async def dead(db: Database, row: WorkRow, reason: str) -> bool:
    """Give a row up for good, until its post changes; False if its lease went to another worker."""
    return await db.fetch_row(sql.give_up_work, *_key(row), storable(reason)) is not None


async def counts(db: Database, account: int) -> list[WorkCount]:
    """Count the work there is for the channels an account follows, by kind."""
    return [WorkCount(**row) for row in await db.fetch(sql.count_work, account)]


def _key(row: WorkRow) -> tuple[str, int, int, int]:
    return row.kind, row.channel_id, row.post_id, row.lease


def _row(row: Row) -> WorkRow:
    values = dict(row)
    del values["dead"]
    return WorkRow(**values)
