"""The right to ask Telegram for a bot's updates, held by one process at a time.

Theory of operation. A bot points at the process that polls for it, as an account does at the one
that has it open; the process's own lease is what counts. Whoever takes a bot from a process whose
lease has run out revokes that process first, as for an account.
"""

from storage.bot_queries import bot_sql
from storage.bot_rows import Polled
from storage.database import Database, Row
from storage.leases import decisive
from storage.queries import sql


async def claim(db: Database, incarnation: str, bot: str) -> Polled:
    """Make a bot this process's own if no living process has it; never waits for one to die."""
    seen = await db.fetch_row(bot_sql.poller, bot, incarnation)
    if seen is None:
        await db.execute(bot_sql.know_bot, bot)
        seen = await db.fetch_row(bot_sql.poller, bot, incarnation)
    assert seen is not None, "what is registered is there"  # noqa: S101
    if seen["lost"]:
        return Polled(held=False, by=None)
    holder = None if seen["incarnation"] is None else str(seen["incarnation"])
    if holder not in {None, incarnation} and not seen["dead"]:
        return Polled(held=False, by=seen["name"])
    return Polled(held=await _take(db, incarnation, bot, holder), by=None)


async def release(db: Database, incarnation: str, bot: str) -> None:
    """Let another process poll at once; harmless if the bot is another's already."""
    await db.execute(bot_sql.release_bot, bot, incarnation)


async def _take(db: Database, incarnation: str, bot: str, holder: str | None) -> bool:
    """Take a bot from a dead process or from nobody; False if things have changed since."""
    async with decisive(db) as connection:
        for node in sorted({incarnation, holder or incarnation}):
            if node != incarnation:
                await connection.execute(sql.lock_node, node)
            elif await connection.fetchrow(sql.keep_node, node) is None:
                return False
        is_taken_over = holder not in {None, incarnation}
        if is_taken_over and not await connection.fetchrow(sql.revoke_expired_node, holder):
            return False
        row: Row | None = await connection.fetchrow(bot_sql.hold_bot, bot, incarnation, holder)
    return row is not None
