"""Writes of whoever does not hold the account any more."""

import asyncio
import signal
import subprocess
import sys
from pathlib import Path
from typing import Self

import pytest

from storage import accounts, leases, posts
from storage.database import Database
from storage.errors import DatabaseUnreachable, LeaseLost
from storage.queries import sql
from storage.rows import AccountRow
from tests.storage.holding import (
    BATCH,
    LONG,
    PATIENCE,
    TTL,
    WRITES,
    Write,
    blocked,
    claim,
    everything,
    expire,
    locked,
    node,
    reading,
)

pytestmark = pytest.mark.anyio

LOCK = "SELECT FROM accounts WHERE id = $1 FOR UPDATE"

any_account = pytest.mark.parametrize("account", [41, 42], ids=["its other one", "the same"])
every_write = pytest.mark.parametrize("write", WRITES.values(), ids=WRITES.keys())


@every_write
@pytest.mark.parametrize("how", ["taken", "released", "claimed again", "resigned", "deleted"])
async def test_a_stale_hold_writes_nothing(db: Database, write: Write, how: str) -> None:
    """Whatever voids a hold, each write under it is refused and leaves everything as it was."""
    me, other = await node(db, "me"), await node(db, "other")
    hold = await reading(db, me)
    match how:
        case "taken":
            await expire(db, me)
            await claim(db, other)
        case "released":
            await leases.release(db, hold)
        case "claimed again":
            await claim(db, me)
        case "resigned":
            await leases.resign(db, me)
        case _:
            await db.execute("DELETE FROM accounts")
    before = await everything(db)
    with pytest.raises(LeaseLost, match="42"):
        await write(db, hold)
    assert await everything(db) == before


@every_write
async def test_a_revoked_process_writes_nothing(db: Database, write: Write) -> None:
    """Its accounts still point at it, and yet it is refused."""
    hold = await reading(db, await node(db, "old", place="here"))
    await node(db, "new", place="here")
    before = await everything(db)
    with pytest.raises(LeaseLost, match="42"):
        await write(db, hold)
    assert await everything(db) == before


@every_write
async def test_a_holder_that_ran_out_unseen_still_writes(db: Database, write: Write) -> None:
    """As long as nobody has taken the account, no two are writing."""
    me = await node(db, "me")
    hold = await reading(db, me)
    await expire(db, me)
    await write(db, hold)


@every_write
@any_account
async def test_a_claim_waits_for_a_write_under_way(
    db: Database, write: Write, account: int
) -> None:
    """What had begun is written, and the claim comes after it; renewals pass."""
    me, other = await node(db, "me"), await node(db, "other")
    await claim(db, me, 41)
    hold = await reading(db, me)
    async with locked(db, LOCK, 42):
        writing = asyncio.ensure_future(write(db, hold))
        await blocked(db)
        async with asyncio.timeout(PATIENCE):
            assert await leases.renew(db, me, ttl=LONG)
        await expire(db, me)
        claiming = asyncio.create_task(claim(db, other, account))
        await blocked(db, 2)
    await writing
    assert (await claiming).hold.incarnation == other


@every_write
@any_account
async def test_a_write_that_meets_a_claim_is_refused(
    db: Database, write: Write, account: int
) -> None:
    """A write that begins while its process is being revoked waits, and is refused."""
    me, other = await node(db, "me"), await node(db, "other")
    await claim(db, me, 41)
    hold = await reading(db, me)
    await expire(db, me)
    async with locked(db, LOCK, account):
        claiming = asyncio.create_task(claim(db, other, account))
        await blocked(db)
        row, before = await accounts.load(db, 42), await everything(db)
        writing = asyncio.ensure_future(write(db, hold))
        await blocked(db, 2)
    await claiming
    with pytest.raises(LeaseLost):
        await writing
    assert await accounts.load(db, 42) == row
    assert (await everything(db))[1:] == before[1:]  # the rest of what accounts own


async def test_storing_is_one_round_trip(db: Database) -> None:
    """The fence costs a batch no statement of its own."""
    hold = await reading(db, await node(db, "me"))
    await posts.store(db, hold, BATCH)  # the first one of a connection asks for types too
    sent: list[str] = []
    async with db.connection() as connection:
        connection.add_query_logger(lambda record: sent.append(record.query))
    await posts.store(db, hold, BATCH)
    assert sent == [sql.store_posts]


async def test_a_process_that_stops_in_a_transaction_locks_nobody_out(dsn: str) -> None:
    """The server ends a transaction whose process says nothing, and the next may claim."""
    async with await Database.open(dsn) as db, await Database.open(dsn) as stopped:
        me, other = await node(db, "me"), await node(db, "other")
        hold = await reading(db, me)
        await expire(db, me)

        async def pause() -> None:
            async with leases.decisive(stopped) as connection:
                await accounts.transition_on(connection, hold, "LOGGED_OUT", None)
                assert (await claim(db, other)).row.state == "READY"
                await connection.fetchval("SELECT 1")

        with pytest.raises(DatabaseUnreachable):
            await pause()


def test_a_process_that_was_paused_too_long_is_refused(dsn: str) -> None:
    """Stopped beyond its lease and continued, it writes nothing over who has taken its account."""
    with Leaser(dsn) as paused:
        paused.process.send_signal(signal.SIGSTOP)
        before = asyncio.run(_take_over(dsn))
        paused.process.send_signal(signal.SIGCONT)
        assert paused.write().startswith("LeaseLost: This process no longer holds account 42")
        assert asyncio.run(_load(dsn)) == before


async def _take_over(dsn: str) -> AccountRow:
    async with await Database.open(dsn) as db:
        hold = (await claim(db, await node(db, "successor"))).hold
        return await accounts.transition(db, hold, "LOGGED_OUT", None)


async def _load(dsn: str) -> AccountRow | None:
    async with await Database.open(dsn) as db:
        return await accounts.load(db, 42)


class Leaser:
    """Another process that holds account 42 and renews its lease."""

    def __init__(self, dsn: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, Path(__file__).with_name("leaser.py"), dsn, str(TTL)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> Self:
        assert self._line() == "holding"
        assert self.write() == "written"
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.communicate(timeout=PATIENCE)

    def write(self) -> str:
        """Let it write, and return what came of it."""
        assert self.process.stdin is not None
        self.process.stdin.write("write\n")
        self.process.stdin.flush()
        return self._line()

    def _line(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()
