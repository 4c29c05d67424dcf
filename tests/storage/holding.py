"""Processes that hold accounts, for the tests of leases."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from storage import accounts, leases, posts, sessions
from storage.database import Database
from storage.forgetting import forget
from storage.rows import Amendment, Batch, Claimed, Hold
from storage.sessions import Vault, new_key
from tests.storage.found import message, seen

TTL, MARGIN = 1.0, 0.2
LONG = 600.0
PATIENCE = 30.0
BLOCKED = "SELECT count(DISTINCT pid) FROM pg_locks WHERE NOT granted"
TABLES = ("accounts", "sessions", "channels", "subscriptions", "posts", "work", "notices")
DEAD = "the program ended during the login"
VAULT = Vault([new_key()])
SEEN = seen(7)
POST = message(3)
BATCH = Batch(channel_id=7, floor=None, read=(1, 9), posts=(POST,))
AMENDMENT = Amendment(channel_id=7, seen=(POST,), deleted=(4,), window=(1, 9), pts=5, swept_to=None)
NOTHING_NEW = Amendment(channel_id=7, seen=(), deleted=(), window=None, pts=5, swept_to=None)

Write = Callable[[Database, Hold], Awaitable[object]]
WRITES: dict[str, Write] = {
    "transition": lambda db, hold: accounts.transition(db, hold, "LOGGED_OUT", None),
    "save": lambda db, hold: sessions.save(db, VAULT, hold, b"other record"),
    "admit": lambda db, hold: sessions.admit(db, VAULT, hold, "READY", None, b"other record"),
    "expire": lambda db, hold: sessions.expire(db, hold, "it was revoked"),
    "dismiss": lambda db, hold: sessions.dismiss(db, hold, "LOGGED_OUT", None),
    "follow": lambda db, hold: posts.follow(db, hold, []),
    "follow_one": lambda db, hold: posts.follow_one(db, hold, SEEN, None, "name"),
    "sees_from": lambda db, hold: posts.sees_from(db, hold, 7, 1),
    "lost": lambda db, hold: posts.lost(db, hold, 7, "left"),
    "amend": lambda db, hold: posts.amend(db, hold, AMENDMENT),
    "note": lambda db, hold: posts.amend(db, hold, NOTHING_NEW),
    "store": lambda db, hold: posts.store(db, hold, BATCH),
    "forget": forget,
}


async def node(db: Database, name: str, *, place: str | None = None, ttl: float = LONG) -> str:
    """Register a process, at a place of its own unless said."""
    return await leases.register(db, name=name, place=place or name, ttl=ttl)


async def claim(db: Database, me: str, account: int = 42) -> Claimed:
    """Claim an account, watching its holder as long as a short lease lasts."""
    async with asyncio.timeout(PATIENCE):
        return await leases.claim(db, me, account, ttl=TTL, margin=MARGIN)


async def expire(db: Database, who: str) -> None:
    """Let a lease run out now."""
    await db.execute("UPDATE nodes SET expires_at = now() WHERE incarnation = $1", who)


async def everything(db: Database) -> list[str]:
    """What accounts own, as it is."""
    return [
        await db.fetch_value(
            f"SELECT coalesce(jsonb_agg(t ORDER BY t::text), '[]')::text FROM {table} AS t"  # noqa: S608
        )
        for table in TABLES
    ]


async def reading(db: Database, me: str) -> Hold:
    """Claim an account that is logged in and follows a channel."""
    hold = (await claim(db, me)).hold
    await sessions.admit(db, VAULT, hold, "READY", None, b"record")
    await posts.follow(db, hold, [SEEN])
    return hold


@asynccontextmanager
async def renewing(db: Database, *who: str) -> AsyncIterator[None]:
    """Renew these again and again during the block."""

    async def go_on() -> None:
        while True:
            for each in who:
                assert await leases.renew(db, each, ttl=LONG)

    async with asyncio.TaskGroup() as group:
        task = group.create_task(go_on())
        try:
            yield
        finally:
            task.cancel()


@asynccontextmanager
async def locked(db: Database, statement: str, *values: object) -> AsyncIterator[None]:
    """Run a statement and keep what it locks until the block ends."""
    async with db.transaction() as connection:
        await connection.execute(statement, *values)
        yield


async def blocked(db: Database, count: int = 1) -> None:
    """Wait until so many connections wait for locks."""
    async with asyncio.timeout(PATIENCE):
        while await db.fetch_value(BLOCKED) < count:
            """Each look is a round trip, which lets the others run."""
