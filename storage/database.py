"""A pool of connections to Postgres."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from types import TracebackType
from typing import Any, Self, TypeAlias
from urllib.parse import parse_qs, urlsplit

import asyncpg

from storage import migrations, traits
from storage.errors import (
    DatabaseBusy,
    DatabaseClosed,
    DatabaseFull,
    DatabaseUnreachable,
    ForeignLoop,
    StatementRefused,
    StorageError,
)
from storage.keeping_errors import SchemaChanged
from storage.migrations import Migration
from storage.queries import sql
from storage.rows import Coverage

Row: TypeAlias = asyncpg.Record
Connection: TypeAlias = "asyncpg.pool.PoolConnectionProxy[asyncpg.Record]"

# What a connection meets while the server starts, or is replaced by its next start.
STARTING = (
    asyncpg.CannotConnectNowError,
    asyncpg.ConnectionDoesNotExistError,
    ConnectionRefusedError,
    ConnectionResetError,
    FileNotFoundError,
)
STARTING_PAUSE = 0.05
NEVER = 2**62
SCHEMES = ("postgresql", "postgres")
UNREADABLE = "an unreadable address"
MIGRATION_TIME = 600.0
CANCEL_TIME = 2.0


class Database:
    """Talk to one Postgres from the event loop that opened it, and from no other."""

    def __init__(
        self, pool: "asyncpg.Pool[asyncpg.Record]", *, where: str, patience: float
    ) -> None:
        self._pool = pool
        self._loop = asyncio.get_running_loop()
        self._where = where
        self._patience = patience
        self._closed = False

    def __repr__(self) -> str:
        return f"<Database {self._where} {'closed' if self._closed else 'open'}>"

    @classmethod
    async def open(
        cls, dsn: str, *, connections: int = 4, patience: float = 30, connect_within: float = 10
    ) -> Self:
        """Connect; a server that is just starting is awaited.

        Every statement, and every wait for a free connection, lasts `patience` seconds at most.
        """
        where = _place(dsn)
        with _translated(where, connect_within):
            try:
                pool = await _connected(dsn, connections, patience, connect_within)
            except ValueError:
                # The cause would show the address, and a password with it.
                why = "its address is not a Postgres URL"
                raise DatabaseUnreachable(where, why) from None
        return cls(pool, where=where, patience=patience)

    @property
    def where(self) -> str:
        """The server and database, without who logs in and with what."""
        return self._where

    async def migrate(self, steps: Sequence[Migration] = migrations.KNOWN) -> None:
        """Bring the schema up to date, or refuse and change nothing; two at once are safe."""
        async with self.transaction() as connection:
            await connection.execute(sql.lock_schema, timeout=MIGRATION_TIME)
            found = await traits.read(connection)
            traits.check(found, self._where)
            missing = migrations.pending(steps, found.applied or {})
            if missing:
                traits.check_rights(found, self._where)
            else:
                traits.check_reader(found, self._where)
            if found.applied is None:
                await connection.execute(sql.create_migrations)
            for step in missing:
                await connection.execute(step.text, timeout=MIGRATION_TIME)
                await connection.execute(
                    sql.record_migration, step.number, step.name, step.checksum
                )

    async def close(self, *, deadline: float = 5) -> None:
        """Close every connection; the pool cuts off what still runs at the deadline."""
        if self._closed:
            return
        self._check_loop()
        self._closed = True
        with suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
            async with asyncio.timeout(deadline):
                await self._pool.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Connection]:
        """Borrow a connection; the vendor's errors raised inside become StorageErrors."""
        self._check_loop()
        if self._closed:
            raise DatabaseClosed(self._where)
        with _translated(self._where, self._patience):
            connection = await self._pool.acquire(timeout=self._patience)
            whole = False
            try:
                yield connection
                whole = not connection.is_in_transaction()
            finally:
                # Whoever cancels, again and again maybe, need not wait for it.
                await asyncio.shield(self._give_back(connection, whole=whole))

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Connection]:
        """Borrow a connection for one transaction: an error inside undoes it."""
        async with self.connection() as connection, connection.transaction():
            yield connection

    async def fetch(self, statement: str, *values: object) -> list[Row]:
        """Run one statement and return its rows."""
        async with self.connection() as connection:
            return await connection.fetch(statement, *values)

    async def fetch_row(self, statement: str, *values: object) -> Row | None:
        """Run one statement and return its first row."""
        async with self.connection() as connection:
            return await connection.fetchrow(statement, *values)

    async def fetch_value(self, statement: str, *values: object) -> Any:
        """Run one statement and return the first value of its first row."""
        async with self.connection() as connection:
            return await connection.fetchval(statement, *values)

    async def execute(self, statement: str, *values: object) -> None:
        """Run one statement for its effect."""
        async with self.connection() as connection:
            await connection.execute(statement, *values)

    async def _give_back(self, connection: Connection, *, whole: bool) -> None:
        """Return a connection; the pool cuts it if its statement will not be cancelled."""
        # What the borrower got, a cancellation above all, is not to be hidden by this.
        broken = (asyncpg.InterfaceError, asyncpg.InternalClientError)
        with suppress(OSError, asyncpg.PostgresError, *broken):
            try:
                if not whole:
                    # A transaction whose beginning was cancelled may begin all the same, unseen
                    # by the vendor, who would complain of it to the loop.
                    await connection.execute("ROLLBACK", timeout=CANCEL_TIME)
            finally:
                await self._pool.release(connection, timeout=CANCEL_TIME)

    def _check_loop(self) -> None:
        if asyncio.get_running_loop() is not self._loop:
            raise ForeignLoop(self._where)


