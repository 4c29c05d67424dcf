"""Who is told of channels that are not read."""

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest

from storage import notices, schedule
from storage.database import Database
from storage.rows import Freshness
from tests.storage.following import EVERY, START, account, after, follow, plain, register

pytestmark = pytest.mark.anyio

LATE = 3 * EVERY

Told = tuple[int | None, str, Mapping[str, Any]]


@pytest.fixture
async def node(db: Database) -> str:
    """A process, with account 42 that follows channel 7."""
    await account(db, 42)
    await follow(db, 42, 7)
    return await register(db)


async def tell(db: Database, seconds: float, *, awake_since: float | None = None) -> list[Told]:
    """Tell what there is to tell so long after the start, take it in, and return it."""
    awake = None if awake_since is None else after(awake_since)
    written = await schedule.tell_unread(db, now=after(seconds), awake_since=awake)
    found = await notices.pending(db, limit=1000)
    for each in found:
        await notices.delivered(db, each.id)
    assert written == len(found)
    return [(each.account, each.kind, each.data) for each in found]


async def told(db: Database, seconds: float) -> list[tuple[int | None, str]]:
    """Tell, and return whom and of what kind."""
    return sorted(
        ((whom, kind) for whom, kind, _ in await tell(db, seconds)), key=lambda each: each[0] or 0
    )


async def read(
    db: Database, node: str, seconds: float, *, channel: int = 7, why: str | None = None
) -> None:
    """End a reading of a channel, at its end or with a failure."""
    now = after(seconds)
    await schedule.done(db, node, channel, ok=why is None, now=now, pause=plain, why=why)


async def publish(db: Database, *seconds: float, channel: int = 7) -> None:
    """Hold posts that were published so long after the start."""
    for each in seconds:
        await db.execute(
            """
            INSERT INTO posts (channel_id, id, published_at, text, html)
            SELECT $1, coalesce(max(id), 0) + 1, $2, '', '' FROM posts WHERE channel_id = $1
            """,
            channel,
            after(each),
        )


async def test_an_unread_channel_is_told_once(db: Database, node: str) -> None:
    """After three intervals its follower and the operator learn which, since when and why, and
    nothing more as long as it lasts.
    """  # noqa: D205
    await read(db, node, 10)
    assert await tell(db, 10 + LATE - 1) == []
    about = {
        "channel": 7,
        "title": "Channel 7",
        "since": after(10).isoformat(),
        "cause": "late",
    }
    assert await tell(db, 10 + LATE) == [
        (42, "unread", about),
        (None, "unread", about | {"followers": 1}),
    ]
    assert await tell(db, 10 + LATE + 1) == []
    assert await tell(db, 100 * LATE) == []


async def test_its_recovery_is_told_once(db: Database, node: str) -> None:
    """Read to its end again, both learn since when it was not and how many posts came since."""
    await publish(db, 5)
    await read(db, node, 10)
    await tell(db, 2 * LATE)
    await read(db, node, 2 * LATE + 1, why="Timed out.")
    assert await tell(db, 2 * LATE + 2) == []
    await publish(db, 20, LATE)
    await read(db, node, 2 * LATE + 3)
    about = {"channel": 7, "title": "Channel 7", "since": after(10).isoformat(), "posts": 2}
    assert await tell(db, 2 * LATE + 4) == [(42, "read_again", about), (None, "read_again", about)]
    assert await tell(db, 2 * LATE + 5) == []


async def test_what_was_not_told_needs_no_recovery(db: Database, node: str) -> None:
    """A channel that is read in time, or before anybody was told, is silent."""
    for seconds in (0, LATE - 1, 3 * LATE):
        await read(db, node, seconds)
        assert await tell(db, seconds) == []
    await read(db, node, 2 * LATE)  # it ended last, but an earlier one has read more
    assert await tell(db, 4 * LATE - 1) == []


async def test_each_silence_is_told(db: Database, node: str) -> None:
    """A channel that falls silent again is told again, however soon."""
    kinds = []
    for seconds in (0, 2 * LATE, 4 * LATE):
        await read(db, node, seconds)
        kinds += [kind for _, kind, _ in await tell(db, seconds + 2 * LATE - 1)]
    assert kinds == ["unread", "unread", *2 * ["read_again", "read_again", "unread", "unread"]]


