"""When channels are read, and by which process."""

import asyncio
from datetime import timedelta

import pytest

from storage import leases, schedule
from storage.database import Database
from storage.rows import DueChannel
from tests.storage.following import (
    EVERY,
    START,
    account,
    after,
    due_at,
    follow,
    plain,
    register,
)

pytestmark = pytest.mark.anyio


@pytest.fixture
async def node(db: Database) -> str:
    """A process, with account 42 that follows channel 7."""
    await account(db, 42)
    await follow(db, 42, 7)
    return await register(db)


async def due(db: Database, node: str, seconds: float, *, limit: int = 100) -> list[int]:
    """Take what is due so long after the start, for a minute."""
    found = await schedule.due(db, node, limit, now=after(seconds), seconds=60)
    return [each.channel for each in found]


async def read(db: Database, node: str, channel: int, seconds: float, *, ok: bool = True) -> None:
    """End a reading of a channel so long after the start."""
    await schedule.done(db, node, channel, ok=ok, now=after(seconds), pause=plain)


async def test_a_channel_that_was_never_read_is_due_at_once(db: Database, node: str) -> None:
    """It is given to whoever asks first, as overdue by nothing, and to nobody else meanwhile."""
    found = await schedule.due(db, node, 9, now=START, seconds=60)
    assert found == [DueChannel(channel=7, overdue_by=timedelta(0))]
    other = await register(db, "another process")
    assert await due(db, other, 1) == await due(db, node, 1) == []


async def test_a_channel_that_was_read_is_due_after_its_interval(db: Database, node: str) -> None:
    """Read to its end, it is not due before the interval is over, and is then."""
    await due(db, node, 0)
    await read(db, node, 7, 10)
    assert await due(db, node, 10 + EVERY - 1) == []
    (found,) = await schedule.due(db, node, 9, now=after(10 + EVERY + 5), seconds=60)
    assert found.overdue_by == timedelta(seconds=5)


async def test_after_a_downtime_a_channel_is_due_once(db: Database, node: str) -> None:
    """However many intervals were missed, one reading makes up for them."""
    await read(db, node, 7, 0)
    assert await due(db, node, 100 * EVERY) == [7]
    await read(db, node, 7, 100 * EVERY + 1)
    assert await due(db, node, 100 * EVERY + 2) == []
    assert await due_at(db, 7) == after(101 * EVERY + 1)


async def test_the_most_overdue_come_first(db: Database, node: str) -> None:
    """Channels come in the order of their times, the new before all, and no more than asked for."""
    await follow(db, 42, 8, 9, 10, 11)
    for channel, seconds in ((7, 30), (8, 10), (9, 20), (11, 9 * EVERY)):
        await read(db, node, channel, seconds)
    assert await due(db, node, 2 * EVERY, limit=3) == [10, 8, 9]
    assert await due(db, node, 2 * EVERY, limit=3) == [7]


async def test_a_killed_process_keeps_a_channel_for_a_while_only(db: Database, node: str) -> None:
    """When the time is over for which a channel was taken, somebody else gets it."""
    other = await register(db, "another process")
    await due(db, node, 0)
    assert await due(db, other, 59) == []
    assert await due(db, other, 60) == [7]


async def test_whoever_lives_keeps_what_it_reads(db: Database, node: str) -> None:
    """What is kept is not due until that time is over; what others have is not prolonged."""
    other = await register(db, "another process")
    await follow(db, 42, 8)
    await due(db, node, 0)
    assert await schedule.keep(db, other, [7, 8], now=after(10), seconds=600) == set()
    assert await schedule.keep(db, node, [7, 9], now=after(50), seconds=60) == {7}
    assert await due(db, other, 109) == [8]
    assert await schedule.keep(db, node, [7], now=after(60), seconds=1) == {7}
    assert await due(db, other, 109) == []
    assert await due(db, other, 110) == [7]
    assert await schedule.keep(db, node, [7], now=after(111), seconds=60) == set()


