"""Who follows which channel, and what becomes of channels that nobody follows."""

import asyncio
from datetime import timedelta

import pytest

from storage import posts, sessions
from storage.database import Database
from storage.errors import UnknownAccount, UnknownChannel
from storage.rows import Amendment, Batch, Cleaned, Hold, PostView, Reader
from tests.storage.conftest import Own
from tests.storage.found import message, seen
from tests.storage.holding import VAULT, blocked, locked

pytestmark = pytest.mark.anyio

PRIVATE = seen(8, username=None)
WEEK = timedelta(days=7)


@pytest.fixture
async def reader(db: Database, own: Own) -> Hold:
    """An account that follows a public channel, 7, and a private one, 8, and has read both."""
    hold = await own(42)
    await posts.follow(db, hold, [seen(7), PRIVATE])
    await posts.sees_from(db, hold, 8, 0)
    for channel in (7, 8):
        found = tuple(message(id, channel=channel) for id in (1, 2, 3))  # noqa: A001
        await posts.store(db, hold, Batch(channel_id=channel, floor=1, read=(1, 4), posts=found))
    return hold


async def read(db: Database, account: int = 42) -> list[tuple[int, int]]:
    """What an account reads, newest first."""
    views = await posts.newest(db, account, 99)
    assert await posts.count(db, account) == len(views)
    return [(view.channel_id, view.id) for view in views]


async def stands(db: Database, account: int = 42) -> dict[int, tuple[str, str | None]]:
    """How an account stands to its channels, and why it reads nothing there."""
    views = await posts.channels(db, account, all_=True)
    return {view.id: (view.state, view.why) for view in views}


async def test_an_incomplete_list_removes_nobody(db: Database, reader: Hold) -> None:
    """It adds and confirms, and what is not in it is followed as before."""
    states = await posts.follow(db, reader, [seen(9)], complete=False)
    assert sorted(state.id for state in states) == [7, 8, 9]
    assert [state.id for state in await posts.follow(db, reader, [seen(9)])] == [9]


async def test_a_public_channel_may_be_followed_from_outside(db: Database, reader: Hold) -> None:
    """What the user chose stays followed though no list has it, unless it is private now."""
    await posts.follow_one(db, reader, seen(9), None, "name")
    assert [state.id for state in await posts.follow(db, reader, [])] == [9]
    await posts.follow(db, reader, [seen(9, username=None)])
    assert await posts.follow(db, reader, []) == []
    assert (await stands(db))[9] == ("left", "you left it")


async def test_a_name_is_one_channels_at_a_time(db: Database, reader: Hold) -> None:
    """Whoever had it before has none until it is seen again, in whatever case it is written."""
    await posts.see(db, reader, seen(5, username="Channel7"))
    named = {view.id: view.username for view in await posts.channels(db, 42)}
    assert named == {7: None, 8: None}
    await posts.follow(db, reader, [seen(7, username="other"), PRIVATE])
    named = {view.id: view.username for view in await posts.channels(db, 42)}
    assert named == {7: "other", 8: None}
    assert await db.fetch_value("SELECT username FROM channels WHERE id = 5") == "Channel7"


async def test_what_is_not_wanted_stays_so(db: Database, own: Own, reader: Hold) -> None:
    """Lists do not bring an unfollowed channel back, and its user does."""
    await posts.follow(db, await own(43), [seen(7)])
    assert await posts.unfollow(db, 42, 7)
    assert not await posts.unfollow(db, 42, 7)
    assert [state.id for state in await posts.follow(db, reader, [seen(7), PRIVATE])] == [8]
    assert await posts.state(db, 42, 7) is None
    assert (await stands(db))[7] == ("unfollowed", "you do not want it")
    assert [view.id for view in await posts.channels(db, 42)] == [8]
    state = await posts.follow_one(db, reader, seen(7), None, "name")
    assert state.coverage == ((1, 4),)
    assert len(await read(db)) == 6


async def test_an_unknown_account_unfollows_nothing(db: Database) -> None:
    """It is refused by name."""
    with pytest.raises(UnknownAccount, match="42"):
        await posts.unfollow(db, 42, 7)


