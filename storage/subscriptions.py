"""Who follows which channel."""

from collections.abc import Iterable
from datetime import timedelta

from storage.database import Connection, Database, Row, coverage
from storage.errors import LeaseLost, UnknownAccount, UnknownChannel
from storage.freshness_queries import freshness_sql
from storage.leases import decisive
from storage.queries import sql
from storage.rows import ChannelState, Cleaned, Hold, Reader

WINDOW_EVERY = timedelta(hours=3)
"""How often the newest messages of a channel are read again for their counts."""

CLEAN_SECONDS = 600.0  # for one statement: a large channel may go
CLEANED_AT_ONCE = 100

_LOSSES = {"left", "banned", "private", "deleted"}


async def unfollow(db: Database, account: int, channel: int) -> bool:
    """Follow a channel no more, whatever lists say; False if the account did not.

    What nobody else follows is removed at once.
    """
    async with decisive(db) as connection:
        if await connection.fetchrow(sql.lock_anyones_account, account) is None:
            raise UnknownAccount(account)
        if await connection.fetchrow(sql.unwant, account, channel) is None:
            return False
        await clean_on(connection, [channel])
    return True


async def lost(db: Database, hold: Hold, channel: int, why: str) -> bool:
    """Note that a held account cannot read a channel any more; False if that was known.

    It reads nothing of the channel from now on, until a list has it again.
    """
    if why not in _LOSSES:
        msg = f"{why!r} is none of {sorted(_LOSSES)}"
        raise ValueError(msg)
    async with decisive(db) as connection:
        await lock_on(connection, hold)
        return (await connection.fetchrow(sql.lose_channel, hold.account, channel, why)) is not None


async def sees_from(db: Database, hold: Hold, channel: int, visible_from: int) -> None:
    """Note that a held account sees a channel's messages above this id only, 0 for all.

    Until then nothing of a private channel is shown to it.
    """
    fence = (hold.account, hold.incarnation, hold.epoch)
    row = await db.fetch_row(sql.limit_sight, channel, visible_from, *fence)
    assert row is not None, "it selects from nothing"  # noqa: S101
    if not row["held"]:
        raise LeaseLost(hold.account)
    if not row["known"]:
        raise UnknownChannel(channel)


async def reached(db: Database, hold: Hold, channel: int) -> None:
    """Note that a channel is held as deep as its followers have wished."""
    async with decisive(db) as connection:
        await lock_on(connection, hold)
        await connection.execute(sql.forget_wishes, channel)


async def state(db: Database, account: int, channel: int) -> ChannelState | None:
    """Return how an account reaches a channel and what was read of it; None if not followed."""
    async with db.connection() as connection:
        states = await states_on(connection, account, channel)
    return states[0] if states else None


async def readers(db: Database, channel: int) -> list[Reader]:
    """Return the accounts that are logged in and follow a channel.

    Those who are banned are among them only if there are no others: then an operator asks.
    """
    return [Reader(**row) for row in await db.fetch(sql.readers, channel)]


async def clean(db: Database, after: timedelta, limit: int = CLEANED_AT_ONCE) -> Cleaned:
    """Remove some of what nobody has followed for so long; what comes back is read anew."""
    async with decisive(db) as connection:
        await connection.execute(freshness_sql.forget_storings)
        found = await connection.fetch(sql.long_forsaken_channels, after, limit)
        return await clean_on(connection, [row["id"] for row in found])


async def clean_on(connection: Connection, channels: Iterable[int]) -> Cleaned:
    """Remove those of some channels that nobody follows, in whatever transaction this is.

    Of a channel of which somebody is a member only the name stays.
    """
    locked = [row["id"] for row in await connection.fetch(sql.lock_channels, list(channels))]
    # Only now: another statement is another look at who follows what.
    forsaken = await connection.fetch(sql.forsaken_channels, locked)
    if not forsaken:
        return Cleaned(channels=0, posts=0)
    ids = [row["id"] for row in forsaken]
    # First, so that nobody is looking up the words of posts that go.
    await connection.execute(sql.drop_arrivals, ids)
    posts = await connection.fetchval(sql.delete_posts, ids, timeout=CLEAN_SECONDS)
    read = [row["id"] for row in forsaken if row["read"]]
    await connection.execute(sql.replace_work, read, timeout=CLEAN_SECONDS)
    await connection.execute(sql.reset_channels, ids)
    strange = [row["id"] for row in forsaken if not row["known"]]
    await connection.execute(sql.delete_channels, strange, timeout=CLEAN_SECONDS)
    return Cleaned(channels=len(ids), posts=posts)


async def lock_on(connection: Connection, hold: Hold) -> None:
    """Let one change of an account's channels run at a time; raises `LeaseLost`."""
    fence = (hold.account, hold.incarnation, hold.epoch)
    if await connection.fetchrow(sql.lock_account, *fence) is None:
        raise LeaseLost(hold.account)


async def states_on(
    connection: Connection, account: int, channel: int | None
) -> list[ChannelState]:
    """Return all channels that an account follows, in its order, or one of them."""
    rows = await connection.fetch(sql.followed, account, channel, WINDOW_EVERY)
    return [_state(row) for row in rows]


def _state(row: Row) -> ChannelState:
    return ChannelState(**{**row, "coverage": coverage(row["coverage"])})
