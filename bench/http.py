"""The HTTP API: how long reads take, many a second, while nothing goes on and while a parse runs.

Telegram is a process of its own, and so is whoever reads.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit

from bench.served import served

if TYPE_CHECKING:
    from actors.people import User

CHANNELS = 15
HELD = 100
"""Posts of each channel that are held before anything is measured."""
POSTS = 4000
"""Of each channel; the parse beside the reads reads what it comes to of them."""
DEEP = 4
"""Channels of which it does."""
AWAY = 0.1
"""Seconds after which Telegram answers, as it does over the internet."""
PER_SECOND = 200
SECONDS = 2.0
AT_ONCE = 32
"""Requests that wait for an answer when as many are made as can be."""
WITHIN_SECONDS = 120.0
TOKEN = "the-token-of-the-measurement"  # noqa: S105  of a service that ends with it


def ratios(*, full: bool) -> dict[str, float]:
    """Return how long reads take, from when they are due to their answers' last byte.

    `http_busy` is the median of 200 mixed reads a second while a parse runs, over that while
    nothing does; `http_per_s` is how many a second are answered at most, and `http_cpu_ms` what one
    costs the serving process, which other load on the machine changes least.
    """
    posts = POSTS * (3 if full else 1)  # a parse of them takes longer than the reads beside it
    with served(channels=CHANNELS, posts=posts, away=AWAY) as telegram:
        found = asyncio.run(_measured(telegram.address, telegram.person, full=full))
    quiet, busy = found.pop("quiet"), found.pop("busy")
    return {
        **{f"http_{name}": value for name, value in quiet.items()},
        **{f"http_busy_{name}": value for name, value in busy.items()},
        "http_busy": busy["p50_ms"] / quiet["p50_ms"],
        "http_per_s": found["per_s"],
        "http_cpu_ms": found["cpu_ms"],
        "http_failed": found["failed"],
    }


async def _measured(telegram: str, person: int, *, full: bool) -> dict[str, Any]:
    """Serve a house that holds some posts, and have it measured."""
    from bench.houses import fresh
    from bot.settings import Settings
    from bot.web import server
    from bot.web.app import make_app
    from bot.web.service import Bot, Service

    async with fresh(telegram, person) as house:
        await house.user(person).parse(depth=HELD)
        listening = server.listen("127.0.0.1", 0)
        app = make_app(Service(house, Settings(), TOKEN, Bot(wanted=False)))
        with listening:
            serving = asyncio.create_task(server.serve(app, listening))
            try:
                seconds = SECONDS * (3 if full else 1)
                address = server.address_of(listening)
                return await _asked([address, str(person), str(seconds)], house.user(person))
            finally:
                serving.cancel()
                with suppress(asyncio.CancelledError):
                    await serving


async def _asked(words: list[str], user: User) -> dict[str, Any]:
    """Have another process ask: while nothing goes on, then while channels are read."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bench.http", *words, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert process.stdin is not None
    assert process.stdout is not None
    for channel in (await user.channels())[:DEEP]:  # from now on a parse reads what is older
        await user.follow(f"https://t.me/c/{channel.id}/1", depth=3 * POSTS)
    began = time.process_time()
    found: dict[str, Any] = json.loads(await process.stdout.readline())
    found["cpu_ms"] = 1000 * (time.process_time() - began) / found["made"]
    parsing = asyncio.create_task(_parsed(user))
    process.stdin.write(b"\n")
    found |= json.loads(await process.stdout.readline())
    found["busy"]["parsing"] = 0.0 if parsing.done() else 1.0
    parsing.cancel()
    await asyncio.wait([parsing])
    await process.wait()
    return found


async def _parsed(user: User) -> None:
    """Parse until there is nothing older; one parse reads only so much of it."""
    while (await user.parse(depth=None)).added:
        pass


async def asking(address: str, person: int, seconds: float) -> None:
    """Be whoever reads: tell what was measured, and go on when told that a parse runs."""
    host, port = urlsplit(address).netloc.rsplit(":", 1)
    lines = [await Line.open(host, int(port)) for _ in range(AT_ONCE)]
    readings = Readings(lines, person)
    await readings.at_most(seconds / 4)  # caches are filled
    per_second = await readings.at_most(seconds / 2)
    quiet = await readings.steadily(seconds)
    _say({"quiet": quiet, "per_s": per_second, "made": readings.made})
    await asyncio.to_thread(sys.stdin.readline)
    _say({"busy": await readings.steadily(seconds), "failed": readings.failed})


class Line:
    """One connection that asks again and again.

    Not httpx: with some hundred requests that wait, it takes longer than what it measures.
    """

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    @classmethod
    async def open(cls, host: str, port: int) -> Self:
        """Connect."""
        return cls(*await asyncio.open_connection(host, port))

    async def get(self, path: str) -> int:
        """Ask, take the whole answer in, and return its status."""
        head = f"GET {path} HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {TOKEN}\r\n\r\n"
        self._writer.write(head.encode())
        async with asyncio.timeout(WITHIN_SECONDS):
            answer = (await self._reader.readuntil(b"\r\n\r\n")).decode().lower()
            length = answer.split("content-length: ")[1].split("\r\n")[0]
            await self._reader.readexactly(int(length))
        return int(answer.split(" ")[1])


class Readings:
    """Reads of several kinds, one after the other."""

    def __init__(self, lines: Sequence[Line], person: int) -> None:
        user = f"/users/{person}"
        self._lines = lines
        self._paths = itertools.cycle(
            [
                f"{user}/posts",
                f"{user}/channels",
                f"{user}/posts?limit=10&since=2020-01-01T00:00:00Z",
                f"{user}/coverage",
                f"{user}/search?q=post",
                f"{user}",
                f"{user}/posts?limit=100",
                "/healthz",
            ]
        )
        self.failed = 0
        self.made = 0

    async def steadily(self, seconds: float) -> dict[str, float]:
        """Make so many a second, whether they are answered or not; tell how long they took.

        One that is due while every connection waits for an answer waits too, and that counts.
        """
        began = time.perf_counter()
        number = int(PER_SECOND * seconds)
        dues = iter([began + each / PER_SECOND for each in range(number)])
        took: list[float] = []

        async def ask(line: Line) -> None:
            for due in dues:
                await asyncio.sleep(due - time.perf_counter())
                await self._one(line)
                took.append(1000 * (time.perf_counter() - due))

        await asyncio.gather(*map(ask, self._lines))
        return {
            "answered_per_s": number / (time.perf_counter() - began),
            "p50_ms": statistics.median(took),
            "p99_ms": statistics.quantiles(took, n=100)[98],
        }

    async def at_most(self, seconds: float) -> float:
        """Make as many as can be; return how many a second that is."""
        began, before = time.perf_counter(), self.made

        async def ask(line: Line) -> None:
            while time.perf_counter() < began + seconds:
                await self._one(line)

        await asyncio.gather(*map(ask, self._lines))
        return (self.made - before) / (time.perf_counter() - began)

    async def _one(self, line: Line) -> None:
        self.failed += await line.get(next(self._paths)) != 200
        self.made += 1


def _say(facts: object) -> None:
    sys.stdout.write(json.dumps(facts) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(asking(sys.argv[1], int(sys.argv[2]), float(sys.argv[3])))
