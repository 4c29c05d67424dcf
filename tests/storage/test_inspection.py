"""Looks that change nothing."""

import asyncio
import shutil
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from storage import sessions
from storage.database import Database
from storage.embedded import Postgres, trial
from storage.errors import (
    DatabaseBusy,
    DatabaseNewer,
    DatabaseTooLarge,
    EmbeddedPostgresFailed,
)
from storage.inspection import inspect
from storage.migrations import KNOWN, Migration
from storage.sessions import Vault, new_key
from tests.conftest import new_folder
from tests.storage.conftest import Own

SECOND = Migration(len(KNOWN) + 1, "second", "CREATE TABLE second (id int)")


@pytest.fixture
def scratch() -> Iterator[Path]:
    """A folder that a trial may fill."""
    made = new_folder()
    yield made
    shutil.rmtree(made)


def content(folder: Path) -> dict[str, tuple[float, int]]:
    """Every file with its time and size: what a trial must leave as it is."""
    return {str(path): (path.lstat().st_mtime, path.lstat().st_size) for path in folder.rglob("*")}


@pytest.mark.anyio
async def test_an_empty_database_is_fit_and_stays_empty(empty_dsn: str) -> None:
    """Looking makes no table."""
    for _ in range(2):
        found = await inspect(empty_dsn)
        assert (found.refusal, found.traits.applied, found.traits.table) == (None, None, None)
        assert (found.accounts, found.sealed) == (0, ())


@pytest.mark.anyio
async def test_sessions_are_seen_sealed(dsn: str, db: Database, own: Own) -> None:
    """Accounts are counted, and their sessions returned as they lie there."""
    vault = Vault([new_key()])
    await sessions.admit(db, vault, await own(7), "READY", None, b"record")
    found = await inspect(dsn)
    assert (found.accounts, [each.account for each in found.sealed]) == (1, [7])
    assert vault.open(found.sealed[0].record, account=7) == b"record"


@pytest.mark.anyio
async def test_a_newer_database_is_told(dsn: str, db: Database) -> None:
    """Its refusal is the one that opening it would meet."""
    await db.migrate([*KNOWN, SECOND])
    assert isinstance((await inspect(dsn)).refusal, DatabaseNewer)


@pytest.mark.anyio
async def test_a_server_that_does_not_answer_is_left_soon() -> None:
    """Where a server is silent, the look ends within its time."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"postgresql://127.0.0.1:{silent.getsockname()[1]}/x"
        began = time.monotonic()
        with pytest.raises(DatabaseBusy):
            await inspect(address, within=0.3)
        assert time.monotonic() - began < 5


def test_a_trial_of_nothing_makes_nothing(folder: Path, scratch: Path) -> None:
    """A data folder that is not there is not made; a server starts elsewhere, and ends."""
    with trial(folder / "data", scratch) as dsn:
        assert asyncio.run(inspect(dsn)).refusal is None
    assert list(folder.iterdir()) == []
    assert not (scratch / "postgres" / "cluster" / "postmaster.pid").exists()


def test_a_trial_runs_on_a_copy(
    data: Path, scratch: Path, ask: Callable[[str, str], object]
) -> None:
    """What is stored is seen, and no file of the data folder changes."""
    with Postgres.start(data) as postgres:
        ask(postgres.dsn, "CREATE TABLE kept AS SELECT 42 AS value")
    before = content(data)
    with trial(data, scratch) as dsn:
        assert ask(dsn, "SELECT value FROM kept") == 42
        ask(dsn, "DROP TABLE kept")
    assert content(data) == before


def test_a_trial_joins_a_server_that_runs(
    data: Path, scratch: Path, ask: Callable[[str, str], object]
) -> None:
    """A running server is asked itself, goes on, and nothing is copied."""
    with Postgres.start(data) as postgres:
        with trial(data, scratch) as dsn:
            assert dsn == postgres.dsn
        assert list(scratch.iterdir()) == []
        assert ask(postgres.dsn, "SELECT 1") == 1


def test_a_large_database_is_not_copied(data: Path, scratch: Path) -> None:
    """Beyond a size a trial is refused, and the scratch folder stays empty."""
    with (data / "postgres" / "cluster" / "large").open("wb") as sparse:
        sparse.truncate(2 << 30)
    with pytest.raises(DatabaseTooLarge, match="tgactors status"), trial(data, scratch):
        raise AssertionError("tried")
    assert list(scratch.iterdir()) == []


def test_a_broken_cluster_is_told(data: Path, scratch: Path) -> None:
    """The server's own last words explain what is wrong with the copy, hence with the data."""
    (data / "postgres" / "cluster" / "global" / "pg_control").unlink()
    with pytest.raises(EmbeddedPostgresFailed, match="pg_control"), trial(data, scratch):
        raise AssertionError("opened")