async def test_each_follower_is_told_by_the_own_interval(db: Database, node: str) -> None:
    """Who wants a channel rarely is told late; the operator learns with the first of them."""
    await account(db, 43)
    await follow(db, 43, 7, every=10 * EVERY)
    await read(db, node, 0)
    assert await told(db, LATE) == [(None, "unread"), (42, "unread")]
    assert await told(db, 10 * LATE - 1) == []
    assert await told(db, 10 * LATE) == [(43, "unread")]
    await read(db, node, 11 * LATE)
    assert await told(db, 11 * LATE) == [
        (None, "read_again"),
        (42, "read_again"),
        (43, "read_again"),
    ]


EXPIRED = "UPDATE accounts SET state = 'EXPIRED', changed_at = '2026-01-01 01:29:59+00'"
FLOODED = "INSERT INTO floods VALUES ({}, 'history', '{}')"


@pytest.mark.parametrize(
    ("trouble", "cause"),
    [
        ([], {"cause": "late"}),
        ([EXPIRED], {"cause": "expired"}),
        (
            [FLOODED.format(42, after(99 * LATE)), FLOODED.format(43, after(9 * LATE))],
            {"cause": "flooded", "until": after(9 * LATE).isoformat()},
        ),
        ([FLOODED.format(42, after(9 * LATE))], {"cause": "late"}),
        ([f"{EXPIRED} WHERE id = 42", FLOODED.format(42, after(9 * LATE))], {"cause": "late"}),
        (
            [f"{EXPIRED} WHERE id = 42", FLOODED.format(43, after(9 * LATE))],
            {"cause": "flooded", "until": after(9 * LATE).isoformat()},
        ),
    ],
    ids=[
        "nobody came",
        "all expired",
        "all wait",
        "one waits",
        "one expired and waits",
        "one expired, one waits",
    ],
)
async def test_the_cause_is_told(
    db: Database, node: str, trouble: list[str], cause: dict[str, str]
) -> None:
    """Nobody could read it, all had to wait and until when, or nobody came."""
    await account(db, 43)
    await follow(db, 43, 7)
    await read(db, node, 0)
    for each in trouble:
        await db.execute(each)
    found = await tell(db, LATE)
    assert [whom for whom, _, _ in found] == [42, 43, None]
    about = {"channel": 7, "title": "Channel 7", "since": START.isoformat(), **cause}
    assert [data for _, _, data in found] == [about, about, about | {"followers": 2}]


async def test_the_last_failure_is_told(db: Database, node: str) -> None:
    """A channel whose readings fail is told with the reason of the last one."""
    await read(db, node, 0)
    await read(db, node, 100, why="First.")
    await read(db, node, 200, why="Telegram could\0 not be reached.")
    (_, _, data), _ = await tell(db, LATE)
    assert (data["cause"], data["why"]) == ("failed", "Telegram could not be reached.")


async def test_a_failure_is_not_blamed_for_a_wait(db: Database, node: str) -> None:
    """A channel whose readings failed, and whose readers have to wait now, is told as waiting."""
    await read(db, node, 0)
    await read(db, node, 100, why="It fails.")
    await db.execute(FLOODED.format(42, after(9 * LATE)))
    found = await tell(db, LATE)
    assert [(data["cause"], data.get("why")) for _, _, data in found] == 2 * [("flooded", None)]


async def test_whoever_just_awoke_catches_up_first(db: Database, node: str) -> None:
    """What nobody came to during a downtime is told an interval after it; any other cause at
    once.
    """  # noqa: D205
    awake = 10 * LATE
    await follow(db, 42, 8)
    await read(db, node, 0)
    await read(db, node, 0, channel=8)
    await read(db, node, 1, channel=8, why="It fails.")
    found = await tell(db, awake + 1, awake_since=awake)
    assert [(whom, data["channel"]) for whom, _, data in found] == [(42, 8), (None, 8)]
    assert await tell(db, awake + EVERY - 1, awake_since=awake) == []
    found = await tell(db, awake + EVERY, awake_since=awake)
    assert [(whom, data["channel"]) for whom, _, data in found] == [(42, 7), (None, 7)]


