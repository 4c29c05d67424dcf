"""How long posts are kept."""

import asyncio
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import pytest

from storage import indexing, lexical, meaning, paging, posts, reads, retention, work
from storage.database import Database
from storage.errors import UnknownAccount
from storage.keeping_errors import RetentionFixed
from storage.rows import Batch, Hold
from storage.service_rows import Retention
from tests.storage.conftest import Own
from tests.storage.found import message, seen
from tests.storage.storing import claim, tag

pytestmark = pytest.mark.anyio

VERA, BORIS = 42, 43
SHARED, HERS, HIS = 7, 8, 9
AGES = (90, 60, 30, 10, 1)
"""In days, of the posts 1 to 5 of each channel."""


async def publish(db: Database, hold: Hold, channel: int, ages: Iterable[float] = AGES) -> None:
    """Store posts of certain ages, in days."""
    now = datetime.now(UTC)
    found = tuple(
        message(n, channel=channel, text=f"word post {n}")._replace(published_at=now - age * DAY)
        for n, age in enumerate(ages, 1)
    )
    await posts.store(
        db, hold, Batch(channel_id=channel, floor=1, read=(1, len(found) + 1), posts=found)
    )


DAY = timedelta(days=1)


@pytest.fixture
async def holds(db: Database, own: Own) -> dict[int, Hold]:
    """Two who follow a channel together, and one each, with posts of three months."""
    made = {VERA: await own(VERA), BORIS: await own(BORIS)}
    for account, private in ((VERA, HERS), (BORIS, HIS)):
        await posts.follow(db, made[account], [seen(SHARED), seen(private)])
    await publish(db, made[VERA], SHARED)
    await publish(db, made[VERA], HERS)
    await publish(db, made[BORIS], HIS)
    return made


async def held(db: Database) -> dict[int, list[int]]:
    """The ids of the posts there are, by channel."""
    rows = await db.fetch(
        "SELECT channel_id, array_agg(id ORDER BY id) FROM posts GROUP BY channel_id"
    )
    return {row[0]: row[1] for row in rows}


async def shown(db: Database, account: int) -> dict[int, list[int]]:
    """The ids of the posts an account sees, by channel."""
    found: dict[int, list[int]] = {}
    for each in reversed(await reads.newest(db, account, 99)):
        found.setdefault(each.channel_id, []).append(each.id)
    return found


ALL = [1, 2, 3, 4, 5]


@pytest.mark.usefixtures("holds")
async def test_posts_are_kept_for_ever(db: Database) -> None:
    """Unless somebody says otherwise."""
    assert await retention.describe(db) == Retention(days=None, fixed=False, accounts={})
    assert await retention.doomed(db) == []
    assert (await retention.retain(db)).removed == 0
    assert await held(db) == {SHARED: ALL, HERS: ALL, HIS: ALL}


@pytest.mark.usefixtures("holds")
async def test_what_nobody_wants_goes(db: Database) -> None:
    """A channel's posts stay as long as one of its followers wants them."""
    assert await retention.want(db, VERA, 20) == 20
    assert (await retention.retain(db)).removed == 3
    assert await held(db) == {SHARED: ALL, HERS: [4, 5], HIS: ALL}
    await retention.want(db, BORIS, 45)
    assert (await retention.retain(db)).removed == 4
    assert await held(db) == {SHARED: [3, 4, 5], HERS: [4, 5], HIS: [3, 4, 5]}


@pytest.mark.usefixtures("holds")
async def test_the_house_is_the_default_and_the_most(db: Database) -> None:
    """Who wants less sees less; who wants more does not see more; the value shown is used."""
    await retention.keep(db, 45)
    assert [await retention.want(db, VERA, 80), await retention.want(db, BORIS, 20)] == [45, 20]
    assert (await retention.describe(db)).accounts == {VERA: 45, BORIS: 20}
    await retention.retain(db)
    assert await held(db) == {SHARED: [3, 4, 5], HERS: [3, 4, 5], HIS: [4, 5]}
    assert await retention.want(db, BORIS, None) == 45
    assert await retention.wanted(db, BORIS) == 45


