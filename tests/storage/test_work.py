"""The durable queue."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from storage import posts, work
from storage.database import Database
from storage.house_lock import HouseLock
from storage.migrations import KNOWN
from storage.queries import sql
from storage.rows import Amendment, Batch, Hold, PostRow, WorkCount, WorkRow
from tests.storage.conftest import Own
from tests.storage.found import message, seen

pytestmark = pytest.mark.anyio

HOUR = timedelta(hours=1)
_WAIT = "SELECT extract(epoch FROM not_before - now())::float8 FROM work WHERE kind = 'tag'"
NO_TIME = timedelta(0)
"""A lease that has run out as soon as it is given, as if the worker had been killed."""


@pytest.fixture
async def reader(db: Database, own: Own) -> Hold:
    """An account that follows channels 7 to 10."""
    hold = await own(42)
    await posts.follow(db, hold, [seen(channel) for channel in range(7, 11)])
    return hold


async def store(db: Database, hold: Hold, *ids: int, channel: int = 7) -> None:
    """Store posts."""
    found = tuple(message(id, channel=channel) for id in ids)  # noqa: A001
    read = (min(ids), max(ids) + 1)
    await posts.store(db, hold, Batch(channel_id=channel, floor=None, read=read, posts=found))


async def edit(db: Database, hold: Hold, number: int, text: str = "edited") -> None:
    """Find a post edited."""
    await amend(db, hold, edited=(message(number, text=text),))


async def amend(
    db: Database,
    hold: Hold,
    *,
    edited: tuple[PostRow, ...] = (),
    deleted: tuple[int, ...] = (),
) -> None:
    """Find posts edited and deleted."""
    told = Amendment(
        channel_id=7, seen=edited, deleted=deleted, window=None, pts=None, swept_to=None
    )
    await posts.amend(db, hold, told)


async def tagging(db: Database, n: int = 9, *, lease: timedelta = HOUR) -> list[WorkRow]:
    """Claim tagging."""
    return await work.claim(db, "tag", "tagger", n, lease)


async def counted(db: Database, account: int = 42) -> dict[str, WorkCount]:
    """Count work by kind."""
    return {count.kind: count for count in await work.counts(db, account)}


async def test_a_stored_post_is_to_be_tagged_and_indexed(db: Database, reader: Hold) -> None:
    """Each kind is claimed and done by itself, once."""
    await store(db, reader, 1, 2)
    for kind in ("tag", "index"):
        rows = await work.claim(db, kind, "w", 9, HOUR)
        assert [(row.kind, row.channel_id, row.post_id) for row in rows] == [
            (kind, 7, 1),
            (kind, 7, 2),
        ]
        assert await work.done(db, rows) == 2
        assert await work.claim(db, kind, "w", 9, HOUR) == []


async def test_what_is_leased_is_nobody_elses(db: Database, reader: Hold) -> None:
    """Two workers get different rows, and what one has is not due."""
    await store(db, reader, 1, 2)
    first, second = await tagging(db, 1), await tagging(db, 1)
    assert [row.post_id for row in first + second] == [1, 2]
    assert await tagging(db) == []


async def test_a_killed_workers_rows_are_due_again(db: Database, reader: Hold) -> None:
    """When the lease has run out another worker gets them, and the first finishes nothing."""
    await store(db, reader, 1)
    killed = await tagging(db, lease=NO_TIME)
    again = await tagging(db)
    assert [row.attempts for row in killed + again] == [1, 2]
    assert await work.done(db, killed) == 0
    assert not await work.later(db, killed[0], datetime.now(UTC), "late")
    assert not await work.dead(db, killed[0], "late")
    assert await work.done(db, again) == 1


async def test_who_comes_into_a_killed_workers_place_has_its_rows_at_once(
    db: Database, reader: Hold, tmp_path: Path
) -> None:
    """Of this place only; it counts as an attempt, and the dead one's result as nothing."""
    await store(db, reader, 1, 2)
    with HouseLock.acquire(tmp_path / "one") as lock, HouseLock.acquire(tmp_path / "two") as other:
        here, elsewhere = [await work.take_over(db, each) for each in (lock, other)]
        (mine,) = await work.claim(db, "tag", here, 1, HOUR)
        (theirs,) = await work.claim(db, "tag", elsewhere, 1, HOUR)
        assert await work.claim(db, "tag", here, 9, HOUR) == []
        assert await work.take_over(db, lock) == here
        (again,) = await work.claim(db, "tag", here, 9, HOUR)
    assert (again.post_id, again.attempts) == (mine.post_id, 2)
    assert await work.done(db, [mine]) == 0
    assert await work.done(db, [again, theirs]) == 2