@pytest.mark.usefixtures("node")
async def test_a_new_follower_waits_from_the_first_day_on(db: Database) -> None:
    """A channel that was never read, or has been read long ago, is unread since it is followed."""
    found = await tell(db, LATE)
    assert [data["since"] for _, _, data in found] == [START.isoformat()] * 2
    await account(db, 43)
    await follow(db, 43, 7)
    await db.execute("UPDATE subscriptions SET followed_at = $1 WHERE account = 43", after(LATE))
    assert await told(db, 2 * LATE - 1) == []
    assert await told(db, 2 * LATE) == [(43, "unread")]


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE subscriptions SET left_at = now()",
        "UPDATE subscriptions SET wanted = false",
        "UPDATE accounts SET state = 'LOGGED_OUT'",
    ],
)
async def test_who_does_not_want_a_channel_is_told_nothing(
    db: Database, node: str, change: str
) -> None:
    """Neither before nor after: what was told is forgotten, and its recovery is not told."""
    await read(db, node, 0)
    await db.execute(change)
    assert await tell(db, LATE) == []
    await db.execute("UPDATE subscriptions SET left_at = NULL, wanted = true")
    await db.execute("UPDATE accounts SET state = 'READY'")
    assert await told(db, LATE) == [(None, "unread"), (42, "unread")]
    await db.execute(change)
    assert await tell(db, LATE) == []
    await read(db, node, LATE + 1)
    await db.execute("UPDATE subscriptions SET left_at = NULL, wanted = true")
    await db.execute("UPDATE accounts SET state = 'READY'")
    assert await tell(db, LATE + 2) == []


async def test_a_login_begins_the_wait_anew(db: Database, node: str) -> None:
    """Who comes back after a long time is not told at once of what is about to be read."""
    await read(db, node, 0)
    await db.execute("UPDATE accounts SET state = 'QR_WAIT'")
    assert await tell(db, 9 * LATE) == []
    await db.execute("UPDATE accounts SET state = 'READY', changed_at = $1", after(9 * LATE))
    assert await tell(db, 10 * LATE - 1) == []
    assert await told(db, 10 * LATE) == [(None, "unread"), (42, "unread")]


async def test_what_was_told_outlives_a_login(db: Database, node: str) -> None:
    """After an expiry nothing is told again, whatever states follow, but the recovery."""
    await read(db, node, 0)
    await db.execute(EXPIRED)
    assert await told(db, LATE) == [(None, "unread"), (42, "unread")]
    await db.execute("UPDATE accounts SET state = 'QR_WAIT'")
    assert await tell(db, LATE + 1) == []
    await db.execute("UPDATE accounts SET state = 'READY', changed_at = $1", after(LATE + 2))
    assert await tell(db, 3 * LATE) == []
    await read(db, node, 3 * LATE + 1)
    assert await told(db, 3 * LATE + 2) == [(None, "read_again"), (42, "read_again")]


async def test_only_posts_that_may_be_read_are_counted(db: Database, node: str) -> None:
    """Of those that came a follower is told the ones it may read, the operator all."""
    await account(db, 43)
    await follow(db, 43, 7)
    await read(db, node, 0)
    await tell(db, LATE)
    await publish(db, 1, 2, 3)
    await db.execute("UPDATE subscriptions SET visible_from = 2 WHERE account = 43")
    await read(db, node, LATE)
    found = await tell(db, LATE)
    assert {whom: data["posts"] for whom, _, data in found} == {42: 3, 43: 1, None: 3}


async def test_several_processes_tell_it_once(db: Database, dsn: str, node: str) -> None:
    """Whoever ticks at the same moment, each is told once that it fell silent and came back."""
    everybody = list(range(100, 130))
    await account(db, *everybody)
    for each in everybody:
        await follow(db, each, 7, 8)

    async def tick(seconds: float) -> None:
        async with await Database.open(dsn, connections=2) as other:
            calls = [
                schedule.tell_unread(each, now=after(seconds)) for each in (db, other, db, other)
            ]
            written = sum(await asyncio.gather(*calls))
            written += await schedule.tell_unread(db, now=after(seconds))
        assert written == len(await notices.pending(db, limit=1000)) - before

    before = 0
    await tick(LATE)
    before = len(await notices.pending(db, limit=1000))
    assert before == 30 * 2 + 1 + 2
    for channel in (7, 8):
        await read(db, node, LATE + 1, channel=channel)
    await tick(LATE + 2)
    assert len(await notices.pending(db, limit=1000)) == 2 * before


