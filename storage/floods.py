"""How long Telegram lets accounts wait."""

from collections.abc import Sequence
from datetime import datetime

from storage.database import Database
from storage.errors import LeaseLost
from storage.queries import sql
from storage.rows import Hold
from storage.text import storable

HISTORY = "history"
"""The method whose wait makes an account FLOODED."""


async def note(db: Database, hold: Hold, method: str, until: datetime, *, now: datetime) -> None:
    """Keep that a held account must not call a method before a time; the latest such time counts.

    What is over is dropped.
    """
    fence = (hold.account, hold.incarnation, hold.epoch)
    if await db.fetch_value(sql.note_flood, *fence, storable(method), until, now) is None:
        raise LeaseLost(hold.account)


async def of(db: Database, account: int, *, now: datetime) -> dict[str, datetime]:
    """Return until when which methods of an account have to wait."""
    return (await among(db, [account], now=now)).get(account, {})


async def among(
    db: Database, accounts: Sequence[int], *, now: datetime
) -> dict[int, dict[str, datetime]]:
    """Return the waits of those of some accounts that have any."""
    found: dict[int, dict[str, datetime]] = {}
    for row in await db.fetch(sql.floods, accounts, now):
        found.setdefault(row["account"], {})[row["method"]] = row["until"]
    return found
