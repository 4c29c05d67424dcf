"""What every room's tests stand on: a Postgres for the worker, and folders its user can get to."""

from __future__ import annotations

import asyncio
import itertools
import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

from storage.database import Database
from storage.embedded import Postgres
from tests.bot.warm import Warm

_numbers = itertools.count()
# A database is made for nearly every test: connecting anew would take longer than making it.
_connections: dict[str, tuple[asyncio.AbstractEventLoop, Database]] = {}

# A database is a thousand files, and what it keeps it has written to the disk at once: copying one
# takes a tenth of the time in memory, where there is room for what eight workers' servers keep.
_MEMORY = Path("/dev/shm")  # noqa: S108  as much anybody's as /tmp is
_ROOM = 4 << 30  # bytes

# What is read stays as it was stored, unless a test wants it tagged and indexed.
os.environ.setdefault("TGACTORS_WORKERS", "false")

# A shell that starts a program in the background has it ignore Ctrl-C, and its children with it.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


# The gate tries fewer examples of each property; `make soak` tries as many as usual. How long one
# takes depends on what else the machine does.
hypothesis.settings.register_profile(
    "gate",
    max_examples=30,
    deadline=None,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "gate"))


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest, and end with what shares one house in this process.

    That house has threads and open files of its own, which others would take for left behind.
    """

    def turn(item: pytest.Item) -> int:
        if "served" in getattr(item, "fixturenames", ()):
            return 2
        return 0 if item.get_closest_marker("long") else 1

    items.sort(key=turn)


def pytest_xdist_auto_num_workers() -> int:
    """Say how many workers `-n auto` means: many tests wait for a deadline, not for a core."""
    return min(2 * len(os.sched_getaffinity(0)), 8)


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """Run async tests on asyncio, whose loops Telethon and asyncpg need."""
    return "asyncio"


def new_folder() -> Path:
    """Make a folder that the server's user can get to, in memory where there is room."""
    roomy = _MEMORY.is_dir() and shutil.disk_usage(_MEMORY).free >= _ROOM
    folder = Path(tempfile.mkdtemp(prefix="tgactors-test-", dir=_MEMORY if roomy else None))
    folder.chmod(0o711)
    return folder


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that the server's user can get to, removed afterwards."""
    made = new_folder()
    yield made
    shutil.rmtree(made)


@pytest.fixture(scope="session")
def warm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warm]:
    """What commands are forked by; all workers share it, and what was started as people do."""
    base = tmp_path_factory.getbasetemp()
    started = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "started"
    started.mkdir(exist_ok=True)
    made = Warm(started)
    yield made
    made.close()


@pytest.fixture(scope="session")
def server() -> Iterator[Postgres]:
    """One embedded server for all tests of this worker."""
    made = new_folder()
    with Postgres.start(made) as postgres:
        yield postgres
        _disconnect(postgres)
    shutil.rmtree(made)


@pytest.fixture(scope="session")
def template(server: Postgres) -> str:
    """A migrated database, copied for each test."""

    async def prepare() -> None:
        async with await Database.open(server.dsn, connections=1) as db:
            await db.execute("CREATE DATABASE migrated")
        async with await Database.open(within(server, "migrated"), connections=1) as db:
            await db.migrate()

    asyncio.run(prepare())
    return "migrated"


@pytest.fixture
def empty_dsn(server: Postgres) -> Iterator[str]:
    """The address of a database without a schema."""
    yield from _database(server, "template0")


@pytest.fixture
def dsn(server: Postgres, template: str) -> Iterator[str]:
    """The address of a migrated, empty database."""
    yield from _database(server, template)


def within(server: Postgres, database: str) -> str:
    """Return the address of another database of the server."""
    return server.dsn.replace("@/app?", f"@/{database}?")


def _database(server: Postgres, template: str) -> Iterator[str]:
    name = f"test{next(_numbers)}"
    # To the disk at once, and not by way of the log: this takes half the time.
    _command(server, f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
    yield within(server, name)
    _command(server, f"DROP DATABASE {name} WITH (FORCE)")


def _command(server: Postgres, statement: str) -> None:
    if server.dsn not in _connections:
        made = asyncio.new_event_loop()
        opened = Database.open(server.dsn, connections=1)
        _connections[server.dsn] = made, made.run_until_complete(opened)
    loop, db = _connections[server.dsn]
    loop.run_until_complete(db.execute(statement))


def _disconnect(server: Postgres) -> None:
    if server.dsn in _connections:
        loop, db = _connections.pop(server.dsn)
        loop.run_until_complete(db.close())
        loop.close()
