"""What accounts are allowed, and what of it they have used."""

from datetime import datetime

from storage.bot_queries import bot_sql
from storage.bot_rows import Limits
from storage.database import Connection, Database
from storage.errors import UnknownAccount


async def limits(db: Database, account: int, *, most: int | None = None) -> Limits:
    """Return what an account is allowed: as the operator says, or else the best of its invites.

    Where neither says how many channels, it is `most`.
    """
    async with db.connection() as connection:
        found = await _limits_on(connection, account)
    channels = most if found.channels is None else found.channels
    return Limits(channels=channels, questions_per_day=found.questions_per_day)


async def set_limits(
    db: Database, account: int, *, channels: int | None, questions_per_day: int | None
) -> None:
    """Say what an account is allowed, None: as its invites say; what it follows stays followed."""
    for number in (channels, questions_per_day):
        if number is not None and not 0 <= number < 2**31:
            msg = f"a limit is a number from 0 on, or None, not {number}"
            raise ValueError(msg)
    given = (channels, questions_per_day)
    if await db.fetch_value(bot_sql.set_limits, account, *given) is None:
        raise UnknownAccount(account)


async def take_question(db: Database, account: int) -> datetime | None:
    """Count a question; if none is left today, tell when there are new ones."""
    async with db.connection() as connection:
        allowed = (await _limits_on(connection, account)).questions_per_day
        if await connection.fetchval(bot_sql.take_question, account, allowed) is not None:
            return None
        again: datetime | None = await connection.fetchval(bot_sql.next_question, account)
    if again is None:
        raise UnknownAccount(account)
    return again


async def _limits_on(connection: Connection, account: int) -> Limits:
    row = await connection.fetchrow(bot_sql.limits, account)
    assert row is not None, "two aggregates are a row"  # noqa: S101
    return Limits(**row)
