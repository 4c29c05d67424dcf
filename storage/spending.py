"""The tokens that accounts spend."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime

from storage.database import Connection, Database
from storage.isolation import reading_as
from storage.meaning_queries import meaning_sql
from storage.meaning_rows import Spending
from storage.text import storable


async def keep(db: Database, spendings: Iterable[Spending]) -> None:
    """Count tokens for today; an account that is gone is passed by."""
    async with db.connection() as connection:
        await keep_on(connection, spendings)


async def keep_on(connection: Connection, spendings: Iterable[Spending]) -> None:
    """Count tokens in the transaction that keeps what they were spent for."""
    asked: Counter[tuple[int, str, str, str]] = Counter()
    answered: Counter[tuple[int, str, str, str]] = Counter()
    for each in spendings:
        key = (each.account, each.purpose, storable(each.provider), storable(each.model))
        asked[key] += each.prompt_tokens
        answered[key] += each.completion_tokens
    if not asked:
        return
    keys = sorted(asked)
    await connection.execute(
        meaning_sql.keep_spendings,
        *([key[place] for key in keys] for place in range(4)),
        [asked[key] for key in keys],
        [answered[key] for key in keys],
    )


async def poor_until(db: Database, account: int, cap: int | None) -> datetime | None:
    """Tell when an account may spend again, of which so many tokens a day may be spent."""
    if cap is None:
        return None
    async with reading_as(db, account) as connection:
        found: datetime | None = await connection.fetchval(meaning_sql.poor_until, account, cap)
    return found