async def test_the_dry_run_is_what_is_deleted(db: Database, holds: dict[int, Hold]) -> None:
    """Channel by channel, with the oldest and the newest; and it changes nothing itself."""
    await retention.keep(db, 20)
    told = await retention.doomed(db)
    before = await held(db)
    assert await retention.doomed(db) == told
    assert {each.channel: each.posts for each in told} == {SHARED: 3, HERS: 3, HIS: 3}
    first = told[0]
    assert (first.title, (first.newest - first.oldest).days) == ("Channel 7", 60)
    assert (await retention.retain(db)).removed == sum(each.posts for each in told)
    after = await held(db)
    assert {each: len(before[each]) - len(after[each]) for each in before} == {
        each.channel: each.posts for each in told
    }
    assert await retention.doomed(db) == []
    assert len(holds) == 2


@pytest.mark.usefixtures("holds")
async def test_a_supposed_policy_is_looked_at_and_not_kept(db: Database) -> None:
    """So that an operator sees what a number of days would cost before saying it."""
    assert sum(each.posts for each in await retention.doomed(db, days=5)) == 12
    assert (await retention.describe(db)).days is None
    assert (await retention.retain(db)).removed == 0


async def test_what_nobody_follows_is_kept_as_the_house_does(
    db: Database, holds: dict[int, Hold]
) -> None:
    """A wish of somebody who follows a channel no more does not count."""
    await retention.want(db, VERA, 20)
    await posts.unfollow(db, VERA, HERS)
    assert await retention.doomed(db) == []
    await retention.keep(db, 45)
    assert [each.channel for each in await retention.doomed(db)] == [SHARED, HIS]
    await posts.follow(db, holds[BORIS], [seen(SHARED)])  # and left the other
    assert [each.channel for each in await retention.doomed(db)] == [SHARED, HIS]


@pytest.mark.usefixtures("holds")
async def test_an_account_sees_what_it_wants(db: Database) -> None:
    """At once, in every read, though the posts be there for others."""
    await tag(db, "news")
    await lexical.find(db, 99)
    assert await shown(db, VERA) == {SHARED: ALL, HERS: ALL}
    await retention.want(db, VERA, 20)
    assert await shown(db, VERA) == {SHARED: [4, 5], HERS: [4, 5]}
    assert await shown(db, BORIS) == {SHARED: ALL, HIS: ALL}
    assert await reads.count(db, VERA) == 4
    assert [each.posts for each in await reads.channels(db, VERA)] == [2, 2]
    assert await reads.post(db, VERA, SHARED, 3) is None
    assert len((await paging.page(db, VERA, limit=99, tags=["news"])).posts) == 4
    hits = await lexical.search(db, VERA, "word")
    assert {(hit.channel_id, hit.post_id) for hit in hits} == {
        (channel, post) for channel in (SHARED, HERS) for post in (4, 5)
    }
    scope = await meaning.scope(db, VERA)
    assert set(scope.channels) == {(SHARED, 3), (HERS, 3)}
    assert (await meaning.describe(db, VERA)).posts == 4


async def test_an_album_is_seen_whole_or_not(db: Database, own: Own) -> None:
    """Also the first that is too old: none of its messages is shown as one."""
    hold = await own(VERA)
    await posts.follow(db, hold, [seen(SHARED)])
    old, new = datetime.now(UTC) - 30 * DAY, datetime.now(UTC) - DAY
    found = [message(n, album=1)._replace(published_at=old) for n in (1, 2, 3)]
    found += [message(n, album=2)._replace(published_at=new) for n in (4, 5)]
    await posts.store(db, hold, Batch(channel_id=SHARED, floor=1, read=(1, 6), posts=tuple(found)))
    await retention.want(db, VERA, 20)
    assert [post.parts for post in await reads.newest(db, VERA, 9)] == [(4, 5)]


async def test_what_is_hidden_stays_hidden(db: Database, holds: dict[int, Hold]) -> None:
    """Whichever of the two bounds is higher counts; and an unknown one shows nothing."""
    await posts.follow(db, holds[VERA], [seen(SHARED), seen(20, username=None)])
    await publish(db, holds[VERA], 20)
    await retention.want(db, VERA, 45)
    assert 20 not in await shown(db, VERA)
    await posts.sees_from(db, holds[VERA], 20, 4)
    assert (await shown(db, VERA))[20] == [5]
    await posts.sees_from(db, holds[VERA], 20, 1)
    assert (await shown(db, VERA))[20] == [3, 4, 5]


