"""S5: a channel that stays unread is told of, whatever the cause."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta

import pytest

import actors
from actors.house import House
from sandbox import Channel, Person, Sandbox, World
from storage.database import Database
from tests.scenarios.conftest import PERSON
from tests.scenarios.reading import (
    DIFFERENCE,
    admit,
    cycle,
    opened,
    tick,
    ticking,
)

pytestmark = pytest.mark.anyio

Trouble = Callable[[Sandbox, Database], Awaitable[None]]


@pytest.fixture
def channels(world: World, person: Person) -> list[Channel]:
    """Three channels with an old post each."""
    made = [world.channel(f"Channel {n}", username=f"channel{n}") for n in range(3)]
    for channel in made:
        world.follow(person, channel)
        world.publish(channel, "first", at=datetime.now(UTC) - timedelta(hours=3))
    return made


@pytest.fixture
async def db(dsn: str) -> AsyncIterator[Database]:
    """The database, looked at from outside."""
    async with await Database.open(dsn, connections=1) as opened_:
        yield opened_


async def expire(sandbox: Sandbox, _db: Database) -> None:
    """End the session, and let it be noticed."""
    sandbox.revoke(PERSON)
    with pytest.raises(actors.LoginRequired):
        await actors.user(PERSON).parse()


async def flood(sandbox: Sandbox, db: Database) -> None:
    """Let Telegram ask to wait."""
    sandbox.faults.error(DIFFERENCE, "FLOOD_WAIT_86400", times=1000)
    await db.execute("UPDATE channels SET next_at = NULL")


async def fail(sandbox: Sandbox, db: Database) -> None:
    """Let Telegram refuse to be read."""
    sandbox.faults.error(DIFFERENCE, "MSG_ID_INVALID", times=1000)
    await db.execute("UPDATE channels SET next_at = NULL")


@pytest.mark.parametrize(
    ("trouble", "cause"), [(expire, "expired"), (flood, "flooded"), (fail, "failed")]
)
async def test_who_waits_for_three_intervals_is_told_why_and_when_it_is_over_once(
    sandbox: Sandbox,
    settings: dict[str, str],
    channels: list[Channel],
    db: Database,
    trouble: Trouble,
    cause: str,
) -> None:
    """The follower and the operator, of each channel, however often the schedule looks."""
    async with opened(settings, schedule=True) as house:
        await admit(house, sandbox, PERSON)
        await ticking(house, lambda: _held(db, len(channels)))
        await cycle(house, db)
        for channel in channels:
            sandbox.publish(channel.id, "meanwhile")
        await trouble(sandbox, db)
        await ticking(house, lambda: _shows(db, cause))
        await tick(house)
        assert await told(house, "unread") == {}, "it has not been long"
        await age(db, "95 minutes")
        for _ in range(3):
            await tick(house)
        everybody = {(who, channel.id): cause for channel in channels for who in (PERSON, None)}
        assert await told(house, "unread") == everybody
        assert await told(house, "read_again") == {}
        sandbox.faults.clear()
        await db.execute("DELETE FROM floods")
        if cause == "expired":
            await admit(house, sandbox, PERSON)
        await cycle(house, db)
        for _ in range(3):
            await tick(house)
        assert set(await told(house, "read_again")) == set(everybody)
        assert await told(house, "unread") == everybody
        again = [each for each in await house.notices() if each.kind == "read_again"]
        assert {each.data["posts"] for each in again} == {1}


async def told(house: House, kind: str) -> dict[tuple[int | None, int], str | None]:
    """Return who was told of which channel, and what for; nobody is told twice."""
    notices = [each for each in await house.notices() if each.kind == kind]
    found = {(each.account, each.data["channel"]): each.data.get("cause") for each in notices}
    assert len(found) == len(notices)
    return found


async def age(db: Database, by: str) -> None:
    """Let everything be as long ago."""
    for table, column in (
        ("channels", "caught_up_at"),
        ("subscriptions", "followed_at"),
        ("accounts", "changed_at"),
    ):
        await db.execute(f"UPDATE {table} SET {column} = {column} - interval '{by}'")  # noqa: S608


async def _held(db: Database, posts: int) -> bool:
    return bool(await db.fetch_value("SELECT count(*) >= $1 FROM posts", posts))


async def _shows(db: Database, cause: str) -> bool:
    """Whether the trouble has come to be known."""
    known = {
        "expired": "SELECT count(*) FROM accounts WHERE state = 'EXPIRED'",
        "flooded": "SELECT count(*) FROM floods",
        "failed": "SELECT count(*) / 3 FROM channels WHERE trouble IS NOT NULL",
    }
    return bool(await db.fetch_value(known[cause]))
