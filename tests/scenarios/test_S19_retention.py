"""S19: one policy says how long posts are kept, its dry run is its deletion, and vectors go too."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

import actors
from sandbox import Channel, Person, Sandbox, World
from storage.database import Database
from tests.scenarios.conftest import PERSON
from tests.scenarios.reading import admit, opened, ticking

pytestmark = pytest.mark.anyio

AGES = (90, 60, 29, 10, 1)
"""In days, of the posts that there are in each channel."""


@pytest.fixture
def channels(world: World, person: Person) -> list[Channel]:
    """Two channels the person follows, with posts of three months."""
    made = [world.channel(f"Channel {n}", username=f"channel{n}") for n in range(2)]
    now = datetime.now(UTC)
    for channel in made:
        world.follow(person, channel)
        for age in AGES:
            world.publish(channel, f"слово {age}", at=now - timedelta(days=age))
    return made


@pytest.fixture
async def db(dsn: str) -> AsyncIterator[Database]:
    """The database, looked at from outside."""
    async with await Database.open(dsn, connections=1) as opened_:
        yield opened_


async def seen() -> list[tuple[int, int]]:
    """What the person sees, oldest first in each channel."""
    return sorted((post.channel_id, post.id) for post in await actors.user(PERSON).posts(limit=99))


async def test_the_value_shown_is_the_value_used(
    sandbox: Sandbox,
    settings: dict[str, str],
    channels: list[Channel],
    db: Database,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The service's setting is the policy: seen at once, deleted by the hour, never read again.

    The dry run names what goes, the index is told of each, and a channel that is new is read from
    what is kept on.
    """
    first, second = (each.id for each in channels)
    async with opened(settings) as house:
        await admit(house, sandbox, PERSON)
        await actors.user(PERSON).parse()
        assert await actors.user(PERSON).unfollow(second)
        assert await seen() == [(first, n) for n in (1, 2, 3, 4, 5)]
        assert await house.doomed() == ()
        supposed = await house.doomed(days=30)
    assert [(each.channel, each.posts) for each in supposed] == [(first, 2)]

    async def are_gone() -> bool:
        left: int = await db.fetch_value("SELECT count(*) FROM posts")
        return left == 3

    monkeypatch.setenv("TGACTORS_RETENTION_DAYS", "30")
    async with opened(settings, schedule=True) as house:
        assert (await house.retention()).days == 30
        assert await actors.user(PERSON).retention() == 30
        assert await seen() == [(first, n) for n in (3, 4, 5)]
        await ticking(house, are_gone)
        assert await house.doomed() == ()
        assert (await actors.user(PERSON).parse()).added == 0
        await actors.user(PERSON).follow("@channel1")
        await actors.user(PERSON).parse(depth=None)
        assert await seen() == [(each, n) for each in (first, second) for n in (3, 4, 5)]
        assert await house.retain() == 0
    rows = await db.fetch("SELECT channel_id, post_id FROM work WHERE kind = 'unindex'")
    assert {tuple(row) for row in rows if row["channel_id"] == first} <= {(first, 1), (first, 2)}
