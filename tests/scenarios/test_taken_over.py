"""Channels that a process was reading when it ended."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

import actors
from sandbox import Channel, Person, Sandbox, World
from storage.database import Database
from tests.scenarios.conftest import PERSON
from tests.scenarios.reading import (
    DIFFERENCE,
    admit,
    agree,
    caught_up,
    cycle,
    opened,
    tick,
    ticking,
)
from tests.scenarios.witness import until

pytestmark = pytest.mark.anyio

PROGRAM = Path(__file__).with_name("scheduled.py")


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


async def rows(db: Database) -> list[Mapping[str, Any]]:
    """Return what is known of the channels' readings."""
    return [dict(row) for row in await db.fetch("SELECT * FROM channels ORDER BY id")]


async def test_what_a_stopping_house_was_reading_is_due_for_the_next(
    sandbox: Sandbox,
    settings: dict[str, str],
    person: Person,
    channels: list[Channel],
    db: Database,
) -> None:
    """It lets go of what it has taken; the next house reads it at once."""
    async with opened(settings, schedule=True) as house:
        await admit(house, sandbox, PERSON)
        await ticking(house, lambda: _held(db, len(channels)))
        await cycle(house, db)
        sandbox.publish(channels[0].id, "unread")
        hold = sandbox.faults.hold(DIFFERENCE)
        since = datetime.now(UTC)
        await db.execute("UPDATE channels SET next_at = NULL")
        await tick(house)
        await asyncio.to_thread(hold.reached)
    hold.release()
    assert {row["taken_by"] for row in await rows(db)} == {None}
    async with opened(settings, schedule=True) as house:
        await ticking(house, lambda: caught_up(db, since))
        await agree(sandbox, person, *channels)


async def test_the_channels_of_a_killed_process_are_taken_over(
    sandbox: Sandbox,
    settings: dict[str, str],
    folder: Path,
    person: Person,
    channels: list[Channel],
    db: Database,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Not while it may still live; then they are read by the next, accounts and all."""
    monkeypatch.setenv("TGACTORS_LEASE_TTL", "1")
    monkeypatch.setenv("TGACTORS_LEASE_MARGIN", "0.2")
    async with opened(settings) as house:
        await admit(house, sandbox, PERSON)
        await actors.user(PERSON).parse(depth=None)
    sandbox.publish(channels[0].id, "unread")
    await db.execute("UPDATE channels SET next_at = NULL")
    hold = sandbox.faults.hold(DIFFERENCE)
    names = {f"TGACTORS_{name.upper()}": value for name, value in settings.items()}
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        str(PROGRAM),
        stdin=asyncio.subprocess.PIPE,
        env={**os.environ, **names, "TGACTORS_DATA": str(folder / "elsewhere")},
    )
    try:
        await asyncio.to_thread(hold.reached, 30)
    finally:
        process.kill()
        await process.wait()
    hold.release()
    taken = {row["taken_by"] for row in await rows(db)}
    assert len(taken) == 1
    async with opened(settings, schedule=True) as house:
        (taker,) = taken
        await until(lambda: _is_dead(db, taker))
        await tick(house)
        assert {row["taken_by"] for row in await rows(db)} == taken
        await db.execute("UPDATE channels SET taken_until = now()")
        since = datetime.now(UTC)
        await ticking(house, lambda: caught_up(db, since))
        await agree(sandbox, person, *channels)
        assert {row["taken_by"] for row in await rows(db)} == {None}


async def _held(db: Database, posts: int) -> bool:
    return bool(await db.fetch_value("SELECT count(*) >= $1 FROM posts", posts))


async def _is_dead(db: Database, node: UUID) -> bool:
    """Whether nobody has to wait any more for what a process held."""
    dead = "SELECT expires_at <= now() FROM nodes WHERE incarnation = $1"
    return bool(await db.fetch_value(dead, node))
