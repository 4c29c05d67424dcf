"""How long posts are kept.

Theory of operation. The house keeps posts for a number of days, or for ever, and an account may
want them for fewer. What an account sees obeys the lesser of the two, in the one view that decides
what it sees. A post is deleted when none of those who follow its channel would see it any longer,
or nobody follows it and the house keeps none so long. Its removal is as one at Telegram: the index
is told in the same transaction, and its id stays read, so that it is not fetched again.
"""

from storage import posts
from storage.database import Database
from storage.errors import UnknownAccount
from storage.keeping_errors import RetentionFixed
from storage.leases import decisive
from storage.queries import sql
from storage.service_queries import service_sql
from storage.service_rows import Doomed, Retained, Retention

LONGEST = 36500
"""A hundred years."""
AT_ONCE = 500
"""Posts that are deleted in one transaction."""
MOST = 5000
MOST_ACCOUNTS = 10_000


async def describe(db: Database) -> Retention:
    """Return for how long posts are kept, and what accounts want."""
    row = await db.fetch_row(service_sql.retention)
    assert row is not None, "there is one house"  # noqa: S101
    own = await db.fetch(service_sql.accounts_retention, MOST_ACCOUNTS)
    return Retention(**row, accounts={each["account"]: each["days"] for each in own})


async def keep(db: Database, days: int | None) -> None:
    """Keep posts for so many days, None: for ever; raises `RetentionFixed` if a setting says it."""
    check(days)
    if await db.fetch_row(service_sql.keep_for, days) is None:
        found = await describe(db)
        if found.days is not None:
            raise RetentionFixed(found.days)


async def adopt(db: Database, days: int | None) -> None:
    """Keep posts as a setting says; None: it says nothing, and what it has said counts no more."""
    check(days)
    await db.execute(service_sql.adopt_retention, days)


async def want(db: Database, account: int, days: int | None) -> int | None:
    """Let an account want posts for so many days; return for how many it sees them from now on.

    None: as long as they are kept for others. Raises `UnknownAccount`.
    """
    check(days)
    if days is None:
        await db.execute(service_sql.want_all, account)
    elif await db.fetch_row(service_sql.want_for, account, days) is None:
        raise UnknownAccount(account)
    return await wanted(db, account)


async def wanted(db: Database, account: int) -> int | None:
    """Return for how many days an account sees posts, None: as long as they are kept."""
    days: int | None = await db.fetch_value(service_sql.retention_of, account)
    return days


async def doomed(db: Database, *, days: int | None = None) -> list[Doomed]:
    """Return what would be deleted now, by channels; or if the house kept posts for so many days.

    It is looked up by what the deletion goes by.
    """
    check(days)
    async with db.connection() as connection:
        supposed = connection.transaction()
        await supposed.start()
        try:
            if days is not None:
                await connection.execute(service_sql.suppose_retention, days)
            rows = await connection.fetch(service_sql.doomed_channels)
        finally:
            await supposed.rollback()
    return [Doomed(**row) for row in rows]


async def retain(db: Database, *, most: int = MOST) -> Retained:
    """Delete what nobody wants any longer, some in each transaction and not much more than `most`.

    Whatever ends it leaves what is deleted deleted, and the rest for the next.
    """
    removed = 0
    for each in await doomed(db):
        while removed < most:
            gone = await _remove_some(db, each.channel)
            removed += gone
            if gone < AT_ONCE:
                break
    return Retained(removed=removed, done=removed < most)


def check(days: int | None) -> None:
    """Refuse what is no number of days."""
    if days is not None and not 1 <= days <= LONGEST:
        msg = f"days must be from 1 to {LONGEST}, or None for ever, not {days}"
        raise ValueError(msg)


async def _remove_some(db: Database, channel: int) -> int:
    async with decisive(db) as connection:
        await connection.fetch(sql.lock_channels, [channel])
        # Only now: another statement is another look at who wants what.
        rows = await connection.fetch(service_sql.doomed_posts, channel, AT_ONCE)
        if rows:
            await posts.remove_on(connection, channel, [row["id"] for row in rows])
    return len(rows)
