"""A process that is killed again and again while it reads what changes under its eyes."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Iterator, Mapping

import pytest

import actors
from sandbox import Channel, Person, Sandbox, World
from storage.database import Database
from tests.bot.warm import Warm
from tests.scenarios.conftest import PERSON
from tests.scenarios.happenings import Happenings
from tests.scenarios.process import GONE, Other, other_house
from tests.scenarios.reading import admit, consistent, grown, kept, opened, shown, windows_due

pytestmark = pytest.mark.anyio

LEASE = {"lease_ttl": 600, "lease_margin": 100}
"""No test lives long enough to see it run out: what goes on at once does not wait for it."""

POSTS = 400
MOST_CALLS = 60
"""Calls after which the process is killed, at most: a parse makes fewer and more."""

SECONDS = 60.0


@pytest.fixture
def channels(world: World, person: Person) -> list[Channel]:
    """Long histories and short ones; the first channel is private."""
    made = [world.channel(f"Channel {n}", username=f"channel{n}" if n else None) for n in range(5)]
    for number, channel in enumerate(made):
        world.follow(person, channel)
        for each in range(POSTS if number % 2 else 7):
            world.publish(channel, f"post {each}")
    return made


@pytest.fixture
def chance() -> random.Random:
    """Where chance comes from: shown with a failure, so that it can be had again."""
    seed = random.SystemRandom().randrange(2**32)
    print(f"seed {seed}")
    return random.Random(seed)  # noqa: S311


@pytest.fixture
async def happenings(world: World, chance: random.Random) -> Happenings:
    """What happens at each call."""
    return Happenings(world, chance)


@pytest.fixture
def sandbox(world: World, channels: list[Channel], happenings: Happenings) -> Iterator[Sandbox]:
    """The world, in which something happens whenever somebody calls."""
    assert channels
    with Sandbox(world, on_call=happenings) as serving:
        yield serving
        assert serving.mistakes == ()


@pytest.fixture
async def db(dsn: str) -> AsyncIterator[Database]:
    """The database, looked at from outside."""
    async with await Database.open(dsn, connections=1) as opened_:
        yield opened_


@pytest.mark.long
@pytest.mark.parametrize(
    ("kills", "much"),
    [
        (6, False),
        pytest.param(50, False, marks=[pytest.mark.soak, pytest.mark.timeout(1800)]),
        pytest.param(50, True, marks=[pytest.mark.soak, pytest.mark.timeout(1800)]),
    ],
)
async def test_nothing_is_lost_or_doubled_by_a_process_that_is_killed(
    sandbox: Sandbox,
    warm: Warm,
    settings: dict[str, str],
    channels: list[Channel],
    happenings: Happenings,
    chance: random.Random,
    db: Database,
    kills: int,
    much: bool,
) -> None:
    """At any moment of a parse, each time: coverage only grows, work is for what is held.

    After the last one what is held is what Telegram shows, each post once: with one parse where
    Telegram tells what has happened, and with a sweep where it was too much to tell.
    """
    happenings.much = much
    async with opened(settings) as house:
        await admit(house, sandbox, PERSON)
    before: Mapping[int, str] = {}
    happenings.going_on = True
    for _ in range(kills):
        async with other_house(warm, settings, **LEASE) as other:
            moment = happenings.after(chance.randint(1, MOST_CALLS))
            parsing = asyncio.create_task(_parse_on(other))
            async with asyncio.timeout(SECONDS):
                await moment.wait()
            await other.kill()
            await parsing
        before = await grown(db, before)
        await consistent(db)
    happenings.going_on = False
    async with opened(settings):
        pages = max(channel.last_id for channel in channels) // 100
        for _ in range(2 + pages if much else 1):
            if much:
                await windows_due(db)
            report = await actors.user(PERSON).parse(depth=None)
            assert report.unread == ()
        await grown(db, before)
        await consistent(db)
        person = sandbox.world.people[PERSON]
        for channel in channels:
            assert await kept(db, channel) == shown(sandbox, person, channel)
        counts = {each.id: each.posts for each in await actors.user(PERSON).channels()}
        assert counts == {each.id: len(shown(sandbox, person, each)) for each in channels}


async def _parse_on(other: Other) -> None:
    """Parse again and again until the process is gone."""
    while (await other.tell("parse").end()).kind != GONE:
        pass