async def test_unfollowing_the_last_time_removes_all(db: Database, reader: Hold) -> None:
    """Posts go at once; who is a member still may follow again, and reads from the beginning."""
    assert await posts.unfollow(db, 42, 7)
    for table in ("posts", "arrivals"):
        left = f"SELECT count(*) FROM {table} WHERE channel_id = 7"  # noqa: S608
        assert await db.fetch_value(left) == 0
    state = await posts.follow_one(db, reader, seen(7, pts=5), None, "name")
    assert (state.coverage, state.floor, state.pts, state.window_due) == ((), None, 5, True)
    assert await posts.lost(db, reader, 8, "banned")
    assert await posts.unfollow(db, 42, 8)
    assert await db.fetch_value("SELECT count(*) FROM channels WHERE id = 8") == 0


@pytest.mark.usefixtures("reader")
async def test_the_last_two_unfollow_at_once(db: Database, own: Own) -> None:
    """One of them turns off the light."""
    await posts.follow(db, await own(43), [seen(7)])
    async with locked(db, "SELECT FROM channels WHERE id = 7 FOR UPDATE"):
        both = [asyncio.create_task(posts.unfollow(db, account, 7)) for account in (42, 43)]
        await blocked(db, 2)
    assert await asyncio.gather(*both) == [True, True]
    assert await db.fetch_value("SELECT count(*) FROM posts WHERE channel_id = 7") == 0


@pytest.mark.parametrize(
    ("why", "told"),
    [
        ("left", "you left it"),
        ("banned", "you were removed from it"),
        ("private", "it is closed to you"),
        ("deleted", "it was deleted"),
    ],
)
async def test_lost_access_says_why(db: Database, reader: Hold, why: str, told: str) -> None:
    """Nothing of the channel is read any more until a list has it, and the posts are kept."""
    assert await posts.lost(db, reader, 8, why)
    assert not await posts.lost(db, reader, 8, "left")
    assert (await stands(db))[8] == (why, told)
    assert {channel for channel, _ in await read(db)} == {7}
    await posts.follow(db, reader, [seen(7), PRIVATE])
    assert {channel for channel, _ in await read(db)} == {7}
    await posts.sees_from(db, reader, 8, 2)
    assert (8, 3) in await read(db)


async def test_access_is_lost_for_a_known_reason(db: Database, reader: Hold) -> None:
    """Any other is a ValueError before any I/O."""
    with pytest.raises(ValueError, match="followed"):
        await posts.lost(db, reader, 8, "followed")


async def test_what_nobody_follows_is_removed_in_the_end(db: Database, reader: Hold) -> None:
    """A channel that was lost is kept for a while, in case it comes back."""
    await posts.lost(db, reader, 8, "left")
    assert await posts.clean(db, WEEK) == Cleaned(channels=0, posts=0)
    await db.execute("UPDATE subscriptions SET left_at = left_at - interval '8 days'")
    assert await posts.clean(db, WEEK) == Cleaned(channels=1, posts=3)
    assert await stands(db) == {7: ("followed", None)}
    assert await posts.clean(db, WEEK) == Cleaned(channels=0, posts=0)


@pytest.mark.usefixtures("reader")
async def test_a_private_channel_shows_nothing_until_it_is_known_how_much(
    db: Database, own: Own
) -> None:
    """A new member sees none of what others have read, and then only what is not hidden from it."""
    other = await own(43)
    (state,) = await posts.follow(db, other, [PRIVATE])
    assert state.visible_from is None
    assert await read(db, 43) == []
    assert await stands(db, 43) == {
        8: ("followed", "it is not known yet from which post on you may read it")
    }
    await posts.sees_from(db, other, 8, 2)
    assert await read(db, 43) == [(8, 3)]
    assert [await posts.post(db, 43, 8, id) is None for id in (2, 3)] == [True, False]  # noqa: A001
    with pytest.raises(UnknownChannel, match="7"):
        await posts.sees_from(db, other, 7, 0)


async def test_who_left_may_see_less_afterwards(db: Database, reader: Hold) -> None:
    """What an account saw of a private channel counts no more when it comes back."""
    await posts.follow(db, reader, [seen(7)])
    _, state = await posts.follow(db, reader, [seen(7), PRIVATE])
    assert state.visible_from is None


async def test_a_private_channel_unconfirmed_for_a_day_is_hidden(
    db: Database, reader: Hold
) -> None:
    """It shows again when a list has it; a public one needs no confirmation."""
    await db.execute("UPDATE subscriptions SET confirmed_at = now() - interval '24 hours'")
    assert {channel for channel, _ in await read(db)} == {7}
    assert (await stands(db))[8][1] == "your membership was not confirmed for a day"
    await posts.follow(db, reader, [PRIVATE], complete=False)
    assert {channel for channel, _ in await read(db)} == {7, 8}


