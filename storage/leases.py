"""The right to open an account, held by one process at a time.

Theory of operation. A process registers as a node and renews its lease; an account points at the
node that holds it, with an epoch that counts its claims. Whoever takes an account from a node locks
that node's row whole, and every write of an account's owner locks the row's key: so a claim waits
for the writes under way, and the writes after it find their node revoked. Renewals change no key
and pass the writes. Whoever locks several rows locks nodes first, by incarnation, then accounts.
"""

import asyncio
import time
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from storage.accounts import GIVEN_UP, as_account
from storage.database import Connection, Database, Row
from storage.errors import AccountHeld, LeaseLost
from storage.queries import sql
from storage.rows import Claimed, Hold, Holder

KEPT_SECONDS = 86_400.0  # a dead node's row stays so long, to name who held what
LOOKS = 40  # at a holder, in the time its lease lasts
RAREST_LOOK = 0.25
_BEGIN = """
BEGIN;
SET LOCAL idle_in_transaction_session_timeout = '5s';
"""
"""What a process that was stopped has locked is free again after so long."""


def place(lock: Path) -> str:
    """Name the place whose house.lock this is: whoever has it locked is the only process there."""
    boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    found = lock.stat()
    return f"{boot}:{found.st_dev}:{found.st_ino}"


async def register(db: Database, *, name: str, place: str, ttl: float) -> str:
    """Register this process for `ttl` seconds and return its incarnation.

    The place's lock is held by the caller, so whoever registered there before is dead: revoked,
    and the logins it was in are over.
    """
    incarnation = str(uuid.uuid4())
    async with decisive(db) as connection:
        dead = await connection.fetch(sql.revoke_place, place)
        if dead:
            await connection.execute(sql.give_up_logins, [row[0] for row in dead], GIVEN_UP)
        await connection.execute(sql.forget_nodes, KEPT_SECONDS)
        await connection.execute(sql.register_node, incarnation, name, place, ttl)
    return incarnation


async def renew(db: Database, incarnation: str, *, ttl: float) -> bool:
    """Prolong the lease to `ttl` seconds from now; False if it was revoked, which is for good."""
    return await db.fetch_row(sql.renew_node, incarnation, ttl) is not None


async def resign(db: Database, incarnation: str) -> None:
    """End the lease, with everything closed: others need not wait for the accounts."""
    await db.execute(sql.resign_node, incarnation)


async def claim(
    db: Database, incarnation: str, account: int, *, ttl: float, margin: float
) -> Claimed:
    """Make an account this process's own, registering it if it is new; earlier holds are void.

    A holder that seems alive is watched for its next renewal: then AccountHeld is raised, at most
    ttl + margin seconds later, and nothing has changed. A dead one loses all it held.
    """
    until = time.monotonic() + ttl + margin
    first: Row | None = None
    while True:
        seen = await _look(db, incarnation, account)
        if seen["lost"]:
            raise LeaseLost(account)
        if seen["dead"] or seen["incarnation"] is None or str(seen["incarnation"]) == incarnation:
            claimed = await _take(db, incarnation, account, seen)
            if claimed is not None:
                return claimed
        elif first is None:
            first = seen
        elif _lives(first, seen) or time.monotonic() >= until:
            raise AccountHeld(account, seen["name"])
        await asyncio.sleep(min(ttl / LOOKS, RAREST_LOOK))


async def release(db: Database, hold: Hold) -> None:
    """Make an account nobody's; harmless if the hold was lost."""
    await db.execute(sql.release_account, hold.account, hold.incarnation, hold.epoch)


async def holder(db: Database, account: int) -> Holder | None:
    """Return the living process that has an account, if one has."""
    row = await db.fetch_row(sql.living_holder, account)
    return None if row is None else Holder(**row)


@asynccontextmanager
async def decisive(db: Database) -> AsyncIterator[Connection]:
    """Open a transaction that ends even if this process is stopped in the middle of it."""
    async with db.connection() as connection:  # which undoes what an error leaves begun
        await connection.execute(_BEGIN)
        yield connection
        await connection.execute("COMMIT")


async def _look(db: Database, incarnation: str, account: int) -> Row:
    while True:
        seen = await db.fetch_row(sql.holder, account, incarnation)
        if seen is not None:
            return seen
        await db.execute(sql.register_account, account)


def _lives(first: Row, seen: Row) -> bool:
    """Whether the holder has shown a sign of life since the first look, or is a new one."""
    return any(first[sign] != seen[sign] for sign in ("incarnation", "epoch", "renewed_at"))


async def _take(db: Database, incarnation: str, account: int, seen: Row) -> Claimed | None:
    """Take the account from a dead holder or from nobody; None if things have changed since."""
    holder = None if seen["incarnation"] is None else str(seen["incarnation"])
    async with decisive(db) as connection:
        for node in sorted({incarnation, holder or incarnation}):
            if node != incarnation:
                await connection.execute(sql.lock_node, node)
            elif await connection.fetchrow(sql.keep_node, node) is None:
                raise LeaseLost(account)
        if holder not in {None, incarnation}:
            revoked = await connection.fetchrow(sql.revoke_expired_node, holder)
            if revoked is None:
                return None
        row = await connection.fetchrow(
            sql.hold_account, account, seen["epoch"], incarnation, GIVEN_UP, holder
        )
    if row is None:
        return None
    hold = Hold(account=account, incarnation=incarnation, epoch=row["epoch"])
    return Claimed(hold=hold, row=as_account(row))
