"""Channels, subscriptions and posts."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta, timezone

import pytest

from storage import posts
from storage.database import Database
from storage.errors import LeaseLost, StatementRefused, UnknownChannel
from storage.rows import Amendment, Batch, Hold, PostRow, Span
from tests.storage.conftest import Own
from tests.storage.found import EPOCH, message, seen, worded

pytestmark = pytest.mark.anyio

BLOCKED = "SELECT count(DISTINCT pid) FROM pg_locks WHERE NOT granted"


def batch(read: Span, ids: Iterable[int], *, channel: int = 7, floor: int | None = None) -> Batch:
    """A batch of plain posts."""
    found = tuple(message(id, channel=channel) for id in ids)  # noqa: A001
    return Batch(channel_id=channel, floor=floor, read=read, posts=found)


@pytest.fixture
async def reader(db: Database, own: Own) -> Hold:
    """An account that follows channel 7."""
    hold = await own(42)
    await posts.follow(db, hold, [seen(7)])
    return hold


async def test_follow_returns_states_in_the_given_order(db: Database, reader: Hold) -> None:
    """States come in the account's own order, not in the order of ids."""
    states = await posts.follow(db, reader, [seen(9, username="nine"), seen(2), seen(7)])
    assert [state.id for state in states] == [9, 2, 7]
    assert (states[0].title, states[0].username, states[0].access_hash, states[0].top) == (
        "Channel 9",
        "nine",
        99,
        9,
    )
    assert (states[0].coverage, states[0].floor) == ((), None)
    assert [view.id for view in await posts.channels(db, reader.account)] == [9, 2, 7]


async def test_access_hashes_are_the_accounts_own(db: Database, own: Own, reader: Hold) -> None:
    """Two accounts keep different hashes for one channel, and share what was read of it."""
    other = await own(43)
    await posts.store(db, reader, batch((1, 5), [1, 2]))
    (theirs,) = await posts.follow(db, other, [seen(7, access_hash=-5)])
    (ours,) = await posts.follow(db, reader, [seen(7)])
    assert (theirs.access_hash, ours.access_hash) == (-5, 77)
    assert theirs.coverage == ours.coverage == ((1, 5),)
    assert await posts.count(db, 43) == 2


async def test_a_channel_missing_from_the_list_is_left(db: Database, reader: Hold) -> None:
    """Posts of a left channel are hidden from the account, and back when it follows again."""
    await posts.store(db, reader, batch((1, 3), [1, 2]))
    assert await posts.follow(db, reader, []) == []
    assert await posts.newest(db, reader.account, 10) == []
    assert await posts.channels(db, reader.account) == []
    assert await posts.count(db, reader.account) == 0
    (state,) = await posts.follow(db, reader, [seen(7)])
    assert state.coverage == ((1, 3),)
    assert await posts.count(db, reader.account) == 2


async def test_following_again_begins_anew(db: Database, reader: Hold) -> None:
    """The moment of following survives a refresh and moves when a left channel comes back."""
    query = "SELECT followed_at FROM subscriptions WHERE account = $1"
    first = await db.fetch_value(query, reader.account)
    await posts.follow(db, reader, [seen(7)])
    assert await db.fetch_value(query, reader.account) == first
    await posts.follow(db, reader, [])
    await posts.follow(db, reader, [seen(7)])
    assert await db.fetch_value(query, reader.account) > first


async def test_a_renamed_channel_is_renamed_for_all(db: Database, reader: Hold) -> None:
    """Title and username are the channel's, taken from whoever saw it last."""
    await posts.follow(db, reader, [seen(7, title="Новое\0 имя", username="new_name")])
    (view,) = await posts.channels(db, reader.account)
    assert (view.title, view.username) == ("Новое имя", "new_name")


async def test_a_channel_given_twice_counts_once(db: Database, reader: Hold) -> None:
    """Of duplicates in one list the first is taken."""
    states = await posts.follow(db, reader, [seen(7, top=1), seen(8), seen(7, top=2)])
    assert [(state.id, state.top) for state in states] == [(7, 1), (8, 9)]


async def test_an_account_that_is_gone_cannot_follow(db: Database, reader: Hold) -> None:
    """Following for an account that was deleted is refused by name and registers no channel."""
    await db.execute("DELETE FROM accounts")
    with pytest.raises(LeaseLost, match="42"):
        await posts.follow(db, reader, [seen(8)])
    assert await db.fetch_value("SELECT count(*) FROM channels WHERE id = 8") == 0


@asynccontextmanager
async def locked(db: Database, statement: str, waiting: int) -> AsyncIterator[None]:
    """Hold rows locked while what was begun inside runs into them."""
    async with db.transaction() as connection:
        await connection.execute(f"{statement} FOR UPDATE")
        yield
        async with asyncio.timeout(10):
            while await connection.fetchval(BLOCKED) < waiting:
                """Each look is a round trip, which lets the others run."""


