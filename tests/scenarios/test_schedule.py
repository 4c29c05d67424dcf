"""A house that reads by its schedule."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

import actors
from actors.house import House
from actors.store_messages import SetEvery
from sandbox import Channel, Person, Sandbox, World
from storage.database import Database
from tests.scenarios.conftest import PERSON
from tests.scenarios.reading import (
    DIALOGS,
    DIFFERENCE,
    HISTORY,
    admit,
    agree,
    caught_up,
    confirmed,
    count,
    cycle,
    newest_call,
    opened,
    tick,
    ticking,
)
from tests.scenarios.witness import until

pytestmark = pytest.mark.anyio

OTHER = 200
READS = (HISTORY, DIFFERENCE)


@pytest.fixture
def other(world: World) -> Person:
    """Somebody who follows the same channels."""
    return world.person(OTHER, first_name="Борис")


@pytest.fixture
def channels(world: World, person: Person, other: Person) -> list[Channel]:
    """Three channels with a post each, that both follow."""
    made = [world.channel(f"Channel {n}", username=f"channel{n}") for n in range(3)]
    for channel in made:
        world.follow(person, channel)
        world.follow(other, channel)
        world.publish(channel, "first", at=datetime.now(UTC) - timedelta(hours=3))
    return made


@pytest.fixture
async def db(dsn: str) -> AsyncIterator[Database]:
    """The database, looked at from outside."""
    async with await Database.open(dsn, connections=1) as opened_:
        yield opened_


async def rows(db: Database) -> list[Mapping[str, Any]]:
    """Return what is known of the channels' readings."""
    return [dict(row) for row in await db.fetch("SELECT * FROM channels ORDER BY id")]


async def test_the_first_run_is_at_once_and_the_next_in_half_an_hour(
    sandbox: Sandbox,
    settings: dict[str, str],
    person: Person,
    channels: list[Channel],
    db: Database,
) -> None:
    """Logging in is all that is done: lists and channels are read, and due again in time."""
    async with opened(settings, schedule=True) as house:
        await admit(house, sandbox, PERSON)
        began = datetime.now(UTC)
        await ticking(house, lambda: _held(db, len(channels)))
        await ticking(house, lambda: confirmed(db))
        await agree(sandbox, person, *channels)
        ended = datetime.now(UTC)
        for row in await rows(db):
            earliest, latest = began + timedelta(minutes=27), ended + timedelta(minutes=30)
            assert earliest <= row["next_at"] <= latest
            assert (row["taken_by"], row["failures"]) == (None, 0)
        before = newest_call(sandbox)
        sandbox.publish(channels[0].id, "not yet")
        await tick(house)
        await tick(house)
        assert count(sandbox, DIALOGS, *READS, since=before) == 0


async def test_nothing_overlaps(
    sandbox: Sandbox,
    settings: dict[str, str],
    person: Person,
    channels: list[Channel],
    db: Database,
) -> None:
    """A reading that takes long is not begun again by ticks, and a parse on demand joins it."""
    async with opened(settings, schedule=True) as house:
        await admit(house, sandbox, PERSON)
        await ticking(house, lambda: _held(db, len(channels)))
        await cycle(house, db)
        sandbox.publish(channels[0].id, "slow")
        before = newest_call(sandbox)
        with sandbox.faults.hold(DIFFERENCE, user=PERSON) as hold:
            await db.execute("UPDATE channels SET next_at = NULL WHERE id = $1", channels[0].id)
            await tick(house)
            await asyncio.to_thread(hold.reached)
            for _ in range(3):
                await tick(house)
            asked_for = _handled(house, "reader")
            parse = asyncio.create_task(actors.user(PERSON).parse())
            await until(lambda: _has_been_asked(house, "reader", asked_for))
            assert await _has_listed(sandbox, before)
            await tick(house)
            hold.release()
            assert (await parse).added == 1
        await until(lambda: caught_up(db, datetime.now(UTC) - timedelta(minutes=1)))
        asked = [
            call.method
            for call in sandbox.calls
            if call.number > before and call.channel == channels[0].id
        ]
        assert asked == [DIFFERENCE, HISTORY]
        await agree(sandbox, person, *channels)


async def test_after_a_downtime_there_is_one_catch_up(
    sandbox: Sandbox,
    settings: dict[str, str],
    person: Person,
    channels: list[Channel],
    db: Database,
) -> None:
    """Days of missed turns are one turn: each channel once, each account once."""
    async with opened(settings, schedule=True) as house:
        await admit(house, sandbox, PERSON)
        await ticking(house, lambda: _held(db, len(channels)))
        await cycle(house, db)
    await db.execute(
        "UPDATE channels SET next_at = next_at - interval '3 days',"
        " caught_up_at = caught_up_at - interval '3 days'"
    )
    await db.execute("UPDATE accounts SET confirm_at = confirm_at - interval '3 days'")
    for channel in channels:
        sandbox.publish_many(channel.id, ["missed", "missed too"])
    before, since = newest_call(sandbox), datetime.now(UTC)
    async with opened(settings, schedule=True) as house:
        await ticking(house, lambda: caught_up(db, since))
        await ticking(house, lambda: confirmed(db))
        await tick(house)
        await tick(house)
        await agree(sandbox, person, *channels)
        assert count(sandbox, DIALOGS, since=before) == 1
        assert count(sandbox, DIFFERENCE, since=before) == len(channels)
        assert count(sandbox, HISTORY, since=before) == len(channels)
        assert min(row["next_at"] for row in await rows(db)) > since
        assert await house.notices() == (), "who was down does not blame the channels"


