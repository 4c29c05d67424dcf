"""D11: Telegram lets one account wait for an hour; everybody else goes on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

import actors
from sandbox import Channel, Person, Sandbox, World
from storage.database import Database
from tests.scenarios.conftest import PERSON
from tests.scenarios.reading import (
    DIALOGS,
    DIFFERENCE,
    HISTORY,
    admit,
    agree,
    count,
    cycle,
    held,
    newest_call,
    opened,
    ticking,
)

pytestmark = pytest.mark.anyio

OTHER = 200
HOUR = timedelta(hours=1)


@pytest.fixture
def other(world: World) -> Person:
    """Somebody who shares some channels with the tests' person."""
    return world.person(OTHER, first_name="Борис")


@pytest.fixture
def channels(world: World, person: Person, other: Person) -> list[Channel]:
    """Two channels that both follow, and one that the tests' person alone does."""
    made = [world.channel(f"Channel {n}", username=f"channel{n}") for n in range(3)]
    for channel in made:
        world.follow(person, channel)
        world.publish(channel, "first")
    for channel in made[:2]:
        world.follow(other, channel)
    return made


@pytest.fixture
async def db(dsn: str) -> AsyncIterator[Database]:
    """The database, looked at from outside."""
    async with await Database.open(dsn, connections=1) as opened_:
        yield opened_


def flood(sandbox: Sandbox, *methods: str) -> None:
    """Let Telegram ask the tests' person to wait for an hour, whatever is asked for."""
    for method in methods:
        sandbox.faults.error(method, "FLOOD_WAIT_3600", user=PERSON, times=1000)


def publish(sandbox: Sandbox, channels: list[Channel]) -> None:
    """Publish a post in each channel."""
    for channel in channels:
        sandbox.publish(channel.id, "while one waits")


async def parse(*people: Person) -> list[actors.ParseReport]:
    """Let people parse at the same time."""
    return await asyncio.gather(*(actors.user(each.id).parse(depth=None) for each in people))


async def over(db: Database, sandbox: Sandbox) -> None:
    """Let the hour pass."""
    sandbox.faults.clear()
    await db.execute("UPDATE floods SET until = now() - interval '1 second'")


async def test_D11_one_waits_and_the_others_read_what_both_follow(
    sandbox: Sandbox,
    settings: dict[str, str],
    person: Person,
    other: Person,
    channels: list[Channel],
    db: Database,
) -> None:
    """The schedule asks the one who waits for nothing, before and after a restart, until it ends.

    What only they can read waits with them, and then comes.
    """
    shared, alone = channels[:2], channels[2]
    async with opened(settings) as house:
        await admit(house, sandbox, PERSON, OTHER)
        await parse(person, other)
        flood(sandbox, HISTORY, DIFFERENCE)
        publish(sandbox, channels)
        report = await actors.user(PERSON).parse()
        assert report.flood_until is not None
        assert timedelta(minutes=59) < report.flood_until - datetime.now(UTC) <= HOUR
        assert [unread.channel for unread in report.unread] == [alone.id]
        await agree(sandbox, person, *shared)
        status = await actors.user(PERSON).status()
        assert status.state == "READY"
        assert status.flood_until is not None
        assert status.flood_until >= report.flood_until
        assert (await actors.user(OTHER).status()).flood_until is None
    async with opened(settings, schedule=True) as house:
        assert (await actors.user(PERSON).status()).flood_until == status.flood_until
        before = newest_call(sandbox)
        publish(sandbox, channels)
        await db.execute("UPDATE channels SET next_at = NULL")
        since = datetime.now(UTC)
        await ticking(house, lambda: _is_read(db, shared, since))
        await agree(sandbox, other, *shared)
        await agree(sandbox, person, *shared)
        assert count(sandbox, HISTORY, DIFFERENCE, since=before, user=PERSON) == 0
        assert len(await held(PERSON, alone)) == 1
        await over(db, sandbox)
        await cycle(house, db)
        await agree(sandbox, person, *channels)


async def test_D11_who_may_not_list_is_read_all_the_same(
    sandbox: Sandbox,
    settings: dict[str, str],
    person: Person,
    channels: list[Channel],
    db: Database,
) -> None:
    """A wait for the list of chats stops no reading; it is asked for again when the wait ends."""
    async with opened(settings) as house:
        await admit(house, sandbox, PERSON)
        await actors.user(PERSON).parse(depth=None)
        flood(sandbox, DIALOGS)
        report = await actors.user(PERSON).parse()
        assert (report.added, report.channels) == (0, 0)
        assert report.flood_until is not None
        assert (await actors.user(PERSON).status()).last_report == report
    async with opened(settings, schedule=True) as house:
        before = newest_call(sandbox)
        publish(sandbox, channels)
        since = datetime.now(UTC)
        await db.execute("UPDATE channels SET next_at = NULL")
        await db.execute("UPDATE accounts SET confirm_at = NULL")
        await ticking(house, lambda: _is_read(db, channels, since))
        await agree(sandbox, person, *channels)
        assert count(sandbox, DIALOGS, since=before) == 0
        await over(db, sandbox)
        await cycle(house, db)
        assert count(sandbox, DIALOGS, since=before) == 1


async def test_D11_a_flood_in_the_middle_of_a_cycle_stalls_nobody(
    sandbox: Sandbox,
    settings: dict[str, str],
    person: Person,
    other: Person,
    channels: list[Channel],
) -> None:
    """Two parses at once, one of them flooded at its first call: the other one is whole."""
    async with opened(settings) as house:
        await admit(house, sandbox, PERSON, OTHER)
        await parse(person, other)
        flood(sandbox, HISTORY, DIFFERENCE)
        publish(sandbox, channels)
        async with asyncio.timeout(20):
            mine, theirs = await parse(person, other)
        assert (theirs.unread, theirs.flood_until) == ((), None)
        await agree(sandbox, other, *channels[:2])
        assert [unread.channel for unread in mine.unread] == [channels[2].id]
        await agree(sandbox, person, *channels[:2])
        assert len(await held(PERSON, channels[2])) == 1


async def _is_read(db: Database, channels: list[Channel], since: datetime) -> bool:
    """Whether channels were read to their end after a time."""
    ids = [channel.id for channel in channels]
    read = "SELECT count(*) FROM channels WHERE id = ANY ($1::bigint[]) AND caught_up_at > $2"
    return bool(await db.fetch_value(read, ids, since) == len(ids))