async def test_what_is_let_go_is_due_as_before(db: Database, node: str) -> None:
    """A channel that was not read after all is free at once, for its own process or another."""
    other = await register(db, "another process")
    await read(db, node, 7, 0)
    await due(db, node, EVERY)
    await schedule.release(db, other, [7])
    assert await due(db, other, EVERY + 1) == []
    await schedule.release(db, node, [7])
    (found,) = await schedule.due(db, other, 9, now=after(EVERY + 1), seconds=60)
    assert found.overdue_by == timedelta(seconds=1)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE accounts SET state = 'NEW'",
        "UPDATE accounts SET state = 'QR_WAIT'",
        "UPDATE accounts SET state = 'CODE_WAIT'",
        "UPDATE accounts SET state = 'PASSWORD_WAIT'",
        "UPDATE accounts SET state = 'EXPIRED'",
        "UPDATE accounts SET state = 'LOGGED_OUT'",
        "UPDATE subscriptions SET left_at = now()",
        "UPDATE subscriptions SET wanted = false",
        "DELETE FROM subscriptions",
        "INSERT INTO floods VALUES (42, 'history', '2027-01-01')",
    ],
)
async def test_a_channel_that_nobody_can_read_is_not_due(
    db: Database, node: str, change: str
) -> None:
    """A follower who is not logged in, has left, does not want it, or must wait, is no reader."""
    await db.execute(change)
    assert await due(db, node, 10) == []
    await account(db, 43)
    await follow(db, 43, 7)
    assert await due(db, node, 10) == [7]


async def test_a_channel_is_due_when_its_readers_wait_is_over(db: Database, node: str) -> None:
    """A wait with history ends at its time; one with another method is no obstacle."""
    await db.execute("INSERT INTO floods VALUES (42, 'resolve', '2027-01-01')")
    assert await due(db, node, 0) == [7]
    await db.execute("INSERT INTO floods VALUES (42, 'history', $1)", after(100))
    assert await due(db, node, 99) == []
    assert await due(db, node, 100) == [7]


async def test_a_channel_is_left_to_whoever_can_open_its_readers(db: Database, node: str) -> None:
    """If a living process has all its readers the others do not get it; a dead one has none."""
    other = await register(db, "another process")
    await leases.claim(db, other, 42, ttl=600, margin=60)
    await db.execute("UPDATE accounts SET changed_at = $1", START)
    assert await due(db, node, 0) == []
    assert await due(db, other, 0) == [7]
    await db.execute("UPDATE nodes SET expires_at = now() WHERE incarnation = $1", other)
    assert await due(db, node, 60) == [7]


async def test_the_pause_is_decided_from_the_interval_and_the_failures(
    db: Database, node: str
) -> None:
    """Failures are counted until a reading gets to the channel's end, and none is one of them."""
    asked: list[tuple[float, int]] = []

    def pause(every: float, failures: int) -> float:
        asked.append((every, failures))
        return 7.0

    for ok in (False, False, True, True, False):
        await schedule.done(db, node, 7, ok=ok, now=START, pause=pause)
    assert asked == [(EVERY, 1), (EVERY, 2), (EVERY, 0), (EVERY, 0), (EVERY, 1)]
    assert await due_at(db, 7) == after(7)


async def test_a_reading_need_not_have_been_due(db: Database, node: str) -> None:
    """What was read on demand is not read again by the schedule before its interval is over."""
    await read(db, node, 7, 0)
    await read(db, node, 7, 1000)
    assert await due(db, node, EVERY) == []
    assert await due(db, node, 1000 + EVERY) == [7]


async def test_who_lost_a_channel_does_not_disturb_who_has_it(db: Database, node: str) -> None:
    """The late failure of another process changes nothing; its late success counts, but the
    channel stays with whoever reads it.
    """  # noqa: D205
    other = await register(db, "another process")
    await due(db, node, 0)
    await schedule.due(db, other, 1, now=after(60), seconds=2 * EVERY)
    await read(db, node, 7, 70, ok=False)
    assert await due_at(db, 7) is None
    await read(db, node, 7, 80)
    assert await due_at(db, 7) == after(80 + EVERY)
    assert await due(db, node, 80 + EVERY) == []
    assert await schedule.keep(db, other, [7], now=after(81), seconds=60) == {7}
    await read(db, other, 7, 90)
    assert await schedule.keep(db, other, [7], now=after(91), seconds=60) == set()