async def test_a_changed_interval_counts_from_the_next_tick_on(
    sandbox: Sandbox,
    settings: dict[str, str],
    channels: list[Channel],
    db: Database,
) -> None:
    """Of an account or of one of its channels; the one that wants it most often decides."""
    first = channels[0].id
    async with opened(settings, schedule=True) as house:
        await admit(house, sandbox, PERSON, OTHER)
        await ticking(house, lambda: _held(db, len(channels)))
        await cycle(house, db)
        read = datetime.now(UTC)
        await house.store.ask(SetEvery(account=OTHER, seconds=600, channel=first))
        one, *others = await rows(db)
        assert one["next_at"] <= read + timedelta(seconds=600)
        assert all(row["next_at"] > read + timedelta(minutes=26) for row in others)
        await house.store.ask(SetEvery(account=PERSON, seconds=1))
        await db.execute("UPDATE channels SET next_at = next_at - interval '1 second'")
        before = newest_call(sandbox)
        await ticking(house, lambda: _asked(sandbox, before, {each.id for each in channels}))
        await house.store.ask(SetEvery(account=PERSON, seconds=3600))
        await cycle(house, db)
        one, *others = await rows(db)
        assert one["next_at"] <= datetime.now(UTC) + timedelta(seconds=600)
        now = datetime.now(UTC)
        assert all(now < row["next_at"] <= now + timedelta(minutes=30) for row in others)


async def _held(db: Database, posts: int) -> bool:
    return bool(await db.fetch_value("SELECT count(*) >= $1 FROM posts", posts))


async def _has_listed(sandbox: Sandbox, since: int) -> bool:
    return count(sandbox, DIALOGS, since=since) > 0


def _handled(house: House, actor: str) -> int:
    return next(each.handled for each in house.statistics().actors if each.name == actor)


async def _has_been_asked(house: House, actor: str, before: int) -> bool:
    """Whether an actor has taken on something since."""
    return _handled(house, actor) > before


async def _asked(sandbox: Sandbox, since: int, channels: set[int]) -> bool:
    """Whether something was asked of each of the channels."""
    return channels <= {call.channel for call in sandbox.calls if call.number > since}


async def test_what_was_left_long_ago_is_removed(
    sandbox: Sandbox,
    world: World,
    person: Person,
    settings: dict[str, str],
    db: Database,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Ten channels at a time go with their posts, and each time it is told how many; what was left
    within the week stays.
    """  # noqa: D205

    def made() -> list[Channel]:
        found = [world.channel(f"Left {number}", username=f"left{number}") for number in range(13)]
        for channel in found:
            world.follow(person, channel)
            world.publish(channel, "a post")
        return found

    many = sandbox.run(made)
    async with opened(settings) as house:
        await admit(house, sandbox, PERSON)
        await actors.user(PERSON).parse()
        for channel in many:
            sandbox.unfollow(PERSON, channel.id)
        await actors.user(PERSON).parse()
    age = "UPDATE subscriptions SET left_at = now() - interval '8 days' WHERE channel = ANY ($1)"
    await db.execute(age, [each.id for each in many[1:]])

    def cleaned() -> list[str]:
        told = [each.getMessage() for each in caplog.records]
        return [each for each in told if each.startswith("channels.cleaned")]

    async def is_clean() -> bool:
        return len(cleaned()) == 2

    with caplog.at_level("INFO", "tgactors.actors"):
        async with opened(settings, schedule=True) as house:
            await ticking(house, is_clean)
    assert cleaned() == [
        "channels.cleaned channels=10 posts=10",
        "channels.cleaned channels=2 posts=2",
    ]
    left = "SELECT array_agg(channel_id) FROM posts WHERE channel_id = ANY ($1::bigint[])"
    assert await db.fetch_value(left, [each.id for each in many]) == [many[0].id]


async def test_a_house_that_closes_begins_nothing_any_more(
    sandbox: Sandbox, settings: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    """The schedule ends before the accounts that it would use, so it has nothing to complain of."""
    running: list[str] = []

    def names() -> set[str]:
        return {thread.name for thread in threading.enumerate()}

    async def is_over() -> bool:
        return "schedule" not in names()

    async def look() -> None:
        await until(is_over)
        running.extend(names() & {f"account-{PERSON}"})

    with sandbox.faults.hold("messages.getDialogs") as hold:
        async with opened(settings, schedule=True, live=True) as house:
            await admit(house, sandbox, PERSON)
            await tick(house)
            await asyncio.to_thread(hold.reached)
            assert {"schedule", f"account-{PERSON}"} <= names()
            looking = asyncio.create_task(look())
        await looking
    assert running == [f"account-{PERSON}"]
    assert [each.getMessage() for each in caplog.records if each.levelname == "WARNING"] == []
