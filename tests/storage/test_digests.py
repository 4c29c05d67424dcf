"""The plans by which accounts get digests."""

import asyncio
from datetime import UTC, datetime, time, timedelta

import pytest

from storage import digests, notices, visitors
from storage.bot_rows import DuePlan
from storage.database import Database
from storage.errors import UnknownAccount
from storage.occurrences import WEEK

pytestmark = pytest.mark.anyio

VERA, BORIS = 42, 43
SATURDAY_NOON = datetime(2026, 5, 2, 9, tzinfo=UTC)
"""In Moscow, where Vera lives."""
DUE = datetime(2026, 5, 4, 6, tzinfo=UTC)
"""Monday at nine, there."""
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
async def people(db: Database) -> None:
    """Two who are logged in and write to the bot."""
    for account, zone in ((VERA, "Europe/Moscow"), (BORIS, "UTC")):
        await db.execute("INSERT INTO accounts (id, state) VALUES ($1, 'READY')", account)
        await visitors.visit(db, account, "name", "ru")
        await visitors.choose(db, account, language=None, timezone=zone, now=SATURDAY_NOON)


async def plan(db: Database, account: int = VERA, *, days: frozenset[int] = frozenset({1})) -> None:
    """Plan a digest for Mondays at nine."""
    await digests.plan(db, account, time(9), days, topics=["ИИ"], lines=5, now=SATURDAY_NOON)


async def due(db: Database, now: datetime = DUE, limit: int = 9) -> list[DuePlan]:
    """Take what is due, for a minute."""
    return await digests.due(db, limit, now=now, seconds=60)


async def next_at(db: Database) -> datetime:
    """When Vera's next one is."""
    found = await digests.load(db, VERA)
    assert found is not None
    return found.next_at


async def test_a_plan_comes_back_as_it_was_made(db: Database) -> None:
    """With its next occurrence by the visitor's own clock; another one takes its place."""
    assert await digests.load(db, VERA) is None
    made = await digests.plan(
        db, VERA, time(9), {1}, topics=["ИИ"], channels=[7], lines=5, now=SATURDAY_NOON
    )
    assert (made.at, made.days, made.topics) == (time(9), frozenset({1}), ("ИИ",))
    assert (made.channels, made.lines, made.next_at) == ((7,), 5, DUE)
    assert await digests.load(db, VERA) == made
    again = await digests.plan(db, VERA, time(21, 30), now=SATURDAY_NOON)
    assert (again.topics, again.channels, again.days) == ((), None, WEEK)
    assert again.next_at == datetime(2026, 5, 2, 18, 30, tzinfo=UTC)
    assert await digests.load(db, VERA) == again
    assert await digests.load(db, BORIS) is None


async def test_a_plan_is_a_registered_accounts(db: Database) -> None:
    """Nobody else has channels to sum up."""
    with pytest.raises(UnknownAccount, match="99"):
        await plan(db, 99)


@pytest.mark.parametrize(
    ("at", "days", "lines"),
    [
        (time(9), set(), 5),
        (time(9), {0}, 5),
        (time(9), {8}, 5),
        (time(9, tzinfo=UTC), {1}, 5),
        (time(9), {1}, 0),
        (time(9), {1}, 51),
    ],
)
async def test_an_odd_plan_is_refused(db: Database, at: time, days: set[int], lines: int) -> None:
    """A fault of the program is told as one, and the plan there was stays."""
    await plan(db)
    with pytest.raises(ValueError, match=r"days|offset|lines"):
        await digests.plan(db, VERA, at, days, lines=lines, now=SATURDAY_NOON)
    assert await next_at(db) == DUE


async def test_a_digest_is_due_at_its_time_and_once(db: Database) -> None:
    """Not before, and when it is sent not again before the next occurrence."""
    await plan(db)
    assert await due(db, DUE - MINUTE) == []
    (taken,) = await due(db)
    assert (taken.account, taken.due_at, taken.since) == (VERA, DUE, None)
    assert (taken.topics, taken.channels, taken.lines) == (("ИИ",), None, 5)
    assert (taken.timezone, taken.language) == ("Europe/Moscow", "ru")
    assert await due(db) == []
    assert await digests.sent(db, VERA, taken.lease, now=DUE + MINUTE)
    assert await due(db, DUE + 6 * DAY) == []
    (following,) = await due(db, DUE + 7 * DAY)
    assert (following.due_at, following.since) == (DUE + 7 * DAY, DUE)


