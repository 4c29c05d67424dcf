"""How everything is doing, for the operator."""

from datetime import datetime

from storage import schedule
from storage.bot_queries import bot_sql
from storage.bot_rows import FloodRow, Overview, WorkOverview
from storage.database import Database

MOST_REASONS = 5
MOST_FLOODS = 100


async def describe(db: Database, *, now: datetime) -> Overview:
    """Return how many accounts, channels and posts are in which way."""
    freshness = await schedule.freshness(db, now=now)
    async with db.connection() as connection:
        people = await connection.fetchrow(bot_sql.count_visitors)
        states = await connection.fetch(bot_sql.states)
        works = await connection.fetch(bot_sql.works)
        deaths = await connection.fetch(bot_sql.deaths, MOST_REASONS)
        floods = await connection.fetch(bot_sql.floods_now, now, MOST_FLOODS)
    assert people is not None, "counts are a row"  # noqa: S101
    reasons: dict[str, dict[str, int]] = {work["kind"]: {} for work in works}
    for each in deaths:
        reasons[each["kind"]][each["reason"]] = each["posts"]
    return Overview(
        **people,
        states={row["state"]: row["accounts"] for row in states},
        freshness=freshness,
        work=tuple(WorkOverview(**row, reasons=reasons[row["kind"]]) for row in works),
        floods=tuple(FloodRow(**row) for row in floods),
    )
