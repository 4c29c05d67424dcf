"""The pool: deadlines, loops, and errors in this room's words."""

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from blockbuster import blockbuster_ctx

from storage import accounts
from storage.database import Database
from storage.embedded import Postgres
from storage.errors import (
    DatabaseBusy,
    DatabaseClosed,
    DatabaseUnreachable,
    ForeignLoop,
    StatementRefused,
)
from storage.queries import sql

SLEEPING = (
    "SELECT count(*) FROM pg_stat_activity"
    " WHERE wait_event = 'PgSleep' AND datname = current_database()"
)
REGISTER = "INSERT INTO accounts (id, state) VALUES (1, 'NEW')"

pytestmark = pytest.mark.anyio


async def test_nothing_blocks_the_loop(dsn: str) -> None:
    """Opening, migrating, writing and closing make no blocking call in the loop."""
    with blockbuster_ctx() as guard:
        # Looking for ~/.pgpass is the vendor's own, once for each connection.
        guard.functions["os.stat"].can_block_in("asyncpg/connect_utils.py", "_read_password_file")
        async with await Database.open(dsn) as db:
            await db.migrate()
            await db.execute(REGISTER)


async def test_a_server_that_is_not_there_is_told_without_the_password(
    unused_tcp_port: int,
) -> None:
    """The refusal names host and database and hides who logs in and with what."""
    dsn = f"postgresql://somebody:hunter2@127.0.0.1:{unused_tcp_port}/archive"
    with pytest.raises(DatabaseUnreachable) as refused:
        await Database.open(dsn, connect_within=0.2)
    text = str(refused.value)
    assert refused.value.where == f"127.0.0.1:{unused_tcp_port}/archive"
    assert "hunter2" not in text
    assert "somebody" not in text


@pytest.mark.parametrize(
    "dsn",
    ["hunter2", "http://me:hunter2@h/db", "postgresql://me:hunter2@h:hunter2/db", "//[hunter2"],
)
async def test_an_unreadable_address_is_not_shown(dsn: str) -> None:
    """A mistyped address may be nothing but a password, so it appears nowhere."""
    with pytest.raises(DatabaseUnreachable, match="TGACTORS_DATABASE_URL") as refused:
        await Database.open(dsn, connect_within=0.2)
    assert "hunter2" not in str(refused.value)
    assert refused.value.__suppress_context__


async def test_a_missing_database_is_told(dsn: str) -> None:
    """A database that does not exist is unreachable, with the server's own words."""
    with pytest.raises(DatabaseUnreachable, match="does not exist"):
        await Database.open(dsn.replace("@/", "@/no_"), connect_within=5)


async def test_a_server_that_comes_up_late_is_awaited(folder: Path) -> None:
    """Opening keeps trying while nothing listens yet, and uses the first server that does."""
    empty, made = folder / "empty", folder / "made"
    with await asyncio.to_thread(Postgres.start, made) as postgres:
        dsn = postgres.dsn.replace(str(made / "postgres" / "sock"), str(empty))
        opening = asyncio.create_task(Database.open(dsn, connect_within=20))
        done, _ = await asyncio.wait([opening], timeout=0.2)
        assert not done
        empty.symlink_to(made / "postgres" / "sock")
        async with await opening as db:
            assert await db.fetch_value("SELECT 1") == 1


async def test_a_long_statement_is_cut_off(dsn: str) -> None:
    """A statement lasts no longer than the patience, and the connection stays usable."""
    async with await Database.open(dsn, connections=1, patience=0.3) as db:
        with pytest.raises(DatabaseBusy) as refused:
            await db.execute("SELECT pg_sleep(60)")
        assert refused.value.seconds == 0.3
        assert await db.fetch_value("SELECT 1") == 1


async def test_a_wait_for_a_connection_has_an_end(dsn: str) -> None:
    """When every connection is busy the next caller is refused after the patience."""
    async with (
        await Database.open(dsn, connections=1, patience=0.3) as db,
        db.connection() as held,
    ):
        with pytest.raises(DatabaseBusy):
            await db.fetch_value("SELECT 1")
        assert await held.fetchval("SELECT 1") == 1


async def test_a_failing_transaction_leaves_nothing(db: Database) -> None:
    """An error inside a transaction undoes it, and the next one works."""

    async def fail_late() -> None:
        async with db.transaction() as connection:
            await connection.execute(REGISTER)
            await connection.execute("SELECT 1/0")

    with pytest.raises(StatementRefused, match="22012"):
        await fail_late()
    assert await accounts.all(db) == []


async def test_a_statement_that_ignores_cancelling_keeps_nobody(dsn: str) -> None:
    """A cancelled caller is free within seconds even if the server goes on, and so is the next."""
    stubborn = """DO $$ BEGIN LOOP
        BEGIN PERFORM pg_sleep(60); EXCEPTION WHEN query_canceled THEN NULL; END;
    END LOOP; END $$"""
    async with await Database.open(dsn, connections=1) as db:
        running = asyncio.create_task(db.execute(stubborn))
        async with await Database.open(dsn, connections=1) as other, asyncio.timeout(15):
            while not await other.fetch_value(SLEEPING):
                """Each look is a round trip, which lets the other run."""
            running.cancel()
            await asyncio.wait([running], timeout=10)
            assert running.cancelled()
            assert await db.fetch_value("SELECT 1") == 1