async def test_crossing_follows_do_not_deadlock(db: Database, own: Own, reader: Hold) -> None:
    """Accounts that see the same channels in opposite orders at once both succeed."""
    other = await own(43)
    there = [seen(number) for number in range(1, 9)]
    await posts.follow(db, reader, there)
    async with locked(db, "SELECT 1 FROM channels WHERE id = 4", waiting=2):
        ours = asyncio.create_task(posts.follow(db, reader, there))
        theirs = asyncio.create_task(posts.follow(db, other, there[::-1]))
    assert [state.id for state in await ours] == [1, 2, 3, 4, 5, 6, 7, 8]
    assert [state.id for state in await theirs] == [8, 7, 6, 5, 4, 3, 2, 1]


async def test_an_accounts_follows_run_one_after_the_other(db: Database, reader: Hold) -> None:
    """Of two lists given at once one counts in the end, not a mixture, and none fails."""
    await posts.follow(db, reader, [seen(1), seen(2)])
    async with locked(db, "SELECT 1 FROM subscriptions", waiting=2):
        first = asyncio.create_task(posts.follow(db, reader, [seen(1)]))
        second = asyncio.create_task(posts.follow(db, reader, [seen(2)]))
    assert [state.id for state in await first] == [1]
    assert [state.id for state in await second] == [2]
    assert [view.id for view in await posts.channels(db, reader.account)] in ([1], [2])


async def test_storing_adds_posts_and_grows_coverage(db: Database, reader: Hold) -> None:
    """A batch's posts and its span arrive together; adjoining spans melt into one."""
    first = await posts.store(db, reader, batch((10, 20), [10, 15], floor=10))
    second = await posts.store(db, reader, batch((30, 40), [30]))
    third = await posts.store(db, reader, batch((20, 30), []))
    assert (first.added, first.coverage) == (2, ((10, 20),))
    assert (second.added, second.coverage) == (1, ((10, 20), (30, 40)))
    assert (third.added, third.coverage) == (0, ((10, 40),))
    assert await posts.count(db, reader.account) == 3


async def test_the_floor_only_ever_goes_down(db: Database, reader: Hold) -> None:
    """A batch may lower it, none raises it."""
    for floor, expected in ((None, None), (10, 10), (15, 10), (5, 5), (None, 5)):
        await posts.store(db, reader, batch((10, 20), [10], floor=floor))
        (view,) = await posts.channels(db, reader.account)
        assert view.floor == expected


async def test_a_post_that_is_held_stays_as_it_is(db: Database, reader: Hold) -> None:
    """Storing a post again adds nothing and rewrites nothing."""
    await posts.store(db, reader, batch((1, 9), [1]))
    again = Batch(
        channel_id=7, floor=None, read=(1, 9), posts=(message(1, text="other"), message(2))
    )
    assert (await posts.store(db, reader, again)).added == 1
    assert [view.text for view in await posts.newest(db, reader.account, 9)] == ["text", "text"]


async def test_an_id_twice_in_a_batch_counts_once(db: Database, reader: Hold) -> None:
    """Duplicates inside a batch are harmless."""
    assert (await posts.store(db, reader, batch((1, 9), [3, 3, 3]))).added == 1
    assert await posts.count(db, reader.account) == 1


async def test_an_empty_span_changes_nothing(db: Database, reader: Hold) -> None:
    """A batch that read nothing leaves the coverage as it was."""
    await posts.follow(db, reader, [seen(7)])
    assert (await posts.store(db, reader, batch((5, 5), []))).coverage == ()


@pytest.mark.parametrize(
    "wrong",
    [
        batch((5, 4), []),
        batch((5, 9), [9]),
        batch((5, 9), [4]),
        Batch(channel_id=7, floor=None, read=(1, 9), posts=(message(3, channel=8),)),
        Batch(
            channel_id=7,
            floor=None,
            read=(1, 9),
            posts=(
                PostRow(
                    channel_id=7,
                    id=3,
                    published_at=EPOCH.replace(tzinfo=None),
                    edited_at=None,
                    content=worded(""),
                ),
            ),
        ),
        Batch(
            channel_id=7,
            floor=None,
            read=(1, 9),
            posts=(message(3)._replace(content=message(4, album=4).content),),
        ),
    ],
    ids=["backwards", "at the end", "before", "of another channel", "without an offset", "album"],
)
async def test_a_wrong_batch_is_refused_before_any_io(
    db: Database, reader: Hold, wrong: Batch
) -> None:
    """A batch that contradicts itself is a ValueError even on a closed database."""
    await db.close()
    with pytest.raises(ValueError, match=r"span|outside|offset|not one message"):
        await posts.store(db, reader, wrong)


async def test_posts_of_an_unknown_channel_are_refused(db: Database, reader: Hold) -> None:
    """Nothing is stored or noted of a channel nobody ever followed."""
    with pytest.raises(UnknownChannel, match="8"):
        await posts.store(db, reader, batch((1, 9), [1], channel=8))
    for seen_again in ((), (message(3, channel=8),)):
        told = Amendment(
            channel_id=8, seen=seen_again, deleted=(), window=None, pts=5, swept_to=None
        )
        with pytest.raises(UnknownChannel, match="8"):
            await posts.amend(db, reader, told)
    assert await db.fetch_value("SELECT count(*) FROM posts") == 0


