"""S2: a loop a parse, a client in the wrong one: 0 posts for everybody, a day later."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Future

import pytest

import actors
from actors.messages import ParseRequest
from runtime.testing import crash
from sandbox import Channel, Sandbox
from tests.scenarios.conftest import PERSON, Open, log_in

pytestmark = pytest.mark.anyio

Report = actors.ParseReport


def in_thread(ask: Callable[[], Report]) -> asyncio.Future[Report]:
    """Ask from a thread of its own, and bring the outcome home."""
    outcome: Future[Report] = Future()

    def main() -> None:
        try:
            outcome.set_result(ask())
        except BaseException as error:  # noqa: BLE001  shown by the test's own thread
            outcome.set_exception(error)

    threading.Thread(target=main, daemon=True).start()
    return asyncio.wrap_future(outcome)


def a_loop_each_time() -> Report:
    """Do what the lost system did: a fresh loop for every parse."""
    asyncio.run(actors.user(PERSON).parse())
    return asyncio.run(actors.user(PERSON).parse())


async def test_S2_all_callers_succeed_while_the_actor_is_killed(
    sandbox: Sandbox, channels: list[Channel], open_house: Open
) -> None:
    """Parser, threads with loops, one without: the actor dies under them, and all succeed."""
    for channel in channels:
        sandbox.publish(channel.id, "a post")
    async with open_house() as house:
        await log_in(sandbox)
        session = house.session(PERSON)
        with sandbox.faults.hold("messages.getHistory") as hold:
            asks = [
                asyncio.ensure_future(actors.user(PERSON).parse(depth=None)),
                asyncio.ensure_future(
                    house.parser.ask(ParseRequest(account=PERSON, depth=None), timeout=60)
                ),
                in_thread(lambda: asyncio.run(actors.user(PERSON).parse(depth=None))),
                in_thread(a_loop_each_time),
                in_thread(lambda: actors.user(PERSON).parse_sync(depth=None)),
            ]
            await asyncio.to_thread(hold.reached)
            assert crash(session)
            hold.release()
            reports = await asyncio.wait_for(asyncio.gather(*asks), 60)
        assert {report.channels for report in reports} == {len(channels)}
        posts = await actors.user(PERSON).posts(limit=1000)
        assert len(posts) == len({(post.channel_id, post.id) for post in posts}) == len(channels)
        statistics = house.statistics()
        assert {one.name: one.restarts for one in statistics.actors}[session.name] == 1
        assert statistics.telegram.violations == 0
        assert statistics.telegram.threads == {session.name}


async def test_S2_an_actor_that_dies_in_the_middle_of_a_parse_loses_nothing(
    sandbox: Sandbox, channels: list[Channel], open_house: Open
) -> None:
    """Killed between two pages of one channel: the caller gets an answer, each post is held."""
    news = channels[0]
    texts = [f"post {number}" for number in range(700)]
    for text in texts:
        sandbox.publish(news.id, text)
    async with open_house() as house:
        await log_in(sandbox)
        with sandbox.faults.hold("messages.getHistory", skip=6) as hold:
            parse = asyncio.ensure_future(actors.user(PERSON).parse(depth=None))
            await asyncio.to_thread(hold.reached)
            assert crash(house.session(PERSON))
            hold.release()
            await asyncio.wait_for(parse, 60)
        held = await actors.user(PERSON).posts(limit=1000, channel=news.id)
        assert [post.text for post in reversed(held)] == texts


async def test_S2_an_actor_that_dies_twice_answers_all_the_same(
    sandbox: Sandbox, channels: list[Channel], open_house: Open
) -> None:
    """The parser asks once more, not for ever: a second crash is the caller's to hear."""
    sandbox.publish(channels[0].id, "a post")
    async with open_house() as house:
        await log_in(sandbox)
        session = house.session(PERSON)
        holds = [sandbox.faults.hold("messages.getDialogs") for _ in range(2)]
        parse = asyncio.ensure_future(actors.user(PERSON).parse())
        for hold in holds:
            await asyncio.to_thread(hold.reached)
            assert crash(session)
            hold.release()
        with pytest.raises(actors.ActorCrashed, match="a test said so"):
            await asyncio.wait_for(parse, 60)


async def test_S2_the_command_line_parses_again_and_again(
    sandbox: Sandbox, channels: list[Channel], open_house: Open, settings: dict[str, str]
) -> None:
    """Each command is a process and a loop of its own, on the session another one made."""
    async with open_house():
        await log_in(sandbox)
    names = {f"TGACTORS_{name.upper()}": value for name, value in settings.items()}
    added = []
    for channel in channels[:3]:
        sandbox.publish(channel.id, "a post")
        done = await asyncio.to_thread(
            subprocess.run,
            [sys.executable, "-m", "bot", "parse", str(PERSON), "--json"],
            capture_output=True,
            text=True,
            env={**os.environ, **names},
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        added.append(json.loads(done.stdout.splitlines()[-1])["added"])
    assert added == [1, 1, 1]