async def test_a_cancelled_caller_gives_its_connection_back(dsn: str) -> None:
    """Giving up in the middle of a statement frees the connection for the next."""
    async with await Database.open(dsn, connections=1) as db:
        began = asyncio.Event()

        async def wait_long() -> None:
            async with db.connection() as connection:
                began.set()
                await connection.execute("SELECT pg_sleep(60)")

        waiting = asyncio.create_task(wait_long())
        await began.wait()
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        assert await db.fetch_value("SELECT 1") == 1


async def test_a_transaction_left_open_is_undone_in_silence(dsn: str) -> None:
    """Whatever a borrower began is rolled back, and the vendor complains of nothing."""
    async with await Database.open(dsn, connections=1) as db, asyncio.timeout(20):
        with complaints() as heard:
            async with db.connection() as connection:
                await connection.execute("BEGIN")
                await connection.execute(REGISTER)
        assert await accounts.all(db) == []
    assert heard == []


@pytest.mark.parametrize("patient", [True, False], ids=["once", "until it has ended"])
async def test_a_transaction_cancelled_at_any_step_is_left_in_silence(
    dsn: str, patient: bool
) -> None:
    """Cancelled while it begins, works, commits or undoes, it leaves the connection clean."""

    async def work() -> None:
        async with db.transaction() as connection:
            await connection.execute(REGISTER)

    async with await Database.open(dsn, connections=1) as db, asyncio.timeout(60):
        with complaints() as heard:
            for steps in range(60):
                task = asyncio.create_task(work())
                for _ in range(steps):
                    await asyncio.sleep(0)
                task.cancel()
                while not (patient or task.done()):
                    task.cancel()
                    await asyncio.sleep(0)
                await asyncio.wait([task])
                assert await db.fetch_value("SELECT 1") == 1
    assert heard == []


@contextmanager
def complaints() -> Iterator[list[object]]:
    """Collect what is told to the loop's handler of exceptions."""
    heard: list[object] = []
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _, what: heard.append(what))
    try:
        yield heard
    finally:
        loop.set_exception_handler(None)


async def test_a_cut_connection_is_replaced(dsn: str) -> None:
    """A caller whose connection dies is told; the next one gets a new connection."""
    async with await Database.open(dsn, connections=1) as db:
        with pytest.raises(DatabaseUnreachable):
            await db.execute("SELECT pg_terminate_backend(pg_backend_pid())")
        assert await db.fetch_value("SELECT 1") == 1


async def test_another_loop_is_refused(db: Database) -> None:
    """Use from a foreign loop is refused by name before anything is sent."""
    seen: list[BaseException] = []

    def elsewhere() -> None:
        try:
            asyncio.run(accounts.all(db))
        except ForeignLoop as error:
            seen.append(error)

    thread = threading.Thread(target=elsewhere)
    thread.start()
    thread.join(10)
    assert [type(error) for error in seen] == [ForeignLoop]
    assert await accounts.all(db) == []


async def test_a_closed_database_says_so(dsn: str) -> None:
    """After closing, twice even, every use is refused."""
    db = await Database.open(dsn)
    await db.close()
    await db.close()
    with pytest.raises(DatabaseClosed):
        await accounts.all(db)


async def test_closing_does_not_wait_for_a_stuck_statement(dsn: str) -> None:
    """A statement still running at the deadline is cut off, and its caller is told."""
    db = await Database.open(dsn, connections=1)
    began = asyncio.Event()

    async def stuck() -> None:
        async with db.connection() as connection:
            began.set()
            await connection.execute("SELECT pg_sleep(60)")

    running = asyncio.create_task(stuck())
    await began.wait()
    async with asyncio.timeout(10):
        await db.close(deadline=0.2)
        with pytest.raises(DatabaseUnreachable):
            await running


async def test_settings_of_a_transaction_end_with_it(dsn: str) -> None:
    """What one caller sets locally the next one on the same connection does not see."""
    async with await Database.open(dsn, connections=1) as db:
        async with db.transaction() as connection:
            await connection.execute("SELECT set_config('tgactors.account', '42', true)")
        assert not await db.fetch_value("SELECT current_setting('tgactors.account', true)")


async def test_the_representation_holds_no_secret(dsn: str) -> None:
    """Printing a database shows where it is and nothing else."""
    async with await Database.open(dsn.replace("postgres@", "postgres:hunter2@")) as db:
        assert repr(db).endswith("open>")
        assert "hunter2" not in repr(db)


@pytest.fixture
def unused_tcp_port() -> int:
    """A port on which nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def test_types_are_looked_up_once_for_a_connection(dsn: str) -> None:
    """What a parse meets is known from the start: no statement waits for a look of its own."""
    asked: list[str] = []
    async with (
        await Database.open(dsn, connections=1) as db,
        db.connection() as connection,
    ):
        connection.add_query_logger(lambda record: asked.append(record.query))
        await connection.fetch(sql.types_to_learn)
        await connection.fetch("SELECT NULL::incoming_post[], '{1}'::bigint[]")
    assert len(asked) == 2
