"""Parsing over HTTP: as jobs, heard while they run."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from typing import Any, cast

import httpx
import pytest

from actors import ParseReport
from bot.settings import Settings
from bot.web import server
from bot.web.app import make_app
from bot.web.service import Bot, Service
from sandbox import Sandbox
from tests.bot.conftest import PERSON
from tests.bot.web.serving import LOCAL, PATIENCE

PARSE = f"/users/{PERSON}/parse"


def heard(client: httpx.Client, job: str) -> Iterator[tuple[str, Any]]:
    """Listen to a job until it ends."""
    with client.stream("GET", f"/jobs/{job}/events") as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        name = ""
        for line in stream.iter_lines():
            if line.startswith("event: "):
                name = line.removeprefix("event: ")
            elif line.startswith("data: "):
                yield name, json.loads(line.removeprefix("data: "))


def test_parses_everybody_and_waits(operator: httpx.Client) -> None:
    """With `wait` the operator is answered with the reports of all who are READY."""
    answer = operator.post("/parse_all_channels?wait=true")
    assert answer.status_code == 200
    job = answer.json()
    (only,) = job["accounts"]
    assert (job["state"], only["account"], only["report"]["account"]) == ("done", PERSON, PERSON)
    assert operator.get(answer.headers["location"]).json() == job


def test_parses_in_the_background(person: httpx.Client) -> None:
    """Without `wait` it is 202 at once; whoever listens at the address hears how it ends."""
    answer = person.post(PARSE, params={"depth": "all", "settle": 1})
    assert answer.status_code == 202
    job = answer.json()["id"]
    assert answer.headers["location"] == f"/jobs/{job}"
    told = list(heard(person, job))
    names = [name for name, _ in told]
    assert (names[0], names[-1], names.count("end")) == ("job", "end", 1)
    assert told[-1][1]["state"] == "done"
    assert told[-1][1]["accounts"][0]["report"]["account"] == PERSON


def test_a_parse_can_be_cancelled(person: httpx.Client, telegram: Sandbox) -> None:
    """Who ends a job that waits for Telegram has it ended at once, and can begin another."""
    hold = telegram.faults.hold("messages.getDialogs")
    begun = person.post(PARSE, params={"depth": 7})
    assert begun.status_code == 202
    hold.reached(PATIENCE)
    answer = person.delete(begun.headers["location"])
    hold.release()
    assert (answer.status_code, answer.json()["state"]) == (200, "cancelled")
    again = person.post(PARSE, params={"wait": "true"})
    assert (again.status_code, again.json()["state"]) == (200, "done")


@pytest.mark.anyio
async def test_jobs_end_with_the_service() -> None:
    """Whoever listens to a job when the service ends hears that it was cancelled, and then no more.

    The server's own end does not wait for that stream to be given up.
    """
    service = Service(cast("Any", None), Settings(), LOCAL, Bot(wanted=False))
    app, listening = make_app(service), server.listen("127.0.0.1", 0)
    headers = {"Authorization": f"Bearer {LOCAL}"}

    async def never(*_: object) -> ParseReport:
        await asyncio.Event().wait()
        raise AssertionError

    with listening:
        serving = asyncio.create_task(server.serve(app, listening))
        job = app.state.jobs.begin("parse", 1, [1], wanted=None, parse=never)
        async with (
            httpx.AsyncClient(base_url=server.address_of(listening), timeout=PATIENCE) as client,
            client.stream("GET", f"/jobs/{job.id}/events", headers=headers) as stream,
        ):
            lines = stream.aiter_lines()
            assert await anext(lines) == "event: job"
            serving.cancel()
            told = [line async for line in lines]
        await asyncio.wait([serving])
    assert "event: end" in told
    assert '"state":"cancelled"' in told[told.index("event: end") + 1]