async def test_a_process_that_dies_again_and_again_gives_nothing_up_in_a_hurry(
    db: Database, reader: Hold, tmp_path: Path
) -> None:
    """Each time that work is taken over it waits longer, but never for longer than its lease."""
    await store(db, reader, 1)
    waits: list[float] = []
    with HouseLock.acquire(tmp_path) as lock:
        for _ in range(work.MOST_ATTEMPTS):
            worker = await work.take_over(db, lock)
            waits.append(await db.fetch_value(_WAIT))
            await db.execute("UPDATE work SET not_before = now()")
            assert await work.claim(db, "tag", worker, 1, timedelta(seconds=50))
        assert await work.take_over(db, lock)
        waits.append(await db.fetch_value(_WAIT))
    assert waits[1:] == pytest.approx([0, 1, 3, 7, 15, 31, 50, 50], abs=0.5)


async def test_a_slow_worker_that_nobody_replaced_finishes(db: Database, reader: Hold) -> None:
    """A lease that has run out still counts until the row is claimed again."""
    await store(db, reader, 1)
    assert await work.done(db, await tagging(db, lease=NO_TIME)) == 1


async def test_a_post_that_changes_is_done_again(db: Database, reader: Hold) -> None:
    """Also while a worker has it: nobody else gets it then, and what that worker did is void."""
    await store(db, reader, 1)
    rows = await tagging(db)
    await edit(db, reader, 1)
    assert await tagging(db) == []
    assert await work.done(db, rows) == 0
    again = await tagging(db)
    assert [(row.post_id, row.attempts) for row in again] == [(1, 1)]
    assert await work.done(db, again) == 1


async def test_a_post_that_changes_before_its_first_claim_is_done_once(
    db: Database, reader: Hold
) -> None:
    """However many posts came before it, so that its work was not written out yet."""
    ids = range(1, work.ARRIVALS_AT_ONCE + 2)
    for number in ids:
        await store(db, reader, number)
    await edit(db, reader, ids[-1])
    done = []
    while rows := await tagging(db, 99):
        assert await work.done(db, rows) == len(rows)
        done += [row.post_id for row in rows]
    assert sorted(done) == list(ids)


@pytest.mark.parametrize("how", ["later", "dead"])
async def test_trouble_with_what_has_changed_is_forgotten(
    db: Database, reader: Hold, how: str
) -> None:
    """A post that changed while a worker failed at it is due at once."""
    await store(db, reader, 1)
    (row,) = await tagging(db)
    await edit(db, reader, 1)
    if how == "later":
        assert await work.later(db, row, datetime.now(UTC) + HOUR, "no answer")
    else:
        assert await work.dead(db, row, "refused")
    assert [again.post_id for again in await tagging(db)] == [1]


async def test_the_attempts_begin_anew_with_a_change(db: Database, reader: Hold) -> None:
    """A row that was given up is due again when its post says something else."""
    await store(db, reader, 1)
    (row,) = await tagging(db)
    assert await work.dead(db, row, "refused")
    assert await tagging(db) == []
    await edit(db, reader, 1)
    (again,) = await tagging(db)
    assert (again.attempts, again.reason) == (1, None)