async def test_a_failing_batch_changes_nothing(db: Database, reader: Hold) -> None:
    """Coverage does not grow when a post of the batch cannot be stored."""
    await db.execute("ALTER TABLE posts ADD CHECK (id <> 6)")
    with pytest.raises(StatementRefused, match="23514"):
        await posts.store(db, reader, batch((1, 9), [5, 6]))
    (view,) = await posts.channels(db, reader.account)
    assert (view.coverage, view.posts) == ((), 0)


async def test_overlapping_batches_at_once_add_each_post_once(
    db: Database, dsn: str, reader: Hold
) -> None:
    """Two connections storing overlapping spans at once count every post exactly once."""
    async with await Database.open(dsn) as other:
        stores = [
            posts.store(store, reader, batch((start, start + 60), range(start, start + 60)))
            for start in range(1, 600, 20)
            for store in (db, other)
        ]
        stored = await asyncio.gather(*stores)
    assert sum(each.added for each in stored) == 640
    (view,) = await posts.channels(db, reader.account)
    assert (view.posts, view.coverage) == (640, ((1, 641),))


async def test_newest_comes_first_across_channels(db: Database, reader: Hold) -> None:
    """Posts of all followed channels are merged by time, and one channel can be asked for."""
    await posts.follow(db, reader, [seen(7, username="seven"), seen(8, username=None)])
    await posts.sees_from(db, reader, 8, 0)
    await posts.store(db, reader, batch((1, 9), [1, 4, 5], channel=7))
    await posts.store(db, reader, batch((1, 9), [2, 3, 6], channel=8))
    views = await posts.newest(db, reader.account, 5)
    assert [(view.channel_id, view.id) for view in views] == [
        (8, 6),
        (7, 5),
        (7, 4),
        (8, 3),
        (8, 2),
    ]
    assert [view.id for view in await posts.newest(db, reader.account, 2, channel=7)] == [5, 4]
    assert views[0].channel_title == "Channel 8"
    assert views[0].permalink == "https://t.me/c/8/6"
    assert views[1].permalink == "https://t.me/seven/5"


async def test_an_account_sees_what_it_follows_only(db: Database, own: Own, reader: Hold) -> None:
    """Another account's channel stays hidden, even when it is asked for by its id."""
    other = await own(43)
    await posts.follow(db, other, [seen(8)])
    await posts.store(db, reader, batch((1, 9), [1], channel=8))
    assert await posts.newest(db, reader.account, 9, channel=8) == []
    assert await posts.count(db, reader.account) == 0
    assert [view.id for view in await posts.newest(db, 43, 9)] == [1]


@pytest.mark.parametrize("limit", [0, -1, posts.MOST + 1])
async def test_an_unreasonable_limit_is_refused(db: Database, limit: int) -> None:
    """A list of posts has a bound, and nobody asks for less than one."""
    with pytest.raises(ValueError, match="limit"):
        await posts.newest(db, 42, limit)


async def test_times_keep_their_moment(db: Database, reader: Hold) -> None:
    """A time given with any offset comes back as the same moment, and as an aware one."""
    moscow = datetime(2026, 5, 1, 9, tzinfo=timezone(timedelta(hours=3)))
    row = PostRow(
        channel_id=7,
        id=1,
        published_at=moscow,
        edited_at=moscow + timedelta(hours=1),
        content=worded("я"),
    )
    await posts.store(db, reader, Batch(channel_id=7, floor=None, read=(1, 2), posts=(row,)))
    (view,) = await posts.newest(db, reader.account, 1)
    (channel,) = await posts.channels(db, reader.account)
    assert view.published_at == channel.newest_at == moscow
    assert view.edited_at == moscow + timedelta(hours=1)
    assert view.published_at.utcoffset() == timedelta(0)


async def test_the_text_is_kept_but_for_what_postgres_cannot_hold(
    db: Database, reader: Hold
) -> None:
    """A post with a NUL or half an emoji is stored without it, not refused."""
    row = message(1, text="Привет,\0 мир 🦊\ud83e!\n")
    await posts.store(db, reader, Batch(channel_id=7, floor=None, read=(1, 2), posts=(row,)))
    (view,) = await posts.newest(db, reader.account, 1)
    assert view.text == "Привет, мир 🦊!\n"


async def test_the_newest_posts_come_from_the_index(db: Database, reader: Hold) -> None:
    """Listing a long channel reads a few index entries, not the channel."""
    await posts.store(db, reader, batch((1, 3000), range(1, 3000)))
    await db.execute("ANALYZE")
    plan = await db.fetch(
        "EXPLAIN SELECT * FROM posts WHERE channel_id = 7"
        " ORDER BY published_at DESC, id DESC LIMIT 20"
    )
    assert "posts_newest" in "".join(row[0] for row in plan)
    assert "Sort" not in "".join(row[0] for row in plan)
