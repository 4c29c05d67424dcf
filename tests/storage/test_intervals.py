"""How often channels are read."""

import asyncio

import pytest

from storage import leases, posts, schedule
from storage.database import Database
from storage.errors import UnknownAccount, UnknownChannel
from storage.rows import Batch
from tests.storage.following import EVERY, START, account, after, due_at, follow, plain, register
from tests.storage.found import message, seen

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


async def test_the_most_frequent_reader_sets_the_interval(db: Database, node: str) -> None:
    """A channel is read as often as any of its READY followers wants it, by account or channel."""
    await account(db, 43, 44)
    await account(db, 45, 46, state="EXPIRED")
    await follow(db, 43, 7, every=600)
    await db.execute("UPDATE accounts SET every = 60 WHERE id IN (44, 45)")
    await read(db, node, 7, 0)
    assert await due_at(db, 7) == after(600)
    await follow(db, 45, 7)
    await follow(db, 46, 7, every=10)
    await read(db, node, 7, 0)
    assert await due_at(db, 7) == after(600)
    await follow(db, 44, 7, every=900)
    await read(db, node, 7, 0)
    assert await due_at(db, 7) == after(600)
    await db.execute("UPDATE subscriptions SET every = NULL")
    await read(db, node, 7, 0)
    assert await due_at(db, 7) == after(60)


async def test_a_shorter_interval_counts_from_the_last_reading(db: Database, node: str) -> None:
    """Set for an account or for one channel, it pulls in what is due later, and nothing else."""
    await follow(db, 42, 8)
    await account(db, 43)
    await follow(db, 43, 9)
    for channel in (7, 8, 9):
        await read(db, node, channel, 0)
    await schedule.set_every(db, 42, 100, 8, now=after(10))
    assert [await due_at(db, channel) for channel in (7, 8, 9)] == [
        after(EVERY),
        after(100),
        after(EVERY),
    ]
    await schedule.set_every(db, 42, 50, now=after(60))
    assert [await due_at(db, channel) for channel in (7, 8, 9)] == [
        after(50),
        after(100),
        after(EVERY),
    ]


async def test_a_longer_interval_counts_from_the_next_reading(db: Database, node: str) -> None:
    """What is planned stays planned; the reading after it comes later."""
    await read(db, node, 7, 0)
    await schedule.set_every(db, 42, 2 * EVERY, now=after(10))
    assert await due(db, node, EVERY) == [7]
    await read(db, node, 7, EVERY)
    assert await due_at(db, 7) == after(3 * EVERY)


async def test_an_interval_can_be_taken_back(db: Database, node: str) -> None:
    """Without its own interval a channel has the account's, and the account the default."""
    await schedule.set_every(db, 42, 100, now=START)
    await schedule.set_every(db, 42, 50, 7, now=START)
    for channel, expected in ((None, 50.0), (7, EVERY)):
        await schedule.set_every(db, 42, None, channel, now=START)
        await read(db, node, 7, 0)
        assert await due_at(db, 7) == after(expected)


async def test_a_failing_channel_keeps_its_pace_of_retries(db: Database, node: str) -> None:
    """A shorter interval does not make up at once for what has failed."""
    await read(db, node, 7, 0)
    await read(db, node, 7, EVERY, ok=False)
    await schedule.set_every(db, 42, 1000, now=after(EVERY + 10))
    assert await due_at(db, 7) == after(EVERY + 60)
    await schedule.set_every(db, 42, 5, now=after(EVERY + 10))
    assert await due_at(db, 7) == after(EVERY + 15)


async def test_a_new_follower_brings_its_interval(db: Database, node: str) -> None:
    """Applied, the interval of whoever has begun to follow counts from the last reading on."""
    await read(db, node, 7, 0)
    await account(db, 43)
    await follow(db, 43, 7, every=60)
    await schedule.apply(db, 43, now=after(10))
    assert await due_at(db, 7) == after(60)


async def test_a_channel_that_was_emptied_is_due_at_once(db: Database, node: str) -> None:
    """Followed again after its posts were removed with its last follower, it waits for nothing."""
    hold = (await leases.claim(db, node, 42, ttl=600, margin=60)).hold
    span = Batch(channel_id=7, floor=1, read=(1, 2), posts=(message(1),))
    await posts.store(db, hold, span)
    await read(db, node, 7, 0)
    await posts.unfollow(db, 42, 7)
    await posts.follow_one(db, hold, seen(7), None, "name")
    await schedule.apply(db, 42, now=after(10))
    assert await due_at(db, 7) is None


@pytest.mark.parametrize("seconds", [0.0, 0.9, -1.0, float("nan"), float("inf"), 31 * 86_400.0])
async def test_an_odd_interval_is_refused(db: Database, seconds: float) -> None:
    """An interval of less than a second or more than a month is a fault, found before any I/O."""
    await db.close()
    with pytest.raises(ValueError, match="interval"):
        await schedule.set_every(db, 42, seconds, now=START)


@pytest.mark.usefixtures("node")
async def test_an_interval_is_set_for_what_is_known(db: Database) -> None:
    """An unknown account, or a channel that the account never followed, is refused by name."""
    with pytest.raises(UnknownAccount, match="43"):
        await schedule.set_every(db, 43, 60, now=START)
    with pytest.raises(UnknownChannel, match="8"):
        await schedule.set_every(db, 42, 60, 8, now=START)


BLOCKED = "SELECT count(*) FROM pg_locks WHERE NOT granted"


@pytest.mark.parametrize("first", ["reading", "interval"])
async def test_an_interval_set_during_a_readings_end_counts(
    db: Database, node: str, first: str
) -> None:
    """Whichever of the two is decided first, the next reading is at the new interval."""

    async def start(step: str) -> None:
        if step == "reading":
            await read(db, node, 7, 0)
        else:
            await schedule.set_every(db, 42, 60, now=START)

    second = {"reading": "interval", "interval": "reading"}[first]
    async with asyncio.timeout(20):
        async with db.transaction() as connection:
            await connection.execute("SELECT 1 FROM channels FOR UPDATE")
            tasks = []
            for waiting, step in enumerate((first, second), start=1):
                tasks.append(asyncio.create_task(start(step)))
                while await connection.fetchval(BLOCKED) < waiting:
                    """Each look is a round trip, which lets the others run."""
        await asyncio.gather(*tasks)
    assert await due_at(db, 7) == after(60)
