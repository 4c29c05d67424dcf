"""Telegram calls of a cycle of the schedule, however many accounts follow the same channels."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import asyncpg

from actors.messages import LocateDatabase
from actors.scheduler import SchedulerActor
from bench.crowd import admit
from bench.houses import fresh
from sandbox import Sandbox, generated_world

if TYPE_CHECKING:
    from actors.house import House

CHANNELS = 15
POSTS = 200
CROWDS = (1, 100, 1_000)
CYCLE_SECONDS = 60.0
LOOK_SECONDS = 0.02
HISTORY = "messages.getHistory"

DUE = "UPDATE channels SET next_at = now() WHERE next_at IS NOT NULL"
LEFT = "SELECT count(*) FROM channels WHERE caught_up_at IS NULL OR caught_up_at < $1"


def ratios(*, full: bool) -> dict[str, float]:
    """Return the calls of cycles for each number of accounts, and how history calls grow.

    Of the first cycle, in which everything is read, `history_N` and `calls_N` are history calls
    and all calls; of a cycle that finds nothing new, `again_N` are all calls, and of one that finds
    a post in each channel, `news_N`. `cycles` is the history calls of all three for most accounts
    over those for one. Channels are listed once in six hours for each account: no part of a cycle.
    """
    found: dict[str, float] = {}
    history: list[int] = []
    for crowd in CROWDS if full else (CROWDS[0], CROWDS[-1]):
        first, again, news = asyncio.run(_counted(crowd))
        history.append((first + again + news)[HISTORY])
        found |= {
            f"history_{crowd}": first[HISTORY],
            f"calls_{crowd}": first.total(),
            f"again_{crowd}": again.total(),
            f"news_{crowd}": news.total(),
        }
    return {"cycles": history[-1] / history[0], **found}


async def _counted(crowd: int) -> list[Counter[str]]:
    """Let so many people follow the same channels; count the calls of three cycles by method."""
    world = generated_world(channels=CHANNELS, posts=POSTS, people=crowd)
    with Sandbox(world) as sandbox:
        async with fresh(sandbox.address) as house:
            dsn = await house.store.ask(LocateDatabase())
            await admit(house, sandbox, dsn)
            cycle = Cycle(house, sandbox, dsn)
            first, again = await cycle.counted(), await cycle.counted()
            for channel in world.channels:
                sandbox.publish(channel, "News.")
            return [first, again, await cycle.counted()]


class Cycle:
    """A cycle of the schedule, again and again."""

    def __init__(self, house: House, sandbox: Sandbox, dsn: str) -> None:
        self._house = house
        self._sandbox = sandbox
        self._dsn = dsn

    async def counted(self) -> Counter[str]:
        """Let every channel be due and be read, and count the calls by method."""
        house, began, before = self._house, datetime.now(UTC), len(self._sandbox.calls)
        connection: asyncpg.Connection[Any] = await asyncpg.connect(self._dsn)
        try:
            await connection.execute(DUE)
            await self._tick()
            async with asyncio.timeout(CYCLE_SECONDS):
                await _all_read(connection, began)
        finally:
            await house._system.dismiss("schedule")
            await connection.close()
        return Counter(call.method for call in self._sandbox.calls[before:])

    async def _tick(self) -> None:
        """Start the schedule, which looks at once what is due."""
        house, reader = self._house, self._house._reader
        assert reader is not None, "an open house has one"

        def make() -> SchedulerActor:
            return SchedulerActor(
                house.session, reader, house.store, house._term, dismiss=house._dismiss
            )

        await house._system.spawn("schedule", make)


async def _all_read(connection: asyncpg.Connection[Any], began: datetime) -> None:
    """Wait until each channel was read to its end since then."""
    while True:
        if not await connection.fetchval(LEFT, began):
            return
        await asyncio.sleep(LOOK_SECONDS)
