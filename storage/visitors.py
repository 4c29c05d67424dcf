"""Who writes to the bot, and who may not.

A ban is beside an account's state and whatever else is known of it: only `unban` ends one, and it
outlives the forgetting of its account, as a bare id.
"""

import asyncio
import json
from datetime import datetime, timedelta

from storage.accounts import STATES
from storage.bot_queries import bot_sql
from storage.bot_rows import Language, LanguageChoice, Visitor, VisitorRow
from storage.database import Connection, Database, Row
from storage.digests import move_on
from storage.errors import UnknownVisitor
from storage.leases import decisive
from storage.occurrences import zone_of
from storage.rows import NoticeRow
from storage.text import storable

BANNED, BLOCKED, VISITOR = "banned", "blocked", "visitor"
KINDS = STATES | {BANNED, BLOCKED, VISITOR}
"""By what visitors can be listed: an account's state, a flag, or that there is no account."""

MOST = 1000
STALE = timedelta(days=7)
"""How long what could not be told to somebody who has blocked the bot is still news."""
LONGEST_NAME = 300


async def visit(db: Database, account: int, name: str, spoken: Language) -> Visitor:
    """Note that somebody writes, with the language of their Telegram; return who it is.

    Whoever writes has not blocked the bot.
    """
    told = storable(name)[:LONGEST_NAME]
    row = await db.fetch_row(bot_sql.visit, account, told, spoken, STALE)
    assert row is not None, "whoever writes is known"  # noqa: S101
    return _visitor(row)


async def load(db: Database, account: int) -> Visitor | None:
    """Return who has written to the bot, or None if nobody with that id did."""
    row = await db.fetch_row(bot_sql.visitor, account)
    return None if row is None else _visitor(row)


async def choose(
    db: Database,
    account: int,
    *,
    language: LanguageChoice | None,
    timezone: str | None,
    now: datetime,
) -> Visitor:
    """Keep the language or the time zone somebody chose; a digest comes by the new zone at once.

    Raises UnknownTimezone, or UnknownVisitor for one who never wrote to the bot.
    """
    zone = None if timezone is None else await asyncio.to_thread(zone_of, timezone)
    async with decisive(db) as connection:
        if await connection.fetchrow(bot_sql.choose, account, language, timezone) is None:
            raise UnknownVisitor(account)
        if zone is not None:
            await move_on(connection, account, zone, now)
        row = await connection.fetchrow(bot_sql.visitor, account)
    assert row is not None, "a locked row is there"  # noqa: S101
    return _visitor(row)


async def block(db: Database, account: int) -> None:
    """Note that somebody has blocked the bot: they are told nothing until they are back."""
    await db.execute(bot_sql.block, account)


async def unblock(db: Database, account: int) -> None:
    """Note that messages reach somebody again; what became stale meanwhile is dropped."""
    await db.execute(bot_sql.unblock, account, STALE)


async def ban(db: Database, account: int, *, by: int | None, reason: str) -> bool:
    """Ban an account, whether it is known or not; False if it is banned already."""
    told = storable(reason)
    return await db.fetch_value(bot_sql.ban, account, by, told) is not None


async def unban(db: Database, account: int) -> bool:
    """Ban an account no more; False if it was not banned."""
    return await db.fetch_value(bot_sql.unban, account) is not None


async def banned(db: Database) -> list[int]:
    """Return the accounts that are banned."""
    return [row["account"] for row in await db.fetch(bot_sql.banned)]


async def tellable(db: Database, *, limit: int) -> list[NoticeRow]:
    """Return notices not delivered yet that would reach whom they are for.

    Everybody's oldest comes first, then everybody's second; the operator, whose notices are among
    them, is one of all. Left out are those for people who never wrote to the bot, have
    blocked it, or are banned; what those who blocked it were to be told becomes stale.
    """
    _check_limit(limit)
    async with db.transaction() as connection:
        await connection.execute(bot_sql.drop_untold, STALE)
        rows = await connection.fetch(bot_sql.tellable_notices, limit)
    return [NoticeRow(**{**row, "data": json.loads(row["data"])}) for row in rows]


async def all(  # noqa: A001  read as visitors.all
    db: Database, *, query: str | None, kind: str | None, limit: int, offset: int
) -> list[VisitorRow]:
    """Return who there is, the last to write first: all, or by a part of the name or the id."""
    _check_limit(limit)
    if kind is not None and kind not in KINDS:
        msg = f"{kind!r} is no state: choose one of {', '.join(sorted(KINDS))}"
        raise ValueError(msg)
    sought = query and storable(query).strip()
    rows = await db.fetch(bot_sql.visitors, sought or None, kind, limit, offset)
    return [VisitorRow(**{**row, "added": row["added"] and int(row["added"])}) for row in rows]


async def forget_on(connection: Connection, account: int) -> None:
    """Forget somebody who has written to the bot, though not that they are banned."""
    await connection.execute(bot_sql.forget_visitor, account)


def _visitor(row: Row) -> Visitor:
    found = {**row}
    chosen, spoken = found.pop("chosen"), found.pop("spoken")
    return Visitor(**found, language=chosen or spoken, language_chosen=chosen is not None)


def _check_limit(limit: int) -> None:
    if not 0 < limit <= MOST:
        msg = f"limit must be from 1 to {MOST}, not {limit}"
        raise ValueError(msg)
