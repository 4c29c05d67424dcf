"""Notices."""

import asyncio
from collections.abc import Mapping

import pytest

from storage import notices
from storage.database import Database
from storage.errors import StatementRefused, StorageError, UnknownAccount

pytestmark = pytest.mark.anyio

AGE = "UPDATE notices SET {column} = now() - interval '{days} days' WHERE kind = '{kind}'"


@pytest.fixture(autouse=True)
async def account(db: Database) -> int:
    """A registered account, and another."""
    await db.execute("INSERT INTO accounts (id, state) VALUES (42, 'READY'), (43, 'READY')")
    return 42


async def write(
    db: Database,
    account: int | None,
    occurrence: str = "once",
    *,
    kind: str = "expired",
    data: Mapping[str, object] | None = None,
) -> bool:
    """Write a notice in a transaction of its own."""
    async with db.transaction() as connection:
        return await notices.write_on(connection, account, kind, occurrence, data or {})


async def aged(db: Database, kind: str, *, delivered: int, came_up: int) -> None:
    """Make the notices of a kind older by so many days."""
    await db.execute(AGE.format(column="delivered_at", days=delivered, kind=kind))
    await db.execute(AGE.format(column="created_at", days=came_up, kind=kind))
    await db.execute(AGE.format(column="came_up_at", days=came_up, kind=kind))


async def test_a_notice_comes_back_as_it_was_written(db: Database, account: int) -> None:
    """What is pending carries whom it is for, what happened and its data."""
    data = {"reason": "отозвана", "channels": [1, 2], "until": None}
    assert await write(db, account, "2026-01-01", kind="expired", data=data)
    (row,) = await notices.pending(db, limit=10)
    assert (row.account, row.kind, row.occurrence) == (42, "expired", "2026-01-01")
    assert row.data == data
    assert row.created_at.utcoffset() is not None


@pytest.mark.parametrize("account_id", [42, None])
async def test_an_occurrence_is_told_once(db: Database, account_id: int | None) -> None:
    """Written again, before or after its delivery, it is refused, for the operator too."""
    assert await write(db, account_id)
    assert not await write(db, account_id)
    (row,) = await notices.pending(db, limit=10)
    assert await notices.delivered(db, row.id)
    assert not await write(db, account_id)
    assert await notices.pending(db, limit=10) == []


async def test_an_occurrence_is_told_once_in_a_transaction(db: Database, account: int) -> None:
    """Written twice by one cause, it is one notice, and the second time is told as such."""
    async with db.transaction() as connection:
        told = [await notices.write_on(connection, account, "expired", "x", {}) for _ in range(3)]
    assert told == [True, False, False]


async def test_another_occurrence_kind_or_account_is_told(db: Database, account: int) -> None:
    """Each of the three makes a notice of its own."""
    assert await write(db, account)
    assert await write(db, account, "twice")
    assert await write(db, account, kind="recovered")
    assert await write(db, 43)
    assert await write(db, None)


async def test_a_notice_shares_the_fate_of_its_cause(db: Database, account: int) -> None:
    """In a transaction that is undone it was never written, and may be written later."""

    async def undone() -> None:
        async with db.transaction() as connection:
            assert await notices.write_on(connection, account, "expired", "once", {})
            await connection.execute("SELECT 1 / 0")

    with pytest.raises(StatementRefused, match="DivisionByZero"):
        await undone()
    assert await notices.pending(db, limit=10) == []
    assert await write(db, account)


async def test_writers_at_once_tell_it_once(db: Database, account: int) -> None:
    """Of several transactions with one occurrence the first tells it, the others do not."""
    told = await asyncio.gather(*(write(db, account) for _ in range(4)))
    assert sorted(told) == [False, False, False, True]


async def test_an_account_that_is_gone_is_told_nothing(db: Database) -> None:
    """A notice to an unknown account is refused by name."""
    with pytest.raises(UnknownAccount, match="44"):
        await write(db, 44)


async def test_pending_is_oldest_first_and_limited(db: Database) -> None:
    """As many as asked for come back, in the order of writing, of everybody or of one account."""
    for number, whose in enumerate((42, 43, None, 42)):
        await write(db, whose, str(number))
    assert [row.occurrence for row in await notices.pending(db, limit=3)] == ["0", "1", "2"]
    theirs = await notices.pending(db, account=42, limit=10)
    assert [row.occurrence for row in theirs] == ["0", "3"]


@pytest.mark.parametrize("limit", [0, -1, notices.MOST + 1])
async def test_an_odd_limit_is_refused(db: Database, limit: int) -> None:
    """A limit of nothing or of too much is a fault of the program."""
    with pytest.raises(ValueError, match=str(limit)):
        await notices.pending(db, limit=limit)


async def test_a_notice_is_delivered_once(db: Database, account: int) -> None:
    """Of several who deliver one notice, one is told that it did; an unknown one is False."""
    await write(db, account)
    (row,) = await notices.pending(db, limit=1)
    marked = await asyncio.gather(*(notices.delivered(db, row.id) for _ in range(4)))
    assert sorted(marked) == [False, False, False, True]
    assert not await notices.delivered(db, row.id + 1)


async def test_writing_drops_what_was_delivered_long_ago(db: Database, account: int) -> None:
    """After 30 days a delivered notice is gone; a fresh or an undelivered one stays."""
    for kind in ("old", "fresh", "waiting"):
        await write(db, account, kind=kind)
    for row in await notices.pending(db, limit=2):
        await notices.delivered(db, row.id)
    await aged(db, "old", delivered=31, came_up=40)
    await aged(db, "fresh", delivered=29, came_up=40)
    await db.execute("UPDATE notices SET created_at = '2020-01-01' WHERE kind = 'waiting'")
    await write(db, account, kind="new")
    kinds = await db.fetch("SELECT kind FROM notices ORDER BY id")
    assert [row["kind"] for row in kinds] == ["fresh", "waiting", "new"]


async def test_what_lasts_is_not_told_again(db: Database, account: int) -> None:
    """An occurrence that comes up for longer than 30 days is still told once only."""
    await write(db, account, kind="unread")
    (row,) = await notices.pending(db, limit=1)
    await notices.delivered(db, row.id)
    for _ in range(2):
        await aged(db, "unread", delivered=31, came_up=31)
        assert not await write(db, account, kind="unread")
        assert await write(db, account, str(_), kind="other")
        assert not await write(db, account, kind="unread")


@pytest.mark.parametrize("data", [{"a": float("nan")}, {"a": object()}])
async def test_data_that_is_no_json_is_refused(
    db: Database, account: int, data: dict[str, object]
) -> None:
    """A value that JSON does not know is a fault of the program, found before any I/O."""
    with pytest.raises((ValueError, TypeError)) as refused:
        await write(db, account, data=data)
    assert not isinstance(refused.value, StorageError)


async def test_text_from_elsewhere_is_no_obstacle(db: Database, account: int) -> None:
    """NULs and broken characters anywhere in the data are dropped, the rest is kept."""
    assert await write(db, account, "a\0b", data={"k\0": ["a\0b", {"c": "\ud800d"}]})
    (row,) = await notices.pending(db, limit=1)
    assert (row.occurrence, row.data) == ("ab", {"k": ["ab", {"c": "d"}]})
