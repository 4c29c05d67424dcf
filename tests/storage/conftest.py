"""Data folders to start from, and other processes that hold them."""

import asyncio
import contextlib
import os
import select
import shutil
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from storage import leases
from storage.database import Database
from storage.embedded import Postgres
from storage.rows import Hold
from tests.conftest import new_folder

collect_ignore = [] if os.geteuid() == 0 else ["test_embedded_as_root.py"]

HOLDER = Path(__file__).with_name("holder.py")

Own = Callable[[int], Awaitable[Hold]]


@pytest.fixture(scope="session")
def seed() -> Iterator[Path]:
    """A data folder with a database in it, for copying."""
    made = new_folder()
    Postgres.start(made).stop()
    yield made
    shutil.rmtree(made)


@pytest.fixture
def data(seed: Path, folder: Path) -> Path:
    """A data folder with a database in it: what most tests of the launcher start from."""
    copied = folder / "data"
    subprocess.run(["cp", "-a", seed, copied], check=True)
    return copied


@pytest.fixture
async def db(dsn: str) -> AsyncIterator[Database]:
    """A migrated, empty database."""
    async with await Database.open(dsn) as opened:
        yield opened


@pytest.fixture
async def own(db: Database) -> Own:
    """Claim an account for a process that lives as long as the test."""
    me = await leases.register(db, name="this test", place="here", ttl=600)

    async def claim(account: int) -> Hold:
        return (await leases.claim(db, me, account, ttl=600, margin=60)).hold

    return claim


class Holder:
    """Another process that holds a data folder's server."""

    def __init__(self, data: Path, *options: str, before: Sequence[str] = (), **env: str) -> None:
        self.process = subprocess.Popen(
            [*before, sys.executable, HOLDER, data, *options],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=os.environ | env,
        )
        assert self.process.stdout is not None
        said = [self.process.stdout.readline().strip() for _ in range(3)]
        if not all(said):
            raise ChildProcessError(self.process.communicate()[1])
        self.dsn, self.where, self.child = said[0], Path(said[1]), int(said[2])

    def leave(self) -> None:
        """Let it stop as it should, and wait for that."""
        _, errors = self.process.communicate(timeout=30)
        assert (self.process.returncode, errors) == (0, "")

    def kill(self) -> None:
        """Kill it without warning."""
        self.process.kill()
        self.process.communicate(timeout=30)


@pytest.fixture
def hold() -> Iterator[type[Holder]]:
    """Start holders in processes of their own; those still there at the end are killed."""
    made: list[Holder] = []

    class Kept(Holder):
        def __init__(self, data: Path, *options: str, **more: Any) -> None:
            super().__init__(data, *options, **more)
            made.append(self)

    yield Kept
    for holder in made:
        holder.kill()


@dataclass(frozen=True)
class Serving:
    """The processes of one running server."""

    postmaster: int
    watcher: int
    processes: tuple[int, ...]

    @classmethod
    def at(cls, where: Path) -> "Serving":
        """Look at the server that lives there."""
        postmaster = int((where / "cluster" / "postmaster.pid").read_text().split("\n")[0])
        status = Path(f"/proc/{postmaster}/status").read_text()
        watcher = int(status.split("PPid:")[1].split()[0])
        servers = [int(path.parent.name) for path in _working_in(where / "cluster")]
        return cls(postmaster, watcher, (watcher, *servers))

    @contextmanager
    def all_end(self, within: float = 20) -> Iterator[None]:
        """Expect every one of them to end, soon after what happens inside at the latest."""
        fds = [os.pidfd_open(pid) for pid in self.processes]
        try:
            yield
            until = time.monotonic() + within
            for fd, pid in zip(fds, self.processes, strict=True):
                left = max(0.0, until - time.monotonic())
                assert select.select([fd], [], [], left)[0], f"process {pid} lives on"
        finally:
            for fd in fds:
                os.close(fd)


@pytest.fixture
def serving() -> Callable[[Path], Serving]:
    """Look at the processes of the server that lives in a folder."""
    return Serving.at


def _working_in(folder: Path) -> Iterator[Path]:
    for cwd in Path("/proc").glob("[0-9]*/cwd"):
        with contextlib.suppress(OSError):
            if cwd.samefile(folder):
                yield cwd


@pytest.fixture
def ask() -> Callable[[str, str], object]:
    """Put one statement to a server from a connection of its own."""

    async def answer(dsn: str, statement: str) -> object:
        async with await Database.open(dsn, connections=1, connect_within=20) as db:
            return await db.fetch_value(statement)

    return lambda dsn, statement: asyncio.run(answer(dsn, statement))
