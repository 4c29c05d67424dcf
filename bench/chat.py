"""The bot: updates a second, and how long an answer takes while many accounts parse.

Telegram, the Bot API and the people are a process of their own, which also holds the watch.
"""

from __future__ import annotations

import asyncio
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sandbox.botapi import Person

PEOPLE = 8
CHANNELS = 10
POSTS = 100
AT_ONCE = 10
"""Updates that each person sends at once; more than twice as many would be dropped."""
ASKS = 30
WITHIN_SECONDS = 120.0
PACE = 1e6
"""Messages a second that the bot may send: its own limit is not what is measured."""


def ratios(*, full: bool) -> dict[str, float]:
    """Return how many updates are answered a second, and how long /status takes, in milliseconds.

    `chat_status_ms` is the median while nothing else goes on, `chat_status_busy_ms` and
    `chat_status_busy_p99_ms` are from a time in which all the others' channels are read.
    """
    people = PEOPLE * (8 if full else 1)
    command = [sys.executable, "-m", "bench.chat", str(people)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        facts = json.loads(process.stdout.readline())
        return asyncio.run(_answered(facts, process))


async def _answered(facts: dict[str, Any], process: subprocess.Popen[str]) -> dict[str, float]:
    """Run the bot until the other process has measured it."""
    from bench.houses import fresh
    from bot.chat.app import Chat
    from bot.chat.pace import Pace, Rate

    assert process.stdin is not None
    assert process.stdout is not None
    swift = Rate(PACE, int(PACE))
    async with fresh(facts["telegram"]) as house:
        for session in facts["sessions"]:
            async with house.newcomer() as newcomer:
                await newcomer.import_session(session)
        chat = Chat(
            house,
            token=facts["token"],
            api=facts["api"],
            admins=frozenset(),
            pace=Pace(swift, swift),
        )
        serving = asyncio.create_task(chat.run())
        process.stdin.write("\n")
        process.stdin.flush()
        measured: dict[str, float] = json.loads(await asyncio.to_thread(process.stdout.readline))
        serving.cancel()
        with suppress(asyncio.CancelledError):
            await serving
        return measured


def main() -> None:
    """Be all that the bot talks to; measure it when told that it runs."""
    from sandbox import Sandbox, generated_world
    from sandbox.botapi import UNLIMITED, BotApi

    many = int(sys.argv[1])
    world = generated_world(channels=CHANNELS * many, posts=POSTS)
    channels = list(world.channels.values())
    people = [world.person(1000 + number) for number in range(many + 1)]
    for number, person in enumerate(people[:-1]):
        for channel in channels[CHANNELS * number : CHANNELS * (number + 1)]:
            world.follow(person, channel)
    with Sandbox(world) as telegram, BotApi(limits=UNLIMITED) as api:
        sessions = [telegram.mint(each.id).string() for each in people]
        _tell(telegram=telegram.address, api=api.url, token=api.token, sessions=sessions)
        sys.stdin.readline()
        *others, observer = (api.person(each.id, language_code="en") for each in people)
        for each in (*others, observer):
            _seconds(each, "/start")
        quiet = [_seconds(observer, "/status") for _ in range(ASKS)]
        a_second = _updates(others)
        busy = _while_they_parse(observer, others)
        _tell(
            chat_updates_per_s=a_second,
            chat_status_ms=1000 * statistics.median(quiet),
            chat_status_busy_ms=1000 * statistics.median(busy),
            chat_status_busy_p99_ms=1000 * statistics.quantiles(busy, n=100)[-1],
            chat_asked_busy=len(busy),
        )
        sys.stdin.read()  # the bot ends first


def _seconds(person: Person, text: str) -> float:
    """Send something; return the time until its answer is there."""
    began = time.perf_counter()
    sent = person.send(text)
    person.wait(_anything, within=WITHIN_SECONDS, after=sent.id)
    return time.perf_counter() - began


def _updates(people: list[Person]) -> float:
    """Let everybody send several commands at once; return how many are answered in a second."""
    began = time.perf_counter()
    last = [[person.send("/help") for _ in range(AT_ONCE)][-1] for person in people]
    for person, sent in zip(people, last, strict=True):
        person.wait(_numbered(sent.id + AT_ONCE), within=WITHIN_SECONDS)
    return AT_ONCE * len(people) / (time.perf_counter() - began)


def _while_they_parse(observer: Person, others: list[Person]) -> list[float]:
    """Have everybody else's channels read, and ask meanwhile."""
    sent = [(person, person.send("/parse").id) for person in others]
    times = []
    while not all(_is_over(person, after) for person, after in sent):
        times.append(_seconds(observer, "/status"))
    return times


def _is_over(person: Person, after: int) -> bool:
    return any(each.id > after and each.text.startswith("Done") for each in person.inbox[-2:])


def _anything(_: object) -> bool:
    return True


def _numbered(least: int) -> Callable[[Any], bool]:
    return lambda shown: bool(shown.id >= least)


def _tell(**facts: object) -> None:
    sys.stdout.write(json.dumps(facts) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