async def test_a_row_waits_until_its_time(db: Database, reader: Hold) -> None:
    """Put back, it is claimed when its time has come, and says why it waited."""
    await store(db, reader, 1)
    (row,) = await tagging(db)
    assert await work.later(db, row, datetime.now(UTC) + HOUR, "the day's budget is spent")
    assert await tagging(db) == []
    await db.execute("UPDATE work SET not_before = now()")
    (again,) = await tagging(db)
    assert (again.attempts, again.reason) == (2, "the day's budget is spent")


async def test_a_wait_that_is_nobodys_fault_costs_no_attempt(db: Database, reader: Hold) -> None:
    """However often a budget is spent, the row is not given up for it."""
    await store(db, reader, 1)
    for _ in range(work.MOST_ATTEMPTS + 1):
        (row,) = await tagging(db)
        assert row.attempts == 1
        assert await work.later(db, row, datetime.now(UTC), "budget", failed=False)


async def test_exhausted_rows_leave_the_queue(db: Database, reader: Hold) -> None:
    """Fifty rows that kill each worker are given up, and do not keep the next ones out."""
    await store(db, reader, *range(1, 51))
    for _ in range(work.MOST_ATTEMPTS):
        assert len(await tagging(db, 99, lease=NO_TIME)) == 50
    await store(db, reader, 51)
    assert [row.post_id for row in await tagging(db, 50)] == [51]
    assert (await counted(db))["tag"].dead == 50


async def test_a_removal_is_never_given_up(db: Database, reader: Hold) -> None:
    """However many workers have died of it: what was deleted does not stay in the index."""
    await store(db, reader, 1)
    await amend(db, reader, deleted=(1,))
    for _ in range(work.MOST_ATTEMPTS):
        assert len(await work.claim(db, "unindex", "w", 9, NO_TIME)) == 1
    (row,) = await work.claim(db, "unindex", "w", 9, NO_TIME)
    assert await work.done(db, [row]) == 1


async def test_one_channels_flood_starves_no_other(db: Database, reader: Hold) -> None:
    """Behind thousands of one channel's posts those of the others are claimed soon, one by one."""
    await store(db, reader, *range(1, 3000))
    await tagging(db, 1)
    for channel in (8, 9, 10):
        await store(db, reader, 1, channel=channel)
    assert {row.channel_id for row in await tagging(db, 4)} == {7, 8, 9, 10}
    for channel in (8, 9, 10):
        await store(db, reader, 2, channel=channel)
    # Each claim takes one of at most four channels by chance.
    claimed = {(await tagging(db, 1))[0].channel_id for _ in range(200)}
    assert claimed == {7, 8, 9, 10}


async def test_many_workers_share_without_waiting(db: Database, dsn: str, reader: Hold) -> None:
    """Workers in several processes at once get each row exactly once, and leave none."""
    for channel in (7, 8, 9):
        await store(db, reader, *range(1, 101), channel=channel)

    async def labour(store: Database, name: str) -> list[tuple[int, int]]:
        mine = []
        while rows := await work.claim(store, "tag", name, 7, HOUR):
            assert await work.done(store, rows) == len(rows)
            mine += [(row.channel_id, row.post_id) for row in rows]
        return mine

    async with await Database.open(dsn) as other:
        shares = await asyncio.gather(
            *(labour(each, f"{number}") for number, each in enumerate((db, other, db, other)))
        )
    done = sorted(key for share in shares for key in share)
    done += [(row.channel_id, row.post_id) for row in await tagging(db, 999)]
    assert done == [(channel, id) for channel in (7, 8, 9) for id in range(1, 101)]  # noqa: A001


async def test_a_deleted_post_leaves_the_index(db: Database, reader: Hold) -> None:
    """What was to be done with it is dropped, and its removal takes the place."""
    await store(db, reader, 1, 2)
    await amend(db, reader, deleted=(1,))
    assert [row.post_id for row in await tagging(db)] == [2]
    assert [row.post_id for row in await work.claim(db, "index", "w", 9, HOUR)] == [2]
    assert [row.post_id for row in await work.claim(db, "unindex", "w", 9, HOUR)] == [1]