async def test_telling_waits_for_nobody(db: Database, node: str) -> None:
    """Rows that a login, a list or a removal has locked are told at the next tick."""
    await account(db, 43, 44)
    await follow(db, 43, 8)
    await follow(db, 44, 9)

    async def ticks(seconds: float) -> list[int]:
        async with db.transaction() as connection, asyncio.timeout(10):
            await connection.execute("SELECT 1 FROM accounts WHERE id = 42 FOR UPDATE")
            await connection.execute("SELECT 1 FROM subscriptions WHERE account = 43 FOR UPDATE")
            await connection.execute("SELECT 1 FROM channels WHERE id = 9 FOR UPDATE")
            first = await schedule.tell_unread(db, now=after(seconds))
        return [first, await schedule.tell_unread(db, now=after(seconds))]

    assert await ticks(LATE) == [2, 4]
    for channel in (7, 8, 9):
        await read(db, node, LATE + 1, channel=channel)
    assert await ticks(LATE + 2) == [2, 4]


async def test_a_tick_tells_so_many_and_the_next_goes_on(db: Database, node: str) -> None:
    """When a whole service was silent, nobody is left out, and no tick is without end."""
    many = schedule.TOLD_AT_ONCE
    await db.execute(
        "INSERT INTO accounts (id, state, changed_at)"
        " SELECT 1000 + i, 'READY', $1 FROM generate_series(1, $2) AS i",
        START,
        many,
    )
    await db.execute(
        "INSERT INTO subscriptions (account, channel, access_hash, top, position, followed_at)"
        " SELECT 1000 + i, 7, 1, 1, 1, $1 FROM generate_series(1, $2) AS i",
        START,
        many,
    )
    ticks = [await schedule.tell_unread(db, now=after(LATE)) for _ in range(3)]
    assert ticks == [many + 1, 1, 0]
    await read(db, node, LATE + 1)
    ticks = [await schedule.tell_unread(db, now=after(LATE + 2)) for _ in range(3)]
    assert ticks == [many + 1, 1, 0]


@pytest.mark.usefixtures("node")
async def test_nothing_is_told_of_a_channel_that_is_gone(db: Database) -> None:
    """What the operator was told of a channel goes with it: it says what somebody followed."""
    assert len(await tell(db, LATE)) == 2
    await db.execute("DELETE FROM channels")
    assert await db.fetch_value("SELECT count(*) FROM notices") == 0
    assert await tell(db, 2 * LATE) == []


async def test_freshness_says_how_far_reading_is_behind(db: Database, node: str) -> None:
    """It counts what is followed and due, names the oldest, and the causes of what is unread."""
    await account(db, 43, state="EXPIRED")
    await account(db, 44)
    await follow(db, 42, 8, 9)
    await follow(db, 43, 7, 10)
    await follow(db, 44, 11)
    assert await schedule.freshness(db, now=after(1)) == Freshness(
        channels=4, due=4, oldest_due=START, unread={}
    )
    await db.execute(FLOODED.format(44, after(9 * LATE)))
    for channel in (7, 8, 9, 11):
        await read(db, node, channel, channel=channel)
    await read(db, node, 100, channel=8, why="It fails.")
    assert await schedule.freshness(db, now=after(160)) == Freshness(
        channels=4, due=1, oldest_due=after(160), unread={}
    )
    await read(db, node, LATE, channel=9)
    assert await schedule.freshness(db, now=after(2 * LATE - 1)) == Freshness(
        channels=4,
        due=4,
        oldest_due=after(160),
        unread={"expired": 1, "failed": 1, "flooded": 1, "late": 1},
    )


async def test_freshness_of_nothing(db: Database) -> None:
    """Without channels nothing is due, and nothing is unread."""
    assert await schedule.freshness(db, now=START) == Freshness(
        channels=0, due=0, oldest_due=None, unread={}
    )
