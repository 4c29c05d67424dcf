"""When what is read next, and who is told if it is not.

Theory of operation. Each channel has a time when it is due; whoever reads it takes it for a while,
prolongs that while it lives, and sets the next time when it is done. A process that is killed keeps
nobody waiting longer than it took the channel for. No statement here waits for a row while it holds
another one, but in the order of ids: what somebody else has locked is left for the next tick.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from storage.database import Connection, Database
from storage.errors import UnknownAccount, UnknownChannel
from storage.leases import decisive
from storage.queries import sql
from storage.rows import DueChannel, Freshness
from storage.text import storable

DEFAULT_SECONDS = 1800.0
"""An account's interval before it says another."""

SHORTEST_SECONDS, LONGEST_SECONDS = 1.0, 30 * 86_400.0

TOLD_AT_ONCE = 1000
"""Notices of a kind that one call writes at most; the next one goes on."""

Pause = Callable[[float, int], float]
"""Decides from a channel's interval, and how often in a row reading it has failed, how many seconds
pass before it is read again."""


async def due(
    db: Database, node: str, limit: int, *, now: datetime, seconds: float
) -> list[DueChannel]:
    """Take channels for a process that reads them, for so many seconds, most overdue first.

    They are due, nobody reads them, and a READY follower may read history now and is not in another
    living process's hands. Channels never read come before all others.
    """
    rows = await db.fetch(sql.take_due, node, now, seconds, limit)
    return [DueChannel(**row) for row in rows]


async def keep(
    db: Database, node: str, channels: Sequence[int], *, now: datetime, seconds: float
) -> set[int]:
    """Prolong for so many seconds what a process has taken; return what it still has."""
    rows = await db.fetch(sql.keep_taken, node, now, seconds, channels)
    return {row["id"] for row in rows}


async def release(db: Database, node: str, channels: Sequence[int]) -> None:
    """Let channels go that a process has not read after all; they are due as before."""
    await db.execute(sql.release_taken, node, channels)


async def done(
    db: Database,
    node: str,
    channel: int,
    *,
    ok: bool,
    now: datetime,
    pause: Pause,
    why: str | None = None,
) -> None:
    """Note that a process has read a channel to its end, or why not, and when it is read next.

    It need not have been due or taken. A failure does not count while another process reads it.
    """
    async with decisive(db) as connection:
        row = await connection.fetchrow(sql.lock_taken, channel, node, now)
        if row is None or (row["taken"] and not ok):
            return
        # Only now: an interval that is being changed is either seen, or sees this reading.
        every = await connection.fetchval(sql.interval_of, channel)
        failures = 0 if ok else row["failures"] + 1
        next_at = now + timedelta(seconds=pause(every or DEFAULT_SECONDS, failures))
        told = why and storable(why)
        await connection.execute(sql.finish_reading, channel, node, now, next_at, ok, told)


async def due_accounts(
    db: Database, node: str, limit: int, *, now: datetime, seconds: float
) -> list[int]:
    """Take READY accounts whose memberships are to be confirmed, most overdue first.

    They are due again after so many seconds unless `confirmed` says otherwise.
    """
    return [row["id"] for row in await db.fetch(sql.take_due_accounts, node, now, seconds, limit)]


async def confirmed(db: Database, account: int, *, next_at: datetime) -> None:
    """Say when an account's memberships are to be confirmed next."""
    await db.execute(sql.set_confirm_at, account, next_at)


async def set_every(
    db: Database,
    account: int,
    seconds: float | None,
    channel: int | None = None,
    *,
    now: datetime,
) -> None:
    """Say how often an account's channels are to be read, or one of them; None: the default.

    A longer interval counts from the next reading on, a shorter one from the last.
    """
    if seconds is not None and not SHORTEST_SECONDS <= seconds <= LONGEST_SECONDS:
        msg = f"an interval is from {SHORTEST_SECONDS:g} to {LONGEST_SECONDS:g} s, not {seconds:g}"
        raise ValueError(msg)
    async with decisive(db) as connection:
        if await connection.fetchrow(sql.lock_anyones_account, account) is None:
            raise UnknownAccount(account)
        if channel is None:
            every = DEFAULT_SECONDS if seconds is None else seconds
            await connection.execute(sql.set_account_interval, account, every)
        elif await connection.fetchrow(sql.set_channel_interval, account, channel, seconds) is None:
            raise UnknownChannel(channel)
        await _pull_in(connection, account, now)


async def apply(db: Database, account: int, *, now: datetime) -> None:
    """Let an account's intervals count for channels that it has begun to follow."""
    async with decisive(db) as connection:
        await _pull_in(connection, account, now)


async def tell_unread(db: Database, *, now: datetime, awake_since: datetime | None = None) -> int:
    """Tell each follower, and the operator, once of a channel unread for three intervals, and why;
    tell them once when it was read again. Return how many notices were written.

    What nobody came to read is told only when whoever reads has been awake for an interval.
    """  # noqa: D205
    awake = awake_since or now - timedelta(seconds=LONGEST_SECONDS)
    async with decisive(db) as connection:
        await connection.execute(sql.drop_unread)
        await connection.execute(sql.drop_unread_channels)
        told = [
            await connection.fetchval(sql.tell_read_again, TOLD_AT_ONCE),
            await connection.fetchval(sql.tell_channels_read_again, TOLD_AT_ONCE),
            await connection.fetchval(sql.tell_unread, TOLD_AT_ONCE, now, awake),
            await connection.fetchval(sql.tell_unread_channels, TOLD_AT_ONCE, now, awake),
        ]
    return sum(told)


async def freshness(db: Database, *, now: datetime) -> Freshness:
    """Return how far behind the reading of all channels is."""
    async with db.connection() as connection:
        row = await connection.fetchrow(sql.freshness, now)
        causes = await connection.fetch(sql.unread_causes, now)
    assert row is not None, "counts are a row"  # noqa: S101
    return Freshness(**row, unread={each["cause"]: each["channels"] for each in causes})


async def _pull_in(connection: Connection, account: int, now: datetime) -> None:
    locked = await connection.fetch(sql.lock_followed, account)
    # Only now: what others have changed until they let the rows go is seen too.
    await connection.execute(sql.pull_in, account, [row["id"] for row in locked], now)
