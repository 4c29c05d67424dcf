"""Accounts and the channels they follow, as the schedule finds them."""

from datetime import UTC, datetime, timedelta

from storage import leases
from storage.database import Database

START = datetime(2026, 1, 1, tzinfo=UTC)
"""When all that is registered here has begun."""

EVERY = 1800.0


def after(seconds: float) -> datetime:
    """So many seconds after the start."""
    return START + timedelta(seconds=seconds)


def plain(every: float, failures: int) -> float:
    """Pause for the interval, or for a minute after a failure."""
    return 60.0 if failures else every


async def register(db: Database, name: str = "a process") -> str:
    """Register a process that lives as long as the test."""
    return await leases.register(db, name=name, place=name, ttl=600)


async def account(db: Database, *accounts: int, state: str = "READY") -> None:
    """Register accounts that are in a state since the start."""
    for each in accounts:
        await db.execute(
            "INSERT INTO accounts (id, state, changed_at) VALUES ($1, $2, $3)", each, state, START
        )


async def follow(db: Database, follower: int, *channels: int, every: float | None = None) -> None:
    """Let an account follow public channels since the start, registering them if they are new."""
    for each in channels:
        await db.execute(
            "INSERT INTO channels (id, title, username) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
            each,
            f"Channel {each}",
            f"channel{each}",
        )
        await db.execute(
            """
            INSERT INTO subscriptions (
                account, channel, access_hash, top, position, followed_at, every
            ) VALUES ($1, $2, 1, 1, 1, $3, $4)
            """,
            follower,
            each,
            START,
            every,
        )


async def due_at(db: Database, channel: int) -> datetime | None:
    """When a channel is read next."""
    found: datetime | None = await db.fetch_value(
        "SELECT next_at FROM channels WHERE id = $1", channel
    )
    return found
