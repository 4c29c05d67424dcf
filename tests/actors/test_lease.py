"""The actor that keeps this process's lease."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from actors.lease import Claim, LeaseMessage, Release
from actors.leaseholder import LeaseActor
from actors.term import Term
from runtime import ActorRef, ActorSystem
from runtime.testing import crash
from storage import accounts, leases
from storage.database import Database, Row
from storage.errors import AccountHeld, DatabaseUnreachable, LeaseLost
from storage.house_lock import HouseLock
from storage.rows import Hold
from tests.actors.database_link import Link

pytestmark = pytest.mark.anyio

TTL, MARGIN, LONG = 1.0, 0.4, 600.0
PATIENCE = 20.0
NODES = "SELECT incarnation::text, name, revoked, renewed_at, expires_at FROM nodes"

BLOCKED = "SELECT count(*) FROM pg_locks WHERE NOT granted"
REFUSE_NODES = """
    CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
        'BEGIN RAISE EXCEPTION ''no more''; END';
    CREATE TRIGGER refuse BEFORE INSERT ON nodes FOR EACH ROW EXECUTE FUNCTION refuse();
"""


@dataclass
class Process:
    """What a process has of its lease."""

    ref: ActorRef[LeaseMessage]
    term: Term
    lost: threading.Event
    lost_at: list[float]

    async def claim(self, account: int = 42) -> Hold:
        """Claim an account."""
        return (await self.ref.ask(Claim(account=account), timeout=PATIENCE)).hold

    async def wait_lost(self) -> float:
        """Wait until the loss is told; return when it was."""
        assert await asyncio.to_thread(self.lost.wait, PATIENCE)
        return self.lost_at[0]


Start = Callable[..., AbstractAsyncContextManager[Process]]


@pytest.fixture
async def db(dsn: str) -> AsyncIterator[Database]:
    """The database, as others see it."""
    async with await Database.open(dsn) as opened:
        yield opened


@pytest.fixture
def data(folder: Path) -> Iterator[Path]:
    """A data folder that this process is in."""
    with HouseLock.acquire(folder):
        yield folder


@pytest.fixture
def start(data: Path, dsn: str) -> Start:
    """Start the actor in a system of its own; afterwards no thread of it is left."""

    @asynccontextmanager
    async def started(
        kind: type[LeaseActor] = LeaseActor, *, at: str = dsn, ttl: float = TTL
    ) -> AsyncIterator[Process]:
        term, lost, lost_at = Term(), threading.Event(), list[float]()

        def lose() -> None:
            lost_at.append(time.time())
            lost.set()

        def make() -> LeaseActor:
            return kind(at, data=data, ttl=ttl, margin=MARGIN, term=term, on_loss=lose)

        async with ActorSystem("test", grace=0.2) as system:
            yield Process(await system.spawn("lease", make), term, lost, lost_at)
        assert not [each for each in threading.enumerate() if each.name.startswith("lease")]

    return started


async def only_node(db: Database) -> Row:
    """Return the one process that is registered and not revoked."""
    rows = await db.fetch(f"{NODES} WHERE NOT revoked")
    assert len(rows) == 1
    return rows[0]


async def renewals(db: Database, seconds: float) -> None:
    """Wait until the one process has renewed for so long."""
    before = (await only_node(db))["renewed_at"]
    async with asyncio.timeout(PATIENCE):
        # Whoever only looks, and never rests, keeps a core from the work of others.
        while ((await only_node(db))["renewed_at"] - before).total_seconds() < seconds:  # noqa: ASYNC110
            await asyncio.sleep(0.02)


async def test_a_claim_is_held_for_as_long_as_the_process_lives(
    start: Start, db: Database, data: Path
) -> None:
    """Three leases later the hold still counts, and others are refused with who has it."""
    async with start() as process:
        hold = await process.claim()
        await renewals(db, 3 * TTL)
        process.term.check(hold)
        await accounts.transition(db, hold, "READY", None)
        other = await leases.register(db, name="other", place="elsewhere", ttl=LONG)
        with pytest.raises(AccountHeld) as refused:
            await leases.claim(db, other, 42, ttl=TTL, margin=MARGIN)
        assert refused.value.holder == (
            f"pid {os.getpid()} on {socket.gethostname()}, data folder {data}"
        )


async def test_an_account_held_elsewhere_is_refused(start: Start, db: Database) -> None:
    """The refusal reaches who asks, and the actor lives."""
    other = await leases.register(db, name="the other", place="elsewhere", ttl=LONG)
    await leases.claim(db, other, 42, ttl=TTL, margin=MARGIN)
    async with start() as process:
        with pytest.raises(AccountHeld, match="the other"):
            await process.claim()
        process.term.check(await process.claim(43))


async def test_what_is_given_back_is_free(start: Start, db: Database) -> None:
    """Another process takes it at once, though this one lives on."""
    other = await leases.register(db, name="other", place="elsewhere", ttl=LONG)
    async with start() as process:
        hold = await process.claim()
        await process.ref.ask(Release(hold=hold))
        claimed = await leases.claim(db, other, 42, ttl=LONG, margin=LONG)
        assert claimed.hold.epoch == hold.epoch + 1


async def test_a_stop_lets_others_in_at_once(start: Start, db: Database) -> None:
    """Nothing of the process is left in the database, its term is over, and no loss is told."""
    async with start(ttl=LONG) as process:
        hold = await process.claim()
        told = threading.Event()
        process.term.on_loss(hold.incarnation, told.set)
    assert told.is_set()
    assert not process.term.holds(hold.incarnation)
    assert not process.lost.is_set()
    assert await db.fetch(NODES) == []


async def test_a_revoked_process_begins_anew(start: Start, db: Database) -> None:
    """The loss is told, old holds are lost for good, and accounts can be claimed again."""
    async with start() as process:
        old = await process.claim()
        await db.execute("UPDATE nodes SET revoked = true")
        await process.wait_lost()
        with pytest.raises(LeaseLost):
            process.term.check(old)
        new = await eventually(process)
        assert new.incarnation != old.incarnation
        process.term.check(new)
        with pytest.raises(LeaseLost):
            process.term.check(old)
        await renewals(db, TTL)
        process.term.check(new)


async def test_a_revoked_process_stops_though_it_cannot_begin_anew(
    start: Start, db: Database
) -> None:
    """What others may have taken is let go at once, not at the deadline."""
    async with start(ttl=4) as process:
        hold = await process.claim()
        await db.execute(REFUSE_NODES)
        await db.execute("UPDATE nodes SET revoked = true")
        lost_at = await process.wait_lost()
        (row,) = await db.fetch(NODES)
        assert lost_at < row["expires_at"].timestamp() - 1.5
        assert not process.term.holds(hold.incarnation)


async def eventually(process: Process) -> Hold:
    """Claim as soon as there is a new lease."""
    async with asyncio.timeout(PATIENCE):
        while True:
            with contextlib.suppress(LeaseLost):
                return await process.claim()


async def test_a_process_that_hears_nothing_stops_before_others_may_begin(
    start: Start, db: Database, link: Link
) -> None:
    """Cut off in silence, it ends its term before the lease ends; heard again, it begins anew."""
    async with start(at=link.dsn) as process:
        old = await process.claim()
        link.freeze()
        lost_at = await process.wait_lost()
        assert lost_at < (await only_node(db))["expires_at"].timestamp()
        with pytest.raises(LeaseLost):
            process.term.check(old)
        with pytest.raises(LeaseLost):
            await process.claim()
        link.thaw()
        new = await eventually(process)
        assert new.incarnation != old.incarnation
        with pytest.raises(LeaseLost):
            await accounts.transition(db, old, "READY", None)
        await accounts.transition(db, new, "READY", None)


async def test_a_database_that_comes_back_in_time_costs_nothing(
    start: Start, db: Database, link: Link
) -> None:
    """A connection that breaks is replaced, and the lease goes on."""
    async with start(at=link.dsn) as process:
        hold = await process.claim()
        for _ in range(3):
            link.cut()
            await renewals(db, TTL / 4)
        process.term.check(hold)
        assert not process.lost.is_set()


async def test_a_connection_that_fell_silent_is_not_waited_for(
    start: Start, db: Database, link: Link
) -> None:
    """A renewal that gets no answer is tried again on another connection, in time."""
    async with start(at=link.dsn, ttl=4) as process:
        hold = await process.claim()
        link.strand()
        await renewals(db, 4)
        process.term.check(hold)


class Stuck(LeaseActor):
    """One whose loop a call blocks."""

    blocked = threading.Event()
    go_on = threading.Event()

    async def handle(self, message: LeaseMessage, /) -> object:
        """Block the loop for a Release."""
        if isinstance(message, Release):
            self.blocked.set()
            self.go_on.wait(PATIENCE)
        return await super().handle(message)


async def test_a_stuck_loop_keeps_nobody_from_being_told(start: Start, db: Database) -> None:
    """The term ends in time on a thread beside the actor's own, and its watchers hear of it."""
    async with start(Stuck) as process:
        hold = await process.claim()
        told = threading.Event()
        process.term.on_loss(hold.incarnation, told.set)
        release = asyncio.create_task(process.ref.ask(Release(hold=hold), timeout=PATIENCE))
        assert await asyncio.to_thread(Stuck.blocked.wait, PATIENCE)
        assert await asyncio.to_thread(told.wait, PATIENCE)
        lost_at = await process.wait_lost()
        expires_at = await db.fetch_value("SELECT expires_at FROM nodes")
        Stuck.go_on.set()
        await release
        assert lost_at < expires_at.timestamp()


