"""Accounts that follow the same channels: each channel is read once, by whoever can."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

import actors
from actors.house import House
from sandbox import Channel, Person, Sandbox, World
from storage.database import Database
from tests.scenarios.reading import (
    HISTORY,
    admit,
    agree,
    cycle,
    newest_call,
    opened,
    stored,
    work,
)
from tests.scenarios.witness import until

pytestmark = pytest.mark.anyio

POSTS = 350
"""More than three pages: a reading has a middle."""


@pytest.fixture
def people(world: World, person: Person) -> list[Person]:
    """Five people, of whom the tests' person is the first."""
    return [person, *(world.person(100 + number, first_name=f"N{number}") for number in range(4))]


@pytest.fixture
def channels(world: World, people: list[Person]) -> list[Channel]:
    """Six channels that all of them follow, the first of them private."""
    made = [world.channel(f"Channel {n}", username=f"channel{n}" if n else None) for n in range(6)]
    for person in people:
        for channel in made:
            world.follow(person, channel)
    return made


@pytest.fixture
async def db(dsn: str) -> AsyncIterator[Database]:
    """The database, looked at from outside."""
    async with await Database.open(dsn, connections=1) as opened_:
        yield opened_


async def parse(person: Person) -> actors.ParseReport:
    """Read whatever a person follows, to its end."""
    return await actors.user(person.id).parse(depth=None)


def asked(sandbox: Sandbox, since: int) -> dict[int | None, int]:
    """Return how often each channel's history was asked for."""
    found: dict[int | None, int] = {}
    for call in sandbox.calls:
        if call.number > since and call.method == HISTORY:
            found[call.channel] = found.get(call.channel, 0) + 1
    return found


async def test_parses_side_by_side_cost_the_history_calls_of_one(
    sandbox: Sandbox, settings: dict[str, str], people: list[Person], channels: list[Channel]
) -> None:
    """Five people parse at once, again and again: each channel with news is asked for once."""
    for channel in channels:
        sandbox.publish_many(channel.id, ["one", "two"])
    async with opened(settings) as house:
        await admit(house, sandbox, *(each.id for each in people))
        for news in (channels, channels[:3], []):
            before = newest_call(sandbox)
            reports = await asyncio.gather(*map(parse, people))
            assert asked(sandbox, before) == {channel.id: 1 for channel in news}
            assert {report.unread for report in reports} == {()}
            for person in people:
                await agree(sandbox, person, *channels)
            for channel in channels[:3] if news is channels else []:
                sandbox.publish(channel.id, "more")
        assert house.statistics().telegram.violations == 0


async def test_a_parse_after_another_ones_reads_nothing_and_shows_everything(
    sandbox: Sandbox, settings: dict[str, str], people: list[Person], channels: list[Channel]
) -> None:
    """What one has read the others have, the private channel too, at no further history call."""
    for channel in channels:
        sandbox.publish_many(channel.id, ["one", "two"])
    async with opened(settings) as house:
        await admit(house, sandbox, *(each.id for each in people))
        await parse(people[0])
        before = newest_call(sandbox)
        for person in people[1:]:
            assert (await parse(person)).channels == len(channels)
            await agree(sandbox, person, *channels)
        assert asked(sandbox, before) == {}


async def test_the_schedule_reads_each_channel_once_for_all_who_follow_it(
    sandbox: Sandbox,
    settings: dict[str, str],
    people: list[Person],
    channels: list[Channel],
    db: Database,
) -> None:
    """A cycle of five accounts costs the history calls of one."""
    for channel in channels:
        sandbox.publish_many(channel.id, ["one", "two"])
    async with opened(settings) as house:
        await admit(house, sandbox, *(each.id for each in people))
    async with opened(settings, schedule=True) as house:
        await cycle(house, db)
        begun = {channel.id: 2 for channel in channels}
        assert asked(sandbox, 0) == begun, "where it begins, and what there is"
        for person in people:
            await agree(sandbox, person, *channels)
        before = newest_call(sandbox)
        sandbox.publish(channels[0].id, "more")
        await cycle(house, db)
        assert asked(sandbox, before) == {channels[0].id: 1}
        await agree(sandbox, people[-1], *channels)


async def floods(sandbox: Sandbox, person: Person, _channel: Channel) -> None:
    """Let Telegram ask the reader to wait."""
    sandbox.faults.error(HISTORY, "FLOOD_WAIT_3600", user=person.id, times=100)


async def is_answered_nonsense(sandbox: Sandbox, person: Person, _channel: Channel) -> None:
    """Let Telegram's own machines fail for the reader, again and again."""
    sandbox.faults.error(HISTORY, "INTERNAL", user=person.id, times=100)


async def is_revoked(sandbox: Sandbox, person: Person, _channel: Channel) -> None:
    """End the reader's session."""
    sandbox.revoke(person.id)


async def is_banned(sandbox: Sandbox, person: Person, channel: Channel) -> None:
    """Throw the reader out of the channel."""
    sandbox.ban(person.id, channel.id)


async def logs_out(_sandbox: Sandbox, person: Person, _channel: Channel) -> None:
    """Let the reader log out here."""
    await actors.user(person.id).logout()


async def is_forgotten(_sandbox: Sandbox, person: Person, _channel: Channel) -> None:
    """Let the reader have everything about them deleted."""
    await actors.user(person.id).forget()


Trouble = Callable[[Sandbox, Person, Channel], Awaitable[None]]
TROUBLES: list[Trouble] = [
    floods,
    is_answered_nonsense,
    is_revoked,
    is_banned,
    logs_out,
    is_forgotten,
]


@pytest.mark.parametrize("trouble", TROUBLES, ids=lambda trouble: trouble.__name__)
async def test_a_reader_that_fails_half_way_is_replaced_and_nothing_is_lost(
    sandbox: Sandbox,
    settings: dict[str, str],
    people: list[Person],
    channels: list[Channel],
    db: Database,
    trouble: Trouble,
) -> None:
    """Another account goes on from there; whoever waits for the same channel waits no longer."""
    reader, other = people[:2]
    long = channels[1]
    sandbox.publish_many(long.id, [f"post {number}" for number in range(POSTS)])
    async with opened(settings) as house:
        await admit(house, sandbox, reader.id, other.id)
        with sandbox.faults.hold(HISTORY, skip=2, user=reader.id) as hold:
            one = asyncio.create_task(parse(reader))
            await asyncio.to_thread(hold.reached)
            await until(lambda: _begun(db, len(channels)))
            two = asyncio.create_task(parse(other))
            await until(lambda: _handled(house, len(channels) + 1))
            await trouble(sandbox, reader, long)
        async with asyncio.timeout(60):
            report = await two
            await asyncio.wait([one])
        assert report.unread == ()
        assert report.added == len(await stored(db)) == POSTS
        await agree(sandbox, other, *channels)
        by_other = [
            call
            for call in sandbox.calls
            if (call.method, call.user, call.channel) == (HISTORY, other.id, long.id)
        ]
        assert 1 <= len(by_other) <= 4, "it goes on from what was stored"
        todo = await work(db)
        assert todo["tag"] == todo["index"] == await stored(db)
        one.exception()


async def _handled(house: House, requests: int) -> bool:
    """Whether so many requests have come to who has channels read: the last ones have joined."""
    (reader,) = [each for each in house.statistics().actors if each.name == "reader"]
    return reader.handled >= requests


async def _begun(db: Database, channels: int) -> bool:
    """Whether so many channels were read at least in part."""
    return bool(await db.fetch_value("SELECT count(floor) = $1 FROM channels", channels))
