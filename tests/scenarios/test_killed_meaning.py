"""A process that is killed again and again while it tags and indexes."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Iterator

import pytest

import actors
from sandbox import Channel, Sandbox, World
from sandbox.providers import Providers
from storage.database import Database
from tests.bot.warm import Warm
from tests.scenarios.conftest import PERSON
from tests.scenarios.meaning import (
    environment,
    fill,
    opened,
    settled,
    time_passes,
    whole,
)
from tests.scenarios.process import other_house
from tests.scenarios.reading import admit

pytestmark = pytest.mark.anyio

LEASE = {"lease_ttl": 600, "lease_margin": 100}
SECONDS = 60.0
POSTS_EACH = 30
"""New posts for each process that is killed."""


@pytest.fixture
def providers(monkeypatch: pytest.MonkeyPatch) -> Iterator[Providers]:
    """GigaChat and embeddings, which every house of the test asks."""
    with Providers(dimension=64) as serving:
        for name, value in environment(serving).items():
            monkeypatch.setenv(name, value)
        yield serving


@pytest.fixture
def chance() -> random.Random:
    """Where chance comes from: shown with a failure, so that it can be had again."""
    seed = random.SystemRandom().randrange(2**32)
    print(f"seed {seed}")
    return random.Random(seed)  # noqa: S311


@pytest.fixture
async def db(dsn: str) -> AsyncIterator[Database]:
    """The database, looked at from outside."""
    async with await Database.open(dsn, connections=1) as opened_:
        yield opened_


@pytest.mark.long
@pytest.mark.parametrize(
    "kills", [3, pytest.param(20, marks=[pytest.mark.soak, pytest.mark.timeout(1800)])]
)
async def test_each_post_is_tagged_and_indexed_once_whenever_the_process_is_killed(
    sandbox: Sandbox,
    warm: Warm,
    settings: dict[str, str],
    world: World,
    channels: list[Channel],
    providers: Providers,
    chance: random.Random,
    db: Database,
    kills: int,
) -> None:
    """At any moment: what it had comes back by its lease, and what was kept is not asked again.

    In the end every post has its tags and its vectors, once, and no work is left.
    """
    async with opened(settings, workers=False) as house:
        await admit(house, sandbox, PERSON)
    for number in range(kills):
        _publish(sandbox, world, channels, number)
        for channel in channels[:3]:
            posts = list(channel.posts)
            sandbox.edit(channel.id, chance.choice(posts), f"edited after {number} kills")
        async with opened(settings, workers=False):
            await actors.user(PERSON).parse()
        kept = await _kept(db)
        before = _calls(providers)
        async with other_house(warm, settings, **LEASE) as other:
            await _until_calls(providers, before + chance.randint(1, POSTS_EACH))
            await asyncio.sleep(chance.random() / 100)
            await other.kill()
        now = await _kept(db)
        assert kept.items() <= now.items(), "what was kept has changed"
        await time_passes(db)
    async with opened(settings) as house:
        await settled(house)
        await whole(house, db)
        assert not await db.fetch("SELECT FROM tags WHERE state <> 'ok'")
    held = await db.fetch_value("SELECT count(*) FROM posts")
    assert held == kills * POSTS_EACH


def _publish(sandbox: Sandbox, world: World, channels: list[Channel], number: int) -> None:
    first = number * POSTS_EACH
    sandbox.run(lambda: fill(world, channels, POSTS_EACH, first=first))


def _calls(providers: Providers) -> int:
    return len(providers.gigachat.asked) + len(providers.openai.asked)


async def _until_calls(providers: Providers, calls: int) -> None:
    """Wait until so many calls are over, or nothing more is asked."""
    async with asyncio.timeout(SECONDS):
        while _calls(providers) < calls:  # noqa: ASYNC110  a thread's log tells nobody
            await asyncio.sleep(0.001)


async def _kept(db: Database) -> dict[tuple[int, int], object]:
    """Return when each post was tagged, by its text."""
    rows = await db.fetch("SELECT channel_id, post_id, text_hash, tagged_at FROM tags")
    return {(row["channel_id"], row["post_id"]): row["tagged_at"] for row in rows}
