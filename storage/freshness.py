"""How fresh the archive is, as its rows show: what was stored, what waits, and since when.

Whoever reads may say that all is well; here nobody is asked. Nothing names an account or a channel.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from storage import schedule
from storage.bot_queries import bot_sql
from storage.database import Database
from storage.freshness_queries import freshness_sql
from storage.rows import Freshness

HOURS = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkAge:
    """How much work of a kind there is, and how long it has waited."""

    kind: str
    due: int
    waiting: int
    """What a worker has or is put back."""
    dead: int
    oldest: datetime | None
    """Since when the first of what is due is so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """What was seen at one moment."""

    at: datetime
    stored: tuple[int, ...]
    """How many posts were stored in each of the last 24 hours; the last number is the last hour."""
    posts: int
    """About how many are held."""
    reading: Freshness
    """Channels, how many are due, since when, and how many are unread for which cause."""
    accounts: Mapping[str, int]
    """How many are in each state."""
    flooded: int
    """How many accounts Telegram lets wait with anything."""
    floods: Mapping[str, int]
    """How many it lets wait with each method."""
    last_report: datetime | None
    """When the newest report began."""
    failing: int
    """Followed channels of which the last reading failed."""
    untold: int
    """Notices that nobody was told yet."""
    work: tuple[WorkAge, ...]

    @property
    def expired(self) -> int:
        """How many accounts have to log in again."""
        return self.accounts.get("EXPIRED", 0)

    @property
    def overdue(self) -> float:
        """For how many seconds the channel that is due the longest has been so; 0: none is due."""
        since = self.reading.oldest_due
        return 0.0 if since is None else max((self.at - since).total_seconds(), 0.0)

    @property
    def unread(self) -> int:
        """How many channels were not read for three intervals of a follower, whatever the cause."""
        return sum(self.reading.unread.values())


async def observe(db: Database, *, now: datetime) -> Observed:
    """Look at the rows."""
    reading = await schedule.freshness(db, now=now)
    async with db.connection() as connection:
        hours = await connection.fetch(freshness_sql.stored_by_hour, now)
        states = await connection.fetch(bot_sql.states)
        held = await connection.fetchrow(freshness_sql.held, now)
        floods = await connection.fetch(freshness_sql.floods_by_method, now)
        works = await connection.fetch(freshness_sql.work_ages, now)
    assert held is not None, "the table of posts is there"  # noqa: S101
    ago = {row["ago"]: row["posts"] for row in hours}
    return Observed(
        at=now,
        stored=tuple(ago.get(hour, 0) for hour in reversed(range(HOURS))),
        **held,
        reading=reading,
        accounts={row["state"]: row["accounts"] for row in states},
        floods={row["method"]: row["accounts"] for row in floods},
        work=tuple(WorkAge(**row) for row in works),
    )
