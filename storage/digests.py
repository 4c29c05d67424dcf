"""The plans by which accounts get digests.

Theory of operation. A plan has one occurrence that is next. Whoever takes it when it is due has it
for a while, and confirms it once it is sent: only then the next occurrence is set. So a process
that is killed meanwhile only delays a digest; killed between sending and confirming, it has it sent
again. An occurrence that was taken too often is given up, which its account is told. A time is
always set from now on, never from when it was due: after a downtime a digest is due once.
"""

import asyncio
from collections.abc import Collection, Set
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from storage import notices
from storage.bot_queries import bot_sql
from storage.bot_rows import DigestPlan, DuePlan
from storage.database import Connection, Database, Row
from storage.errors import UnknownAccount, UnknownTimezone
from storage.leases import decisive
from storage.occurrences import WEEK, check_times, next_occurrence, zone_of
from storage.text import storable

MOST_LINES = 50
MOST_TRIES = 3
"""How often a digest is taken before its occurrence is given up."""
UTC_NAME = "UTC"


async def plan(
    db: Database,
    account: int,
    at: time,
    days: Set[int] = WEEK,
    *,
    topics: Collection[str] = (),
    channels: Collection[int] | None = None,
    lines: int = 10,
    now: datetime,
) -> DigestPlan:
    """Let an account get digests at a time of its own time zone's days, instead of before."""
    check_times(at, days)
    if not 1 <= lines <= MOST_LINES:
        msg = f"lines must be from 1 to {MOST_LINES}, not {lines}"
        raise ValueError(msg)
    async with decisive(db) as connection:
        zone = await _zone(await connection.fetchval(bot_sql.hold_timezone, account))
        row = await connection.fetchrow(
            bot_sql.plan_digest,
            account,
            at,
            sorted(days),
            [storable(topic) for topic in topics],
            None if channels is None else list(channels),
            lines,
            next_occurrence(at, days, zone, now),
        )
    if row is None:
        raise UnknownAccount(account)
    return _plan(row)


async def load(db: Database, account: int) -> DigestPlan | None:
    """Return an account's plan, or None if it has none."""
    row = await db.fetch_row(bot_sql.digest_plan, account)
    return None if row is None else _plan(row)


async def unplan(db: Database, account: int) -> bool:
    """Let an account get no more digests; False if it got none."""
    return await db.fetch_value(bot_sql.unplan_digest, account) is not None


async def move_on(connection: Connection, account: int, zone: ZoneInfo, now: datetime) -> None:
    """Let an account's digest come by another time zone from now on."""
    row = await connection.fetchrow(bot_sql.lock_plan, account)
    if row is not None:
        moment = next_occurrence(row["at"], set(row["days"]), zone, now)
        await connection.execute(bot_sql.move_digest, account, moment)


async def due(db: Database, limit: int, *, now: datetime, seconds: float) -> list[DuePlan]:
    """Take digests that are due, for so many seconds, the most overdue first.

    They are of people who are logged in and whom the bot reaches.
    """
    async with decisive(db) as connection:
        rows = await connection.fetch(bot_sql.due_digests, now, limit)
        taken = [row for row in rows if row["tries"] < MOST_TRIES]
        until = now + timedelta(seconds=seconds)
        await connection.execute(bot_sql.take_digests, [row["account"] for row in taken], until)
        for row in rows:
            if row["tries"] >= MOST_TRIES:
                await _give_up(connection, row, now)
    return [_due(row) for row in taken]


async def sent(db: Database, account: int, lease: int, *, now: datetime) -> bool:
    """Confirm that a digest was sent; False if its plan has changed, or it was taken again."""
    async with decisive(db) as connection:
        row = await connection.fetchrow(bot_sql.lock_taken_digest, account, lease)
        if row is None:
            return False
        zone = await _zone(row["timezone"])
        after = max(now, row["next_at"])
        moment = next_occurrence(row["at"], set(row["days"]), zone, after)
        await connection.execute(bot_sql.finish_digest, account, moment)
    return True


async def _give_up(connection: Connection, row: Row, now: datetime) -> None:
    """Pass over an occurrence, and tell whom it was for."""
    due_at = row["next_at"].isoformat()
    data = {"due_at": due_at}
    await notices.write_on(connection, row["account"], "digest_missed", due_at, data)
    await move_on(connection, row["account"], await _zone(row["timezone"]), now)


async def _zone(name: str | None) -> ZoneInfo:
    """Return a time zone; UTC for one that this machine has no more, so that others get theirs."""
    try:
        return await asyncio.to_thread(zone_of, name or UTC_NAME)
    except UnknownTimezone:
        return await asyncio.to_thread(zone_of, UTC_NAME)


def _plan(row: Row) -> DigestPlan:
    return DigestPlan(
        account=row["account"],
        at=row["at"],
        days=frozenset(row["days"]),
        topics=tuple(row["topics"]),
        channels=None if row["channels"] is None else tuple(row["channels"]),
        lines=row["lines"],
        next_at=row["next_at"],
    )


def _due(row: Row) -> DuePlan:
    return DuePlan(
        account=row["account"],
        topics=tuple(row["topics"]),
        channels=None if row["channels"] is None else tuple(row["channels"]),
        lines=row["lines"],
        due_at=row["next_at"],
        since=row["sent_to"],
        timezone=row["timezone"],
        language=row["language"],
        lease=row["lease"],
    )
