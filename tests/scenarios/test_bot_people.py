"""What a house knows of the people of its bot, asked from any thread."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest

from actors.house import House
from storage.bot_rows import Limits
from storage.database import Database
from storage.errors import UnknownTimezone, UnknownVisitor
from storage.sessions import new_key
from tests.scenarios.reading import opened

pytestmark = pytest.mark.anyio

VERA, BORIS = 8124731874, 43


@pytest.fixture
async def db(dsn: str) -> AsyncIterator[Database]:
    """The database, looked at from outside."""
    async with await Database.open(dsn, connections=1) as opened_:
        yield opened_


@pytest.fixture
async def house(
    dsn: str, folder: Path, db: Database, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[House]:
    """A house with two who are logged in; nobody asks Telegram anything."""
    monkeypatch.setenv("TGACTORS_CHANNELS_PER_ACCOUNT", "100")
    settings = {
        "data": str(folder),
        "telegram": "sandbox://127.0.0.1:9",
        "database_url": dsn,
        "session_keys": new_key(),
    }
    async with opened(settings) as made:
        await db.execute("INSERT INTO accounts (id, state) VALUES (8124731874, 'READY')")
        await db.execute("INSERT INTO accounts (id, state) VALUES (43, 'READY')")
        yield made


async def test_who_comes_chooses_and_leaves(house: House) -> None:
    """A visitor is known by what they chose; one who never came is not."""
    user = house.user(VERA)
    with pytest.raises(UnknownVisitor):
        await user.choose(language="en")
    assert await house.visitor(VERA) is None
    came = await house.visit(VERA, "Вера", "ru")
    chosen = await user.choose(language="en", timezone="Asia/Tokyo")
    assert (came.language, chosen.language, chosen.timezone) == ("ru", "en", "Asia/Tokyo")
    with pytest.raises(UnknownTimezone, match="Europe/Moscow"):
        await user.choose(timezone="Moscow")
    await house.blocked(VERA)
    gone = await house.visitor(VERA)
    assert gone is not None
    assert gone.blocked_at is not None
    await house.unblocked(VERA)
    assert await house.visitor(VERA) == chosen


async def test_the_operator_lists_limits_and_bans(house: House) -> None:
    """What is set for one counts for that one; the house's own limit where nobody says another."""
    await house.visit(VERA, "Вера", "ru")
    user = house.user(VERA)
    assert await user.limits() == Limits(channels=100, questions_per_day=None)
    await house.set_limits(VERA, channels=5, questions_per_day=1)
    assert await user.limits() == Limits(channels=5, questions_per_day=1)
    assert await user.take_question() is None
    again = await user.take_question()
    assert again is not None
    assert again > datetime.now(UTC)
    assert await house.user(BORIS).take_question() is None
    assert await house.ban(BORIS, by=VERA, reason="spam")
    assert [each.account for each in await house.visitors()] == [VERA, BORIS]
    assert [each.ban_reason for each in await house.visitors(state="banned")] == ["spam"]
    assert [each.name for each in await house.visitors(query="ВЕР")] == ["Вера"]
    found = await house.overview()
    assert (found.states, found.visitors, found.banned) == ({"READY": 2}, 1, 1)
    assert await house.unban(BORIS)


async def test_a_digest_is_planned_taken_and_confirmed(house: House, db: Database) -> None:
    """By the visitor's own clock; what is planned now is due without anything being restarted."""
    await house.visit(VERA, "Вера", "ru")
    user = house.user(VERA)
    await user.choose(timezone="Asia/Tokyo")
    made = await user.plan_digest(time(9), {1}, topics=["ИИ"], lines=5, channels=[7])
    assert (made.next_at.hour, made.next_at.minute) == (0, 0)
    assert await user.digest_plan() == made
    assert await house.take_due_digests() == ()
    await db.execute("UPDATE digest_plans SET next_at = now()")
    (due,) = await house.take_due_digests(limit=1)
    assert (due.account, due.topics, due.channels, due.lines) == (VERA, ("ИИ",), (7,), 5)
    assert await house.digest_sent(due)
    assert not await house.digest_sent(due)
    following = await user.digest_plan()
    assert following is not None
    assert following.next_at - made.next_at in {timedelta(0), timedelta(days=7)}
    assert await user.unplan_digest()
    assert await user.digest_plan() is None


async def test_notices_that_reach_nobody_wait(house: House, db: Database) -> None:
    """The bot is given those that it can deliver, and marks them."""
    write = "INSERT INTO notices (account, kind, occurrence, data) VALUES ($1, $2, 'once', '{}')"
    for account in (VERA, BORIS, None):
        await db.execute(write, account, f"to {account}")
    await house.visit(VERA, "Вера", "ru")
    told = await house.tellable()
    assert [each.account for each in told] == [VERA, None]
    assert await house.delivered(told[0].id)
    assert [each.account for each in await house.tellable(limit=9)] == [None]


async def test_senseless_values_are_refused_where_they_are_given(house: House) -> None:
    """With what to give instead, and without a fault of whoever keeps the database."""
    user = house.user(VERA)
    refused: list[Callable[[], Awaitable[object]]] = [
        lambda: house.visitors(limit=0),
        lambda: house.visitors(offset=-1),
        lambda: house.visitors(state="unheard of"),
        lambda: house.tellable(limit=1001),
        lambda: house.take_due_digests(limit=0),
        lambda: house.set_limits(VERA, channels=-1),
        lambda: user.plan_digest(time(9), {0}),
        lambda: user.plan_digest(time(9), ()),
        lambda: user.plan_digest(time(9, tzinfo=UTC)),
        lambda: user.plan_digest(time(9), lines=51),
    ]
    for each in refused:
        with pytest.raises(ValueError, match=r"limit|offset|state|days|lines"):
            await each()
    (store,) = [each for each in house.statistics().actors if each.name == "store"]
    assert store.restarts == 0


async def test_it_is_asked_from_any_loop(house: House) -> None:
    """A thread with a loop of its own is as good as the one that opened the house."""

    def elsewhere() -> str:
        return asyncio.run(house.visit(VERA, "Вера", "ru")).name

    assert await asyncio.to_thread(elsewhere) == "Вера"
