"""Backups of an archive."""

import asyncio
import os
import stat
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from storage import backup, identity, posts, reads, sessions
from storage.client_programs import Ended, addressed, newest, run
from storage.database import Database
from storage.embedded import Postgres
from storage.errors import DatabaseForeign, DatabaseNewer, WrongSessionKey
from storage.keeping_errors import (
    BackupFailed,
    BackupUnreadable,
    NothingToBackUp,
    RestoreFailed,
    StoreNotEmpty,
)
from storage.rows import Hold
from storage.sessions import Vault, new_key
from tests.conftest import within
from tests.storage.conftest import Own
from tests.storage.found import seen
from tests.storage.storing import store

pytestmark = pytest.mark.anyio

VERA = 42
VAULT = Vault([new_key()])


@pytest.fixture
async def hold(db: Database, own: Own) -> Hold:
    """Somebody who is logged in and follows a channel with posts."""
    held = await own(VERA)
    await sessions.admit(db, VAULT, held, "READY", None, b"the record")
    await posts.follow(db, held, [seen(7)])
    await store(db, held, 1, 2, 3)
    return held


@pytest.fixture
async def fresh(server: Postgres) -> AsyncIterator[str]:
    """A database in which there is nothing at all."""
    async with await Database.open(server.dsn, connections=1) as db:
        await db.execute("CREATE DATABASE restored TEMPLATE template0")
    yield within(server, "restored")
    async with await Database.open(server.dsn, connections=1) as db:
        await db.execute("DROP DATABASE restored WITH (FORCE)")


def names(folder: Path) -> list[str]:
    """What lies in a folder."""
    return sorted(each.name for each in folder.iterdir())


async def tables(dsn: str) -> int:
    """How many tables there are."""
    async with await Database.open(dsn, connections=1) as db:
        number = await db.fetch_value(
            "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace"
        )
    assert isinstance(number, int)
    return number


async def test_what_is_restored_is_what_was_kept(
    db: Database, hold: Hold, dsn: str, fresh: str, folder: Path
) -> None:
    """Posts, sessions that its key opens and no other, its number; and each still sees their own.

    The file is for its owner alone, and nothing half-written is left beside it.
    """
    path = folder / "archive.backup"
    made = await backup.write(dsn, path)
    assert names(folder) == [path.name]
    assert (path.stat().st_size, stat.S_IMODE(path.stat().st_mode)) == (made.bytes, 0o600)
    assert await backup.restore(fresh, path) == made.archive
    async with await Database.open(fresh, connections=2) as restored:
        found = await identity.find(restored)
        assert found is not None
        assert (found.id, found.empty) == (made.archive, False)
        newest_ = await reads.newest(restored, VERA, 9)
        assert newest_ == await reads.newest(db, VERA, 9) != []
        assert await reads.newest(restored, 43, 9) == []
        assert await sessions.load(restored, VAULT, VERA) == b"the record"
        with pytest.raises(WrongSessionKey, match="TGACTORS_SESSION_KEYS"):
            await sessions.load(restored, Vault([new_key()]), VERA)
        await restored.migrate()
    assert hold.account == VERA


async def test_the_key_is_not_in_a_backup(hold: Hold, dsn: str, folder: Path) -> None:
    """Nor is the session in clear: whoever has the file alone logs in as nobody."""
    path = folder / "archive.backup"
    await backup.write(dsn, path)
    program = await newest("pg_restore")
    told = (await run(program, "--file=-", str(path))).told
    assert "post 7/1" in told
    assert "the record" not in told
    assert b"the record".hex() not in told
    assert hold.account == VERA


@pytest.mark.usefixtures("hold")
async def test_a_backup_is_of_one_moment(
    db: Database, hold: Hold, dsn: str, fresh: str, folder: Path
) -> None:
    """What is written meanwhile is in it whole or not at all: posts, coverage and work agree."""
    path, over = folder / "archive.backup", asyncio.Event()

    async def write_on() -> int:
        number = 3
        while not over.is_set():
            number += 1
            await store(db, hold, number)
        return number

    writing = asyncio.create_task(write_on())
    await backup.write(dsn, path)
    over.set()
    last = await writing
    await backup.restore(fresh, path)
    async with await Database.open(fresh, connections=1) as restored:
        (view,) = await posts.channels(restored, VERA)
        assert view.coverage == ((1, view.posts + 1),)
        spread = "SELECT sum(cardinality(posts)) FROM arrivals"
        assert await restored.fetch_value(spread) == view.posts
    assert 3 <= view.posts <= last


@pytest.mark.usefixtures("hold")
async def test_only_an_empty_store_is_restored_into(
    db: Database, dsn: str, fresh: str, folder: Path
) -> None:
    """One that was made and never used is; one that is used, or somebody else's, stays as it is."""
    path = folder / "archive.backup"
    await backup.write(dsn, path)
    before = await db.fetch_value("SELECT count(*) FROM posts")
    with pytest.raises(StoreNotEmpty):
        await backup.restore(dsn, path)
    assert await db.fetch_value("SELECT count(*) FROM posts") == before
    async with await Database.open(fresh, connections=1) as other:
        await other.execute("CREATE TABLE orders (id int)")
        with pytest.raises(DatabaseForeign, match="orders"):
            await backup.restore(fresh, path)
        await other.execute("DROP TABLE orders")
        await other.migrate()
    await backup.restore(fresh, path)
    async with await Database.open(fresh, connections=1) as restored:
        assert await restored.fetch_value("SELECT count(*) FROM posts") == before