def coverage(ranges: Iterable[Any]) -> Coverage:
    """Turn a multirange as it was fetched into spans."""
    return tuple((span.lower, span.upper) for span in ranges)


async def _keep_settings(_: object) -> None:
    """Reset nothing: settings here end with their transaction, and a reset is a round trip."""


async def _learn_types(connection: "asyncpg.Connection[asyncpg.Record]") -> None:
    """Have the vendor look up at once what it would look up one by one, as it meets them."""
    with suppress(asyncpg.UndefinedObjectError):  # of a database that is still empty
        await connection.prepare(sql.types_to_learn)


async def _connected(
    dsn: str, connections: int, patience: float, connect_within: float
) -> "asyncpg.Pool[asyncpg.Record]":
    """Make a pool with one open connection, trying again while the server starts."""
    until = time.monotonic() + connect_within
    refused: Exception | None = None
    while True:
        pool = asyncpg.create_pool(
            dsn,
            min_size=1,
            max_size=connections,
            max_queries=NEVER,
            timeout=connect_within,
            command_timeout=patience,
            max_cached_statement_lifetime=0,
            init=_learn_types,
            reset=_keep_settings,
            server_settings={"application_name": "tgactors", "timezone": "UTC"},
        )
        try:
            async with asyncio.timeout(until - time.monotonic()):
                return await pool
        except STARTING as error:
            if time.monotonic() + STARTING_PAUSE >= until:
                raise
            refused = error
        except TimeoutError:
            # Time ran out in the middle of a try: nobody listening is the cause, if that was so.
            raise refused or TimeoutError() from None
        await asyncio.sleep(STARTING_PAUSE)


def _place(dsn: str) -> str:
    """Name the server and database of an address, leaving out who logs in and with what."""
    try:
        parts = urlsplit(dsn)
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return UNREADABLE
    if parts.scheme not in SCHEMES:
        return UNREADABLE
    host = parts.hostname or parse_qs(parts.query).get("host", ["localhost"])[0]
    return f"{host}{port}{parts.path}"


@contextmanager
def _translated(where: str, patience: float) -> Iterator[None]:
    """Turn the vendor's errors into this room's."""
    try:
        yield
    except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as error:
        raise _refusal(error, where, patience) from error


def _refusal(error: Exception, where: str, patience: float) -> StorageError:
    match error:
        case TimeoutError() | asyncpg.QueryCanceledError() | asyncpg.LockNotAvailableError():
            return DatabaseBusy(where, patience)
        case asyncpg.DiskFullError():
            return DatabaseFull(where)
        case asyncpg.InvalidCachedStatementError():
            return SchemaChanged(where)
        case (
            OSError()
            | asyncpg.PostgresConnectionError()
            | asyncpg.InvalidAuthorizationSpecificationError()
            | asyncpg.InvalidCatalogNameError()
            | asyncpg.OperatorInterventionError()
            | asyncpg.TooManyConnectionsError()
        ):
            return DatabaseUnreachable(where, str(error) or type(error).__name__)
        case asyncpg.PostgresError():
            return StatementRefused(type(error).__name__, error.sqlstate or "unknown")
        case _:
            return DatabaseUnreachable(where, str(error))