async def test_a_removal_is_as_one_at_telegram(db: Database, holds: dict[int, Hold]) -> None:
    """The index is told, nothing is left to be done, and the ids stay read."""
    await db.execute(
        "INSERT INTO collections (name, model, dimension, epoch, state) "
        "VALUES ('a', 'm', 3, '1', 'active')"
    )
    await tag(db, "news")
    await indexing.keep(db, "a", [item.row for item in await claim(db, "index")])
    await retention.want(db, VERA, 20)
    await retention.retain(db)
    removals = await work.claim(db, "unindex", "worker", 99, DAY)
    assert [(row.channel_id, row.post_id) for row in removals] == [(HERS, n) for n in (1, 2, 3)]
    for table in ("tags", "indexed"):
        left = await db.fetch(f"SELECT post_id FROM {table} WHERE channel_id = $1", HERS)  # noqa: S608
        assert sorted(row[0] for row in left) == [4, 5]
    state = await posts.state(db, VERA, HERS)
    assert state is not None
    assert (state.coverage, state.floor, state.kept) == (((1, 6),), 1, 20 * DAY)
    await publish(db, holds[VERA], HERS)


async def test_readings_are_told_for_how_long_posts_are_kept(
    db: Database, holds: dict[int, Hold]
) -> None:
    """As long as the most patient of a channel's followers wants them."""

    async def kept(channel: int) -> timedelta | None:
        state = await posts.state(db, VERA, channel)
        assert state is not None
        return state.kept

    assert await kept(SHARED) is None
    await retention.want(db, VERA, 20)
    assert (await kept(SHARED), await kept(HERS)) == (None, 20 * DAY)
    await retention.want(db, BORIS, 50)
    assert (await kept(SHARED), await kept(HERS)) == (50 * DAY, 20 * DAY)
    await retention.keep(db, 30)
    assert (await kept(SHARED), await kept(HERS)) == (30 * DAY, 20 * DAY)
    assert len(holds) == 2


async def test_a_deletion_goes_on_where_it_was_ended(db: Database, own: Own) -> None:
    """It is done in parts, each whole: what is deleted is enqueued for its removal, no more."""
    hold = await own(VERA)
    await posts.follow(db, hold, [seen(SHARED)])
    await publish(db, hold, SHARED, [40 + n / 2000 for n in range(1300, 0, -1)])
    await retention.keep(db, 20)
    async with db.transaction() as connection:
        await connection.execute("SELECT FROM posts WHERE id = 600 FOR UPDATE")
        cleaning = asyncio.create_task(retention.retain(db))
        async with asyncio.timeout(20):
            while await db.fetch_value("SELECT count(*) FROM posts") == 1300:
                """Each look is a round trip, which lets the other run."""
        cleaning.cancel()
        await asyncio.wait([cleaning])
    gone = 1300 - await db.fetch_value("SELECT count(*) FROM posts")
    assert gone == await db.fetch_value("SELECT count(*) FROM work WHERE kind = 'unindex'") == 500
    first = await retention.retain(db, most=500)
    assert (first.removed, first.done) == (500, False)
    rest = await retention.retain(db, most=501)
    assert (rest.removed, rest.done) == (300, True)
    assert await db.fetch_value("SELECT count(*) FROM work WHERE kind = 'unindex'") == 1300


async def test_a_setting_rules(db: Database) -> None:
    """What it says cannot be said otherwise; without it what it said is over, and no other word."""
    await retention.keep(db, 90)
    await retention.adopt(db, None)
    assert await retention.describe(db) == Retention(days=90, fixed=False, accounts={})
    await retention.adopt(db, 30)
    with pytest.raises(RetentionFixed, match="30 days"):
        await retention.keep(db, None)
    assert await retention.describe(db) == Retention(days=30, fixed=True, accounts={})
    await retention.adopt(db, None)
    assert await retention.describe(db) == Retention(days=None, fixed=False, accounts={})


@pytest.mark.parametrize("days", [0, -1, 36501, 2**40])
async def test_days_are_some(db: Database, days: int) -> None:
    """From one on, and not so many that no calendar goes so far back."""
    for refused in (
        retention.keep(db, days),
        retention.want(db, VERA, days),
        retention.doomed(db, days=days),
    ):
        with pytest.raises(ValueError, match="from 1 to 36500"):
            await refused
    await retention.keep(db, 36500)
    assert await retention.doomed(db) == []


async def test_wishes_are_of_those_who_are_registered(db: Database) -> None:
    """Nobody else's is kept, and to want all is everybody's already."""
    with pytest.raises(UnknownAccount):
        await retention.want(db, 99, 5)
    assert await retention.want(db, 99, None) is None