@pytest.mark.usefixtures("hold")
async def test_a_backup_goes_to_no_place_that_was_laid_for_it(dsn: str, folder: Path) -> None:
    """Who may write in that folder too cannot have it written elsewhere, or into a file of theirs.

    The name that it has until it is whole is not known before, neither by the process's number.
    """
    laid = folder / f".archive.backup.{os.getpid()}.part"
    victim = folder / "victim"
    victim.write_text("of somebody")
    laid.symlink_to(victim)
    await backup.write(dsn, folder / "archive.backup")
    assert victim.read_text() == "of somebody"
    assert names(folder) == sorted([laid.name, "archive.backup", "victim"])


@pytest.mark.usefixtures("hold")
async def test_a_broken_backup_restores_nothing(dsn: str, fresh: str, folder: Path) -> None:
    """Neither a part of it, nor anything else that has its name."""
    path, broken = folder / "archive.backup", folder / "broken.backup"
    await backup.write(dsn, path)
    whole = path.read_bytes()
    broken.write_bytes(whole[: len(whole) // 2])
    with pytest.raises((BackupUnreadable, RestoreFailed)):
        await backup.restore(fresh, broken)
    for text in (b"", b"no backup", b"PGDMP and something else"):
        broken.write_bytes(text)
        with pytest.raises(BackupUnreadable):
            await backup.restore(fresh, broken)
    with pytest.raises(BackupUnreadable, match="No such file"):
        await backup.restore(fresh, folder / "nowhere")
    assert await tables(fresh) == 0


@pytest.mark.usefixtures("hold")
async def test_a_restoring_that_fails_late_leaves_nothing(
    dsn: str, fresh: str, folder: Path
) -> None:
    """Tables and posts are there by then, and go again; the next one finds its way."""
    path = folder / "archive.backup"
    await backup.write(dsn, path)
    async with await Database.open(fresh, connections=1) as db:
        await db.execute(
            "CREATE FUNCTION fail() RETURNS event_trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'no policies today'; END $$"
        )
        await db.execute(
            "CREATE EVENT TRIGGER failing ON ddl_command_start "
            "WHEN TAG IN ('CREATE POLICY') EXECUTE FUNCTION fail()"
        )
        with pytest.raises(RestoreFailed, match="no policies today"):
            await backup.restore(fresh, path)
        assert await tables(fresh) == 0
        await db.execute("DROP EVENT TRIGGER failing")
    await backup.restore(fresh, path)


async def test_a_newer_backup_is_refused(db: Database, dsn: str, fresh: str, folder: Path) -> None:
    """By an older program, before anything is restored."""
    path = folder / "archive.backup"
    await db.execute("INSERT INTO migrations (number, name, checksum) VALUES (999, 'later', '')")
    await backup.write(dsn, path)
    with pytest.raises(DatabaseNewer, match="999"):
        await backup.restore(fresh, path)
    assert await tables(fresh) == 0


@pytest.mark.usefixtures("hold")
async def test_a_backup_that_fails_leaves_the_one_before(
    dsn: str, fresh: str, folder: Path
) -> None:
    """And nothing beside it."""
    path = folder / "archive.backup"
    path.write_bytes(b"yesterday's")
    with pytest.raises(NothingToBackUp):
        await backup.write(fresh, path)
    with pytest.raises(BackupFailed, match="No such file"):
        await backup.write(dsn, folder / "nowhere" / "archive.backup")
    (folder / "taken").mkdir()
    with pytest.raises(BackupFailed, match="directory"):
        await backup.write(dsn, folder / "taken")
    assert path.read_bytes() == b"yesterday's"
    assert names(folder) == [path.name, "taken"]


@pytest.mark.parametrize(
    ("dsn", "shown", "secret"),
    [
        ("u:p%40ss@db:5432/app?sslmode=require", "u@db:5432/app?sslmode=require", "p@ss"),
        ("db/app", "db/app", None),
        ("u@db/app?password=x%20y&a=b", "u@db/app?a=b", "x y"),
        ("u@/app?host=%2Frun%2Fpg&port=1", "u@/app?host=%2Frun%2Fpg&port=1", None),
        ("/app?host=%2Frun", "/app?host=%2Frun", None),
        ("/app?host=%2Fa%20folder", "/app?host=%2Fa%20folder", None),
    ],
)
def test_a_password_is_in_no_argument(dsn: str, shown: str, secret: str | None) -> None:
    """Every user of a machine sees with what programs were started; a folder may have a space."""
    expected = f"postgresql://{shown}", {"PGPASSWORD": secret} if secret else {}
    assert addressed(f"postgresql://{dsn}") == expected


async def test_a_program_that_does_not_end_is_ended() -> None:
    """Its deadline is ours; what it came to says so."""
    program = await newest("psql")
    assert program.major >= 18
    sleeping = type(program)(Path("/bin/sleep"), 0)
    ended = await run(sleeping, "60", seconds=0.05)
    assert ended == Ended("", "sleep did not end within 0 s")
