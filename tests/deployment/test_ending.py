"""The end of a service, in order or not: nothing is lost, and nothing is left."""

from __future__ import annotations

import asyncio
import json
import signal
import subprocess

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
