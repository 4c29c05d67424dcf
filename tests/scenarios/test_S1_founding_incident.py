"""S1: a client used from another loop; 15 channels unread for 15 hours, nobody told."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import Future
from datetime import UTC, datetime, timedelta

import pytest

import actors
from sandbox import Channel, Sandbox, World
from tests.scenarios.conftest import PERSON, Open, log_in

pytestmark = pytest.mark.anyio

HELD, MISSED = 101, 36
NOW = datetime.now(UTC).replace(microsecond=0)


def spread(total: int, channels: list[Channel]) -> list[Channel]:
    """Deal posts out to channels, unevenly."""
    return [channels[n * n % len(channels)] for n in range(total)]


@pytest.fixture
def channels(world: World, channels: list[Channel]) -> list[Channel]:
    """The channels as they were when the incident began: 101 posts, 15 hours old and more."""
    began = NOW - timedelta(hours=15)
    for number, channel in enumerate(spread(HELD, channels)):
        at = began - timedelta(minutes=HELD - number)
        world.publish(channel, f"пост {number} до разрыва", at=at)
    return channels


async def test_S1_one_parse_after_the_gap_adds_36_and_137_are_held(
    sandbox: Sandbox, world: World, channels: list[Channel], open_house: Open
) -> None:
    """101 posts held, a 15-hour gap, 15 channels: one parse adds 36, and 137 are held."""
    async with open_house():
        await log_in(sandbox)
        first = await actors.user(PERSON).parse()
        assert (first.channels, first.added) == (15, HELD)

    def miss() -> None:
        for number, channel in enumerate(spread(MISSED, channels)):
            at = NOW - timedelta(hours=15) + timedelta(minutes=25 * number)
            world.publish(channel, f"пост {number} во время разрыва", at=at)

    sandbox.run(miss)
    async with open_house() as house:
        second = await actors.user(PERSON).parse()
        assert (second.channels, second.added, second.unread) == (15, MISSED, ())
        posts = await actors.user(PERSON).posts(limit=1000)
        assert len(posts) == HELD + MISSED
        assert len({(post.channel_id, post.id) for post in posts}) == HELD + MISSED
        assert house.statistics().telegram.violations == 0


async def test_S1_twenty_threads_and_loops_reach_the_client_on_its_one_thread(
    sandbox: Sandbox, open_house: Open
) -> None:
    """Twenty loops in twenty threads ask at once; every client call is seen on one thread."""
    async with open_house() as house:
        await log_in(sandbox)
        callers: set[int] = set()
        together = threading.Barrier(20)

        def ask(done: Future[actors.ParseReport]) -> None:
            async def main() -> actors.ParseReport:
                await actors.user(PERSON).status()
                return await actors.user(PERSON).parse()

            together.wait(timeout=30)
            callers.add(threading.get_ident())
            try:
                done.set_result(asyncio.run(main()))
            except BaseException as error:  # noqa: BLE001  shown by the test's own thread
                done.set_exception(error)

        outcomes: list[Future[actors.ParseReport]] = [Future() for _ in range(20)]
        threads = [threading.Thread(target=ask, args=(one,)) for one in outcomes]
        for thread in threads:
            thread.start()
        reports = await asyncio.gather(*map(asyncio.wrap_future, outcomes))
        for thread in threads:
            thread.join(timeout=30)

        assert len(callers) == 20
        assert {report.channels for report in reports} == {15}
        assert max(report.added for report in reports) == HELD
        assert len(await actors.user(PERSON).posts(limit=1000)) == HELD
        seen = house.statistics().telegram
        assert seen.threads == {f"account-{PERSON}"}
        assert seen.violations == 0