async def test_a_claim_that_waits_delays_no_renewal(start: Start, db: Database) -> None:
    """While claims wait for a lock for longer than a lease, the process stays alive."""
    async with start(ttl=3 * TTL) as process:
        await process.claim(1)
        async with db.transaction() as connection:
            await connection.execute("SELECT FROM accounts FOR UPDATE")
            claims = [asyncio.create_task(process.claim(1)) for _ in range(5)]
            await renewals(db, 4.5 * TTL)
        holds = await asyncio.gather(*claims)
        assert len({hold.epoch for hold in holds}) == 5
        assert not process.lost.is_set()


async def test_a_claim_that_outlasts_the_term_gives_nothing(start: Start, db: Database) -> None:
    """Who was not told of the end in time is told with the answer."""
    async with start(ttl=LONG) as process:
        hold = await process.claim()
        async with db.transaction() as connection:
            await connection.execute("SELECT FROM accounts FOR UPDATE")
            claiming = asyncio.create_task(process.claim())
            async with asyncio.timeout(PATIENCE):
                while not await db.fetch_value(BLOCKED):
                    """Each look is a round trip, which lets the actor run."""
            process.term.ended(hold.incarnation)
        with pytest.raises(LeaseLost):
            await claiming


async def test_a_crash_ends_the_term_and_begins_another(start: Start, db: Database) -> None:
    """A new incarnation of the actor is one of the process: what was held before is lost."""
    async with start() as process:
        old = await process.claim()
        assert crash(process.ref)
        new = await eventually(process)
        assert new.incarnation != old.incarnation
        with pytest.raises(LeaseLost):
            await accounts.transition(db, old, "READY", None)


async def test_without_its_database_it_does_not_start(data: Path, dsn: str) -> None:
    """The refusal says what cannot be reached."""
    missing = urlsplit(dsn)._replace(path="/missing").geturl()

    def make() -> LeaseActor:
        return LeaseActor(missing, data=data, ttl=TTL, margin=MARGIN, term=Term())

    async with ActorSystem("test") as system:
        with pytest.raises(DatabaseUnreachable, match="missing"):
            await system.spawn("lease", make)


@pytest.mark.parametrize("margin", [0.0, 1.0, 2.0])
def test_a_margin_that_does_not_fit_is_refused(folder: Path, margin: float) -> None:
    """A lease must have a time in which its holder works, and one in which it has stopped."""
    with pytest.raises(ValueError, match="margin"):
        LeaseActor("", data=folder, ttl=1.0, margin=margin, term=Term())


@pytest.fixture
async def link(dsn: str, folder: Path) -> AsyncIterator[Link]:
    """A way to the database."""
    made = Link(dsn, folder)
    server = await made.start()
    yield made
    made.thaw()
    made.cut()
    server.close()
    await server.wait_closed()
