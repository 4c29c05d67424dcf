"""The schema's steps."""

import asyncio
import re
from dataclasses import replace
from pathlib import Path

import pytest

from storage import migrations, posts, reads
from storage.database import Database
from storage.errors import DatabaseNewer, MigrationChanged, StatementRefused
from storage.keeping_errors import SchemaChanged
from storage.migrations import KNOWN, Migration
from tests.storage.conftest import Own
from tests.storage.found import seen
from tests.storage.storing import store

pytestmark = pytest.mark.anyio

OVERLAPPING = 13
"""The first step that programs of two versions may see."""
SECOND = Migration(len(KNOWN) + 1, "second", "CREATE TABLE second (id int)")


def test_the_steps_are_numbered_without_gaps() -> None:
    """Files are 0001_…, 0002_…, each number once."""
    assert [step.number for step in KNOWN] == list(range(1, len(KNOWN) + 1))
    assert all(step.name and step.text for step in KNOWN)


def test_files_are_read_in_the_order_of_their_numbers(tmp_path: Path) -> None:
    """The tenth step comes after the second."""
    for name in ("0010_ten", "0002_two"):
        (tmp_path / f"{name}.sql").write_text(f"-- {name}\n")
    steps = migrations.read(tmp_path)
    assert [(step.number, step.name) for step in steps] == [(2, "two"), (10, "ten")]


async def test_migrating_again_changes_nothing(empty_dsn: str) -> None:
    """A database that is up to date stays as it is."""
    async with await Database.open(empty_dsn) as db:
        await db.migrate()
        before = await db.fetch("SELECT * FROM migrations")
        await db.migrate()
        assert await db.fetch("SELECT * FROM migrations") == before
        assert len(before) == len(KNOWN)


async def test_only_the_missing_steps_are_taken(empty_dsn: str) -> None:
    """A database one step behind takes that step."""
    async with await Database.open(empty_dsn) as db:
        await db.migrate()
        await db.migrate([*KNOWN, SECOND])
        assert await db.fetch_value("SELECT count(*) FROM second") == 0


async def test_a_newer_database_is_refused(empty_dsn: str) -> None:
    """A program older than the database names both versions and touches nothing."""
    async with await Database.open(empty_dsn) as db:
        await db.migrate([*KNOWN, SECOND])
        with pytest.raises(DatabaseNewer) as refused:
            await db.migrate()
        assert (refused.value.found, refused.value.known) == (len(KNOWN) + 1, len(KNOWN))


def test_steps_leave_a_running_program_at_its_work() -> None:
    """Since programs of two versions may run at once, steps add: nothing goes or is renamed."""
    taking = re.compile(r"\b(DROP|RENAME|TRUNCATE|SET NOT NULL|DELETE FROM)\b|\bALTER \w+ TYPE\b")
    later = [re.sub(r"--.*", "", step.text) for step in KNOWN[OVERLAPPING - 1 :]]
    assert len(later) >= 3
    assert [taking.findall(text) for text in later] == [[]] * len(later)


async def test_a_running_program_goes_on_beside_a_newer_one(
    db: Database, own: Own, dsn: str
) -> None:
    """It is told once that the schema has changed, and reads and writes as before."""
    hold = await own(42)
    await posts.follow(db, hold, [seen(7)])
    await store(db, hold, 1)
    await reads.newest(db, 42, 9)
    columns = ("posts", "channels", "subscriptions", "accounts")
    text = "; ".join(f"ALTER TABLE {table} ADD extra text" for table in columns)
    async with await Database.open(dsn) as newer:
        await newer.migrate([*KNOWN, Migration(len(KNOWN) + 1, "extra", text)])
    told = 0
    for number in (2, 3, 4):
        await store(db, hold, number)
        try:
            await reads.newest(db, 42, 9)
        except SchemaChanged:
            told += 1
    assert [each.id for each in await reads.newest(db, 42, 9)] == [4, 3, 2, 1]
    assert told == 1


async def test_an_edited_step_is_refused(empty_dsn: str) -> None:
    """A step whose text changed after it was applied is named, and nothing after it runs."""
    edited = replace(KNOWN[0], text=KNOWN[0].text + "\n-- harmless?\n")
    async with await Database.open(empty_dsn) as db:
        await db.migrate()
        with pytest.raises(MigrationChanged, match="first"):
            await db.migrate([edited, *KNOWN[1:], SECOND])
        assert await db.fetch_value("SELECT to_regclass('second')") is None


async def test_a_failing_step_undoes_those_before_it(empty_dsn: str) -> None:
    """Steps are taken all together or not at all."""
    broken = Migration(len(KNOWN) + 1, "broken", "CREATE TABLE half (id int); SELECT 1/0;")
    async with await Database.open(empty_dsn) as db:
        with pytest.raises(StatementRefused, match="DivisionByZero"):
            await db.migrate([*KNOWN, broken])
        assert await db.fetch_value("SELECT to_regclass('accounts')") is None
        assert await db.fetch_value("SELECT to_regclass('half')") is None
        await db.migrate()


async def test_migrating_in_parallel_is_safe(empty_dsn: str) -> None:
    """Of several programs starting at once one takes the steps, the others find them taken."""
    opened = [await Database.open(empty_dsn, connections=1) for _ in range(6)]
    try:
        await asyncio.gather(*(db.migrate() for db in opened))
        assert await opened[0].fetch_value("SELECT count(*) FROM migrations") == len(KNOWN)
    finally:
        for db in opened:
            await db.close()
