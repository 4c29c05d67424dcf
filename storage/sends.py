"""Calls of which an account may make so many in a time."""

from datetime import datetime

from storage.database import Database
from storage.errors import LeaseLost
from storage.queries import sql
from storage.rows import Hold
from storage.text import storable


async def keep(db: Database, hold: Hold, method: str, at: datetime, *, since: datetime) -> None:
    """Count a call that a held account is about to make; drop those before `since`."""
    fence = (hold.account, hold.incarnation, hold.epoch)
    if await db.fetch_value(sql.keep_send, *fence, storable(method), at, since) is None:
        raise LeaseLost(hold.account)


async def of(db: Database, account: int, *, since: datetime) -> dict[str, tuple[datetime, ...]]:
    """Return when an account made its calls of each method, oldest first."""
    rows = await db.fetch(sql.sends, account, since)
    return {row["method"]: tuple(row["times"]) for row in rows}