@pytest.mark.usefixtures("reader")
async def test_readers_are_logged_in_and_follow(db: Database, own: Own) -> None:
    """Each is told with its own hash and sight; who is logged out, left or unwilling is none."""
    holds = {number: await own(number) for number in (43, 44, 45, 46)}
    for number, hold in holds.items():
        if number != 43:
            await sessions.admit(db, VAULT, hold, "READY", None, b"record")
        await posts.follow(db, hold, [seen(8, username=None, access_hash=number)])
    await posts.lost(db, holds[46], 8, "left")
    await posts.unfollow(db, 45, 8)
    assert await posts.readers(db, 8) == [Reader(account=44, access_hash=44, visible_from=None)]


async def test_the_deepest_wish_counts(db: Database, own: Own, reader: Hold) -> None:
    """A channel is wanted as deep as any of its followers wants it."""
    await posts.follow_one(db, reader, seen(7), 100, "name")
    state = await posts.follow_one(db, await own(43), seen(7), WEEK, "name")
    assert (state.depth, state.reach) == (100, WEEK)
    await posts.unfollow(db, 42, 7)
    found = await posts.state(db, 43, 7)
    assert found is not None
    assert (found.depth, found.reach) == (None, WEEK)


async def test_what_is_known_of_changes_is_kept_by_lists(db: Database, reader: Hold) -> None:
    """The first list that tells where differences begin counts, then what was amended does."""
    (state, _) = await posts.follow(db, reader, [seen(7, pts=5), PRIVATE])
    assert state.pts == 5
    told = Amendment(channel_id=7, seen=(), deleted=(), window=None, pts=8, swept_to=None)
    await posts.amend(db, reader, told)
    for title in ("Channel 7", "renamed"):
        (state, _) = await posts.follow(db, reader, [seen(7, title=title, pts=99), PRIVATE])
        assert (state.title, state.pts) == (title, 8)


async def test_a_window_is_due_after_a_while(db: Database, reader: Hold) -> None:
    """It is until it was compared, which a page of the sweep does not count for."""
    values = {"channel_id": 7, "seen": (), "deleted": (), "pts": None}
    due = []
    for swept_to in (2, None):
        told = Amendment(**values, window=(9, 9), swept_to=swept_to)  # type: ignore[arg-type]
        await posts.amend(db, reader, told)
        state = await posts.state(db, 42, 7)
        assert state is not None
        due.append((state.window_due, state.sweep_from))
    assert due == [(True, 2), (False, 2)]


async def test_a_sweep_begins_anew_when_it_is_through(db: Database, reader: Hold) -> None:
    """Below the lowest id that was read there is nothing to compare."""
    for swept_to, expected in ((3, 3), (1, None)):
        told = Amendment(
            channel_id=7, seen=(), deleted=(), window=None, pts=None, swept_to=swept_to
        )
        await posts.amend(db, reader, told)
        state = await posts.state(db, 42, 7)
        assert state is not None
        assert state.sweep_from == expected


async def test_a_protected_channel_protects_its_posts(db: Database, reader: Hold) -> None:
    """Also those that were read before it was."""
    await posts.follow(db, reader, [seen(7, protected=True), PRIVATE])
    views: list[PostView] = await posts.newest(db, 42, 9)
    assert {view.channel_id for view in views if view.protected} == {7}
    assert [view.protected for view in await posts.channels(db, 42)] == [True, False]


async def test_holes_and_share_are_told(db: Database, own: Own, reader: Hold) -> None:
    """Of what an account may see: ids not read above the floor, and how much was read."""
    await posts.follow(db, reader, [seen(7, top=8), PRIVATE])
    found = (message(6),)
    await posts.store(db, reader, Batch(channel_id=7, floor=None, read=(6, 7), posts=found))
    first, second = await posts.channels(db, 42)
    assert (first.holes, first.share) == (((4, 6), (7, 9)), 0.5)
    assert (second.holes, second.share, second.posts) == (((4, 10),), 3 / 9, 3)
    await posts.sees_from(db, reader, 7, 4)
    assert (await posts.channels(db, 42))[0].share == 0.25
    new = await own(43)
    await posts.follow(db, new, [seen(9, top=0)])
    (empty,) = await posts.channels(db, 43)
    assert (empty.holes, empty.share, empty.posts, empty.read_at) == ((), 1, 0, None)