async def test_a_channel_that_is_gone_is_done_with(db: Database, node: str) -> None:
    """The end of a reading of a channel that was removed meanwhile is no error."""
    await db.execute("DELETE FROM channels")
    await read(db, node, 7, 0)
    assert await due(db, node, 1) == []


async def test_processes_at_once_share_what_is_due(db: Database, dsn: str, node: str) -> None:
    """Each channel is given exactly once, whoever asks at the same moment; all are given."""
    everything = list(range(7, 307))
    await follow(db, 42, *everything[1:])
    other = await register(db, "another process")
    given: list[int] = []

    async def take(mine: Database, me: str) -> None:
        while found := await due(mine, me, 0, limit=7):
            given.extend(found)

    async with await Database.open(dsn) as theirs, asyncio.TaskGroup() as group:
        for _ in range(4):
            group.create_task(take(db, node))
            group.create_task(take(theirs, other))
    left = await due(db, node, 0, limit=1000)  # what somebody had locked at the end
    assert sorted(given + left) == everything


async def test_nobody_waits_for_a_channel_that_is_being_stored(db: Database, node: str) -> None:
    """What another transaction has locked is passed over, and given at the next tick."""
    await follow(db, 42, 8)
    async with db.transaction() as connection:
        await connection.execute("SELECT 1 FROM channels WHERE id = 7 FOR NO KEY UPDATE")
        assert await due(db, node, 0) == [8]
    assert await due(db, node, 0) == [7]


async def test_due_channels_come_from_the_index(db: Database) -> None:
    """Among many channels that are not due, those that are cost a few index entries."""
    await db.execute(
        """
        INSERT INTO channels (id, title, next_at)
        SELECT 1000 + i, 'x', $1::timestamptz + i * interval '1 minute'
        FROM generate_series(1, 5000) AS i
        """,
        START,
    )
    await db.execute("ANALYZE")
    plan = await db.fetch(
        "EXPLAIN SELECT id FROM channels WHERE coalesce(next_at, '-infinity') <= '2026-01-01'"
        " ORDER BY coalesce(next_at, '-infinity'), id LIMIT 10"
    )
    assert any("channels_due" in row[0] for row in plan)
    assert not any("Sort" in row[0] for row in plan)


async def test_memberships_are_due_by_account(db: Database, node: str) -> None:
    """An account is due at once, and then when it was said; nobody gets it twice meanwhile."""
    other = await register(db, "another process")

    async def accounts(me: str, seconds: float) -> list[int]:
        return await schedule.due_accounts(db, me, 9, now=after(seconds), seconds=60)

    assert await accounts(node, 0) == [42]
    assert await accounts(other, 59) == []
    assert await accounts(other, 60) == [42]
    await schedule.confirmed(db, 42, next_at=after(1000))
    assert await accounts(node, 999) == []
    await account(db, 43, 44)
    await schedule.confirmed(db, 44, next_at=after(900))
    assert await schedule.due_accounts(db, node, 2, now=after(1000), seconds=60) == [43, 44]
    assert await accounts(node, 1000) == [42]


@pytest.mark.parametrize("why", ["EXPIRED", "flooded", "held"])
async def test_memberships_are_due_where_they_can_be_confirmed(
    db: Database, node: str, why: str
) -> None:
    """Not of an account that is logged out, has to wait, or is open in another living process."""
    other = await register(db, "another process")
    if why == "EXPIRED":
        await db.execute("UPDATE accounts SET state = 'EXPIRED'")
    elif why == "flooded":
        await db.execute("INSERT INTO floods VALUES (42, 'dialogs', $1)", after(10))
    else:
        await leases.claim(db, other, 42, ttl=600, margin=60)
    assert await schedule.due_accounts(db, node, 9, now=START, seconds=60) == []
    await db.execute("UPDATE nodes SET revoked = true WHERE incarnation = $1", other)
    await db.execute("UPDATE accounts SET state = 'READY'")
    assert await schedule.due_accounts(db, node, 9, now=after(10), seconds=60) == [42]