async def test_a_removal_waits_for_who_is_indexing(db: Database, reader: Hold) -> None:
    """A post that is deleted while it is put into the index is removed after that."""
    await store(db, reader, 1)
    rows = await work.claim(db, "index", "w", 9, HOUR)
    await amend(db, reader, deleted=(1,))
    assert await work.claim(db, "unindex", "w", 9, HOUR) == []
    assert await work.done(db, rows) == 0
    until = await db.fetch_value("SELECT not_before - now() FROM work WHERE kind = 'unindex'")
    assert timedelta(minutes=50) < until <= HOUR


async def test_what_comes_back_is_indexed_after_its_removal(db: Database, reader: Hold) -> None:
    """A post of a channel that is followed anew waits until the old ones are out of the index."""
    await store(db, reader, 1)
    assert await posts.unfollow(db, 42, 7)
    await posts.follow_one(db, reader, seen(7), None, "name")
    await store(db, reader, 1)
    assert await work.claim(db, "index", "w", 9, HOUR) == []
    (removal,) = await work.claim(db, "unindex", "w", 9, HOUR)
    assert (removal.channel_id, removal.post_id) == (7, 0)
    assert await work.claim(db, "index", "w", 9, HOUR) == []
    assert await work.done(db, [removal]) == 1
    assert len(await work.claim(db, "index", "w", 9, HOUR)) == 1


async def test_the_counts_are_the_accounts_own(db: Database, own: Own, reader: Hold) -> None:
    """Work is counted by kind and state, for the channels an account follows."""
    await store(db, reader, *range(1, 7))
    expected = WorkCount(kind="tag", due=6, leased=0, waiting=0, dead=0, next_at=None)
    assert (await counted(db))["tag"] == expected
    leased, later, dead = await tagging(db, 3)
    at = datetime.now(UTC) + HOUR
    await work.later(db, later, at, "budget")
    await work.dead(db, dead, "refused")
    assert leased.reason is None
    found = await counted(db)
    assert found["tag"] == WorkCount(kind="tag", due=3, leased=1, waiting=1, dead=1, next_at=at)
    assert (found["index"].due, found["unindex"].due) == (6, 0)
    await own(43)
    assert (await counted(db, 43))["tag"].due == 0


@pytest.mark.parametrize("n", [0, work.MOST + 1])
async def test_an_unreasonable_claim_is_refused(db: Database, n: int) -> None:
    """A claim has a bound."""
    with pytest.raises(ValueError, match="n must be"):
        await tagging(db, n)


async def test_what_was_stored_before_is_enqueued(empty_dsn: str) -> None:
    """Posts from before there was a queue are tagged and indexed too."""
    async with await Database.open(empty_dsn) as old:
        await old.migrate(KNOWN[:4])
        await old.execute("INSERT INTO channels (id, title) VALUES (7, 't')")
        await old.execute(
            "INSERT INTO posts SELECT 7, id, now(), NULL, 'a < b' FROM generate_series(1, 1200) id"
        )
        await old.migrate()
        assert len(await tagging(old, 1000)) + len(await tagging(old, 1000)) == 1200
        assert await old.fetch_value("SELECT html FROM posts LIMIT 1") == "a &lt; b"


async def test_what_was_enqueued_while_it_is_counted_is_due(db: Database, reader: Hold) -> None:
    """Its time is later than that at which the counting began; nobody takes it for put back."""
    async with db.transaction() as connection:
        await connection.fetchval("SELECT now()")
        await store(db, reader, 1, 2)
        assert await tagging(db, 1, lease=HOUR)
        found = {row["kind"]: dict(row) for row in await connection.fetch(sql.count_work, 42)}
    assert {kind: (each["due"], each["leased"]) for kind, each in found.items()} == {
        "index": (2, 0),
        "tag": (1, 1),
        "unindex": (0, 0),
    }
    assert [each["waiting"] for each in found.values()] == [0, 0, 0]
