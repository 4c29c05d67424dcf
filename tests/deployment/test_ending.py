"""The end of a service, in order or not: nothing is lost, and nothing is left."""

from __future__ import annotations

import asyncio
import json
import random
import signal
import subprocess
import threading
import time
from contextlib import suppress

import httpx
import pytest

from sandbox import Sandbox
from storage.database import Database
from tests.bot.conftest import PERSON, CommandLine

TOKEN = "of the operator of these tests"
PATIENCE = 60.0
TTL = 2.0
HELD = "SELECT count(*), count(DISTINCT (channel_id, id)) FROM posts"
BUSY = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"


@pytest.fixture
def service(known: CommandLine) -> CommandLine:
    """A command line beside a sandbox, the person logged in, whose leases soon run out."""
    known.env |= {
        "TGACTORS_HTTP_TOKEN": TOKEN,
        "TGACTORS_LEASE_TTL": str(TTL),
        "TGACTORS_LEASE_MARGIN": "0.5",
    }
    return known


class Serving:
    """A service that runs as a process, and a program that asks it."""

    def __init__(self, service: CommandLine) -> None:
        self.process: subprocess.Popen[str] = service.start("serve", "--json")
        address = json.loads(service.hear(self.process, '"serving"'))["serving"]["http"]
        self.http = httpx.Client(
            base_url=address, headers={"Authorization": f"Bearer {TOKEN}"}, timeout=PATIENCE
        )

    def parse(self, **query: str) -> httpx.Response:
        """Have the person's channels read."""
        return self.http.post(f"/users/{PERSON}/parse", params=query)

    def ended(self, within: float = PATIENCE) -> int:
        """Wait for its end."""
        self.http.close()
        return self.process.wait(within)


def _counted(dsn: str, statement: str) -> tuple[int, ...]:
    async def count() -> tuple[int, ...]:
        async with await Database.open(dsn, connections=1) as db:
            return tuple((await db.fetch(statement))[0])

    return asyncio.run(count())


@pytest.mark.long
def test_sigterm_ends_a_service_that_reads_and_tells_how_it_goes(
    service: CommandLine, telegram: Sandbox, dsn: str
) -> None:
    """In the midst of a reading that a program listens to: status 0 in 20 seconds, all told.

    What was committed is kept, no connection is left, and the next one goes on at once.
    """
    serving = Serving(service)
    with telegram.faults.hold("messages.getHistory", times=100) as history:
        job = serving.parse().raise_for_status().headers["Location"]
        history.reached(PATIENCE)
        with serving.http.stream("GET", f"{job}/events") as events:
            lines = events.iter_lines()
            assert next(lines).startswith("event: ")
            serving.process.send_signal(signal.SIGTERM)
            assert serving.process.wait(20) == 0
            assert any(line.startswith("event: ") for line in lines)
    serving.http.close()
    assert _counted(dsn, BUSY) == (1,)
    again = Serving(service)
    assert again.parse(wait="true").raise_for_status().status_code == 200
    assert _counted(dsn, HELD) == (36, 36)
    again.process.send_signal(signal.SIGTERM)
    assert again.ended() == 0


@pytest.mark.long
@pytest.mark.parametrize("calls", [3, *(pytest.param(n, marks=pytest.mark.soak) for n in (1, 9))])
def test_a_service_that_is_killed_loses_nothing(
    service: CommandLine, telegram: Sandbox, dsn: str, calls: int
) -> None:
    """At a call of a reading: the next one has the rest, each post once."""
    serving = Serving(service)
    with telegram.faults.hold("messages.getHistory", skip=calls) as history:
        serving.parse()
        history.reached(PATIENCE)
        serving.process.kill()
        assert serving.ended() == -signal.SIGKILL
    before = _counted(dsn, HELD)[0]
    again = Serving(service)
    assert again.parse(wait="true").raise_for_status().status_code == 200
    assert (before < 36, _counted(dsn, HELD)) == (True, (36, 36))
    again.process.send_signal(signal.SIGTERM)
    assert again.ended() == 0


KILLS = 15
STEPS = 16
"""Posts stored, tagged or indexed before the next kill, at most."""
DONE = """
SELECT (SELECT count(*) FROM posts) + (SELECT count(*) FROM tags) + (SELECT count(*) FROM indexed)
"""


class Askers:
    """Programs that ask a service for everything at once, until it is gone."""

    def __init__(self, serving: Serving) -> None:
        asked = (
            ("POST", "/parse_all_channels"),
            ("POST", f"/users/{PERSON}/parse?wait=true&settle=5"),
            ("GET", f"/users/{PERSON}/search?q=saturn"),
            ("GET", f"/users/{PERSON}/posts"),
            ("POST", f"/users/{PERSON}/retry"),
            ("GET", "/readyz"),
        )
        self._threads = [
            threading.Thread(target=self._ask, args=(serving.http, *each)) for each in asked
        ]
        for each in self._threads:
            each.start()

    def _ask(self, http: httpx.Client, method: str, path: str) -> None:
        with suppress(httpx.TransportError):  # it was killed
            while True:
                http.request(method, path)

    def ended(self) -> None:
        """Wait until all have noticed its end."""
        for each in self._threads:
            each.join(PATIENCE)
            assert not each.is_alive()


def _has_done(dsn: str, steps: int) -> int:
    """Wait until so many steps are done; return how many are."""
    until = time.monotonic() + PATIENCE
    while (done := int(_counted(dsn, DONE)[0])) < steps:
        assert time.monotonic() < until, f"only {done} of {steps} steps were done"
    return done


@pytest.mark.soak
@pytest.mark.timeout(1800)
def test_a_service_that_is_killed_at_random_moments_has_everything_in_the_end(
    service: CommandLine, telegram: Sandbox, dsn: str
) -> None:
    """While it reads, tags, indexes and answers: each post is held, tagged and indexed once."""
    service.env["TGACTORS_WORKERS"] = "true"
    chance = random.Random()  # noqa: S311  no secret
    channel = next(iter(telegram.world.channels))
    done, left = 0, list[int]()
    for number in range(KILLS):
        serving = Serving(service)
        askers = Askers(serving)
        telegram.publish(channel, f"what is published between the kills, number {number}")
        everything = 3 * (36 + number + 1)
        done = _has_done(dsn, min(done + chance.randint(1, STEPS), everything))
        serving.process.kill()
        left.append(everything - done)
        assert serving.process.wait(PATIENCE) == -signal.SIGKILL
        askers.ended()
        serving.http.close()
    assert max(left) > 0, "it was always killed when all was done"
    last = Serving(service)
    assert last.parse(wait="true", settle="50").raise_for_status().status_code == 200
    meaning = last.http.get(f"/users/{PERSON}/meaning").raise_for_status().json()
    posts = 36 + KILLS
    assert _counted(dsn, HELD) == (posts, posts)
    assert (meaning["posts"], meaning["tagged"], meaning["indexed"]) == (posts, posts, posts)
    last.process.send_signal(signal.SIGTERM)
    assert last.ended() == 0
