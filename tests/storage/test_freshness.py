"""How fresh the archive is, as its rows show."""

from datetime import UTC, datetime, timedelta

import pytest

from storage import freshness, posts, subscriptions, work
from storage.database import Database
from storage.errors import LeaseLost
from storage.freshness import WorkAge
from tests.storage.conftest import Own
from tests.storage.following import EVERY, START, account, after, follow
from tests.storage.found import seen
from tests.storage.storing import claim, store

pytestmark = pytest.mark.anyio


async def test_nothing_is_nothing(db: Database) -> None:
    """Of an empty database every number is 0, one for each hour, and nothing is overdue."""
    found = await freshness.observe(db, now=datetime.now(UTC))
    assert found.stored == (0,) * 24
    assert (found.posts, found.flooded, found.expired, found.unread, found.untold) == (0,) * 5
    assert (found.overdue, found.last_report, found.accounts) == (0.0, None, {})
    assert [each.kind for each in found.work] == ["index", "tag", "unindex"]
    assert {(each.due, each.waiting, each.dead, each.oldest) for each in found.work} == {
        (0, 0, 0, None)
    }


async def test_posts_are_counted_in_the_hour_in_which_they_were_stored(
    db: Database, own: Own
) -> None:
    """Not in that of their publishing, which here is another year; each of them once."""
    hold = await own(42)
    await posts.follow(db, hold, [seen(7)])
    await store(db, hold, *range(1, 6))
    await store(db, hold, *range(4, 8))  # two of them are held already
    await store(db, hold, *range(1, 8))  # and all of these
    now = datetime.now(UTC) + timedelta(seconds=1)
    found = await freshness.observe(db, now=now)
    assert (found.stored[-1], sum(found.stored), found.posts) == (7, 7, 7)
    later = await freshness.observe(db, now=now + timedelta(hours=3))
    assert (later.stored[-4], sum(later.stored)) == (7, 7)
    assert sum((await freshness.observe(db, now=now + timedelta(hours=24))).stored) == 0


async def test_what_was_not_committed_was_not_stored(db: Database, own: Own) -> None:
    """A stale owner's posts are refused, and so not counted."""
    hold = await own(42)
    await posts.follow(db, hold, [seen(7)])
    await db.execute("UPDATE accounts SET epoch = epoch + 1")
    with pytest.raises(LeaseLost):
        await store(db, hold, 1)
    assert sum((await freshness.observe(db, now=datetime.now(UTC))).stored) == 0


async def test_channels_are_overdue_from_when_they_were_to_be_read(db: Database) -> None:
    """By the rows: nobody reads, and nobody has to say so. After three intervals it is unread."""
    await account(db, 42)
    await follow(db, 42, 7, 8)
    await db.execute("UPDATE channels SET next_at = $1", after(100))
    await db.execute("UPDATE channels SET caught_up_at = $1 WHERE id = 7", after(3 * EVERY))
    found = await freshness.observe(db, now=after(3 * EVERY))
    assert found.overdue == 3 * EVERY - 100
    assert (found.reading.due, found.unread, found.failing) == (2, 1, 0)
    await db.execute("UPDATE channels SET failures = 2 WHERE id = 8")
    assert (await freshness.observe(db, now=START)).failing == 1
    assert (await freshness.observe(db, now=after(99))).overdue == 0


async def test_accounts_are_counted_by_state_and_by_their_floods(db: Database) -> None:
    """An account that waits with two methods waits once; a wait that is over is none."""
    await account(db, 1, 2)
    await account(db, 3, state="EXPIRED")
    now = after(1000)
    for number, method, until in ((1, "history", 60), (1, "dialogs", 60), (2, "history", -1)):
        until_at = now + timedelta(seconds=until)
        await db.execute("INSERT INTO floods VALUES ($1, $2, $3)", number, method, until_at)
    found = await freshness.observe(db, now=now)
    assert (found.accounts, found.expired) == ({"READY": 2, "EXPIRED": 1}, 1)
    assert (found.flooded, found.floods) == (1, {"dialogs": 1, "history": 1})


async def test_work_is_as_old_as_the_first_that_is_due(db: Database, own: Own) -> None:
    """What nobody has claimed yet counts from its storing, what is put back from its time on."""
    hold = await own(42)
    await posts.follow(db, hold, [seen(7)])
    await store(db, hold, *range(1, 5))
    await db.execute("UPDATE arrivals SET arrived_at = $1", START)
    now = datetime.now(UTC)
    (index, tag, _) = (await freshness.observe(db, now=now)).work
    assert index == WorkAge(kind="index", due=4, waiting=0, dead=0, oldest=START)
    later = now + timedelta(minutes=5)
    first, second, *_ = await claim(db, "tag")
    await work.later(db, first.row, later, "no budget", failed=False)
    await work.dead(db, second.row, "broken")
    (_, tag, _) = (await freshness.observe(db, now=now)).work
    assert tag == WorkAge(kind="tag", due=0, waiting=3, dead=1, oldest=None)
    (_, tag, _) = (await freshness.observe(db, now=later)).work
    assert (tag.due, tag.waiting, tag.oldest) == (1, 2, later)


async def test_what_was_stored_long_ago_is_forgotten_with_what_is_stored(
    db: Database, own: Own
) -> None:
    """The table does not grow for ever where no schedule runs: more goes than comes."""
    hold = await own(42)
    await posts.follow(db, hold, [seen(7)])
    old = "INSERT INTO storings SELECT now() - interval '3 days', 5 FROM generate_series(1, 12)"
    await db.execute(old)
    await db.execute("INSERT INTO storings VALUES (now() - interval '1 day', 3)")
    for first, left in ((1, 2), (2, 0)):
        await store(db, hold, first)
        held = "SELECT count(*) FROM storings WHERE at < now() - interval '2 days'"
        assert await db.fetch_value(held) == left
    assert await db.fetch_value("SELECT array_agg(posts ORDER BY at) FROM storings") == [3, 1, 1]


async def test_what_was_stored_long_ago_is_forgotten_with_the_hourly_cleaning(
    db: Database, own: Own
) -> None:
    """The table stays as small as two days."""
    hold = await own(42)
    await posts.follow(db, hold, [seen(7)])
    await store(db, hold, 1)
    await db.execute("INSERT INTO storings VALUES (now() - interval '3 days', 5)")
    await subscriptions.clean(db, timedelta(days=30))
    assert await db.fetch_value("SELECT array_agg(posts) FROM storings") == [1]