async def test_one_that_is_not_confirmed_is_taken_again(db: Database) -> None:
    """Whoever was killed only delays it; what the first says of it afterwards counts no more."""
    await plan(db)
    (first,) = await due(db)
    assert await due(db, DUE + MINUTE - timedelta(seconds=1)) == []
    (second,) = await due(db, DUE + MINUTE)
    assert second.due_at == DUE
    assert not await digests.sent(db, VERA, first.lease, now=DUE + MINUTE)
    assert await digests.sent(db, VERA, second.lease, now=DUE + MINUTE)
    assert not await digests.sent(db, VERA, second.lease, now=DUE + MINUTE)


async def test_one_that_cannot_be_sent_is_passed_over(db: Database) -> None:
    """After three tries, with a notice; the next occurrence is as if nothing had been."""
    await plan(db)
    for number in range(digests.MOST_TRIES):
        assert len(await due(db, DUE + number * MINUTE)) == 1
    assert await due(db, DUE + 3 * MINUTE) == []
    (told,) = await notices.pending(db, limit=9)
    assert (told.account, told.kind) == (VERA, "digest_missed")
    assert told.data == {"due_at": DUE.isoformat()}
    assert await next_at(db) == DUE + 7 * DAY
    assert len(await due(db, DUE + 7 * DAY)) == 1


async def test_a_downtime_is_made_up_for_once(db: Database) -> None:
    """After three missed Mondays one digest is due, and the next on the following Monday."""
    await plan(db)
    late = DUE + 15 * DAY
    (taken,) = await due(db, late)
    assert taken.due_at == DUE
    await digests.sent(db, VERA, taken.lease, now=late)
    assert await due(db, late) == []
    assert await next_at(db) == DUE + 21 * DAY


async def test_D13_a_change_counts_at_once(db: Database) -> None:
    """What is being made by the old plan is not confirmed by it, and what is unplanned not due."""
    await plan(db)
    (taken,) = await due(db)
    await digests.plan(db, VERA, time(10), now=DUE)
    assert not await digests.sent(db, VERA, taken.lease, now=DUE)
    assert await next_at(db) == DUE + timedelta(hours=1)
    assert await digests.unplan(db, VERA)
    assert not await digests.unplan(db, VERA)
    assert await due(db, DUE + 9 * DAY) == []


@pytest.mark.parametrize(
    "happening",
    [
        "UPDATE accounts SET state = 'EXPIRED'",
        "UPDATE visitors SET blocked_at = now()",
        "INSERT INTO bans (account) VALUES (42)",
        "DELETE FROM visitors",
    ],
)
async def test_whom_nothing_reaches_is_sent_nothing(db: Database, happening: str) -> None:
    """It stays due for when they are back."""
    await plan(db)
    await db.execute(happening)
    assert await due(db, DUE + DAY) == []
    assert await next_at(db) == DUE


async def test_several_take_each_digest_once(db: Database) -> None:
    """Two processes at once share what is due, the most overdue first."""
    accounts = range(100, 140)
    for account in accounts:
        await db.execute("INSERT INTO accounts (id, state) VALUES ($1, 'READY')", account)
        await visitors.visit(db, account, "name", "ru")
        await digests.plan(db, account, time(9), now=SATURDAY_NOON)
    now = SATURDAY_NOON + DAY
    found = await asyncio.gather(*(due(db, now, limit=5) for _ in range(12)))
    taken = [each.account for some in found for each in some]
    assert len(taken) == len(set(taken))
    while some := await due(db, now, limit=5):
        taken += [each.account for each in some]
    assert sorted(taken) == list(accounts)


async def test_a_time_zone_that_is_gone_stops_nobody(db: Database) -> None:
    """Where this machine does not know a zone that another did, its digest comes by UTC."""
    await plan(db)
    await db.execute("UPDATE visitors SET timezone = 'Mars/Olympus'")
    (taken,) = await due(db)
    assert await digests.sent(db, VERA, taken.lease, now=DUE)
    assert await next_at(db) == datetime(2026, 5, 4, 9, tzinfo=UTC)
