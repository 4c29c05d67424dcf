"""Streams whose token is revoked while they go on."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import cast

import httpx
import pytest

from actors import AskTimeout
from actors.house import House
from bot.web.access import Access, Caller
from bot.web.listening import revoked, while_let_in
from sandbox import Sandbox
from storage.service_rows import Token
from tests.bot.conftest import PERSON
from tests.bot.web.serving import PATIENCE, Served

pytestmark = pytest.mark.anyio


class Told:
    """A stream of two events, the second of which never comes."""

    def __init__(self) -> None:
        self.is_closed = False

    async def events(self) -> AsyncGenerator[bytes, None]:
        try:
            yield b"one"
            await asyncio.Event().wait()
        finally:
            self.is_closed = True


async def never() -> None:
    """Wait for a revocation that does not come."""
    await asyncio.Event().wait()


async def test_what_comes_after_the_revocation_is_its_problem_and_the_end() -> None:
    """Also while nothing comes; what made the events is given up."""
    told, gone = Told(), asyncio.Event()

    async def wait() -> None:
        await gone.wait()

    heard = while_let_in(told.events(), wait)
    assert await anext(heard) == b"one"
    gone.set()
    (last,) = [each async for each in heard]
    name, data = last.decode().strip().split("\n")
    problem = json.loads(data.removeprefix("data: "))
    assert name == "event: problem"
    assert (problem["status"], problem["code"]) == (401, "TokenUnknown")
    assert told.is_closed


async def test_who_leaves_or_is_cancelled_leaves_nothing_behind() -> None:
    """Neither what makes the events, nor who looks after the token."""
    before = asyncio.all_tasks()
    for told in (Told(), Told()):
        async with aclosing(while_let_in(told.events(), never)) as heard:
            assert await anext(heard) == b"one"
            waiting = asyncio.ensure_future(anext(heard))
            await asyncio.sleep(0)
            waiting.cancel()
            with pytest.raises(asyncio.CancelledError):
                await waiting
        assert told.is_closed
    assert asyncio.all_tasks() == before


async def test_a_stream_that_ends_by_itself_ends_as_it_does() -> None:
    """Its own last event is the last."""

    async def events() -> AsyncGenerator[bytes, None]:
        yield b"one"
        yield b"two"

    heard = while_let_in(events(), never)
    assert [each async for each in heard] == [b"one", b"two"]


class Asked:
    """Knows tokens by what it is told to say, one after the other."""

    def __init__(self, *answers: Caller | Exception | None) -> None:
        self.answers = list(answers)

    def own(self, _shown: str) -> Caller | None:
        return None

    async def stored(self, _shown: str) -> Caller | None:
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


async def test_a_token_counts_until_it_is_known_that_it_does_not() -> None:
    """A database that does not answer ends no stream."""
    mine = Caller(PERSON, "key")
    asked = Asked(mine, AskTimeout("store"), mine, None, mine)
    await revoked(cast("Access", asked), "a token", every=0.0)
    assert asked.answers == [mine]


def test_a_job_is_heard_no_more_with_a_revoked_token(
    served: Served, telegram: Sandbox, operator: httpx.Client
) -> None:
    """The stream ends within seconds, with the reason; the job itself goes on."""

    async def issue(house: House) -> Token:
        return await house.issue_token(name="to be revoked", account=PERSON)

    token = served.run(issue)
    with telegram.faults.hold("messages.getDialogs") as hold, served.client(token.text) as client:
        job = client.post(f"/users/{PERSON}/parse").headers["location"]
        hold.reached(PATIENCE)
        with client.stream("GET", f"{job}/events") as stream:
            lines = stream.iter_lines()
            assert next(lines) == "event: job"
            assert operator.delete(f"/tokens/{token.id}").status_code == 204
            told = [line for line in lines if line]
        assert told[-2] == "event: problem"
        assert json.loads(told[-1].removeprefix("data: "))["code"] == "TokenUnknown"
        assert operator.get(job).json()["state"] == "running"
    assert operator.delete(job).status_code == 200
