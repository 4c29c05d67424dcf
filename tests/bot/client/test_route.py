"""The served house's own side of the line: who gets in, and what becomes of what they leave."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import Any

import pytest
from fastapi import FastAPI

from actors import AskTimeout, LoginRequired
from actors.messages import ListAccounts, ParseRequest
from actors.newcomers import Newcomer
from actors.values import ParseProgress
from bot.client import wire
from bot.client.messages import NewcomerRequest
from bot.web import problems
from bot.web.access import Caller
from bot.web.routes import house
from runtime import Request, Stream, StreamRequest
from runtime.streams import Channel

pytestmark = pytest.mark.anyio

PATIENCE = 30.0
LOCAL = Caller(None, "operator", is_local=True)
OPERATOR = Caller(None, "operator")
HERE, AWAY = "127.0.0.1", "203.0.113.7"
PARSE = ParseRequest(account=7, depth=None)
STEP = ParseProgress(channel="News", done=1, channels=2, added=3)


class Actor:
    """An actor that answers as it is told, and notes who has left."""

    def __init__(self) -> None:
        self.left = asyncio.Event()
        self.began = asyncio.Event()
        self.timeouts: list[float] = []
        self.reply: Callable[[], Awaitable[Any]] = self.never

    async def never(self) -> Any:
        """Answer never."""
        try:
            await asyncio.Event().wait()
        finally:
            self.left.set()

    async def ask(self, request: Request[Any], *, timeout: float = 30.0) -> Any:
        """Answer a request."""
        del request
        self.timeouts.append(timeout)
        self.began.set()
        return await self.reply()

    def stream(
        self, request: StreamRequest[Any, Any], *, timeout: float = 30.0
    ) -> Stream[Any, Any]:
        """Tell of one step, and go on for ever."""
        del request
        channel = Channel("parser", 16, timeout)
        channel.attach(lambda _: self.left.set())
        asyncio.get_running_loop().create_task(channel.offer(STEP)).add_done_callback(
            lambda _: self.began.set()
        )
        return Stream(channel, timeout)


class House:
    """A house with one actor in all places, and at most one newcomer."""

    def __init__(self) -> None:
        self.parser = self.store = self.search = self.actor = Actor()
        self.inside = False

    def session(self, account: int) -> Actor:
        """Everybody's actor."""
        del account
        return self.actor

    @asynccontextmanager
    async def newcomer(self) -> AsyncIterator[Newcomer]:
        """Let somebody in, whose leave takes a moment."""
        self.inside = True
        try:
            yield Newcomer(self.actor)
        finally:
            await asyncio.sleep(0)
            self.inside = False


class Asked:
    """A request to the application, and what was answered so far."""

    def __init__(self, served: House, caller: Caller | None, host: str) -> None:
        self._app = FastAPI()
        problems.install(self._app)
        self.desk = house.Desk()
        self._app.include_router(house.make_router(self.desk))
        self._app.state.service = SimpleNamespace(house=served)
        self._caller = caller
        self._host = host
        self.gone = asyncio.Event()
        self.said = asyncio.Event()
        self.status = 0
        self.lines: list[bytes] = []

    async def post(self, actor: str, request: Request[Any], timeout: float = 5.0) -> None:
        """Send a message, and take what is answered until the answer ends."""
        body = [wire.written(request)]

        async def receive() -> dict[str, Any]:
            if body:
                return {"type": "http.request", "body": body.pop(), "more_body": False}
            await self.gone.wait()
            return {"type": "http.disconnect"}

        async def send(said: Any) -> None:
            self.status = said.get("status", self.status)
            self.lines += [line for line in said.get("body", b"").split(b"\n") if line]
            if self.lines:
                self.said.set()

        query = f"message={type(request).__name__}&timeout={timeout}".encode()
        async with asyncio.timeout(PATIENCE):
            await self._app(
                {
                    "type": "http",
                    "http_version": "1.1",
                    "method": "POST",
                    "path": f"/house/{actor}",
                    "query_string": query,
                    "headers": [],
                    "client": (self._host, 1),
                    "state": {"caller": self._caller},
                },
                receive,
                send,
            )


def asked(served: House, caller: Caller | None = LOCAL, host: str = HERE) -> Asked:
    """Make a request of the command line's, unless told otherwise."""
    return Asked(served, caller, host)


async def test_a_reply_is_the_last_line() -> None:
    """It is asked for with the deadline that was sent along."""
    served = House()

    async def reply() -> Any:
        return ()

    served.actor.reply = reply
    request = asked(served)
    await request.post("store", ListAccounts(), timeout=12.5)
    assert (request.status, request.lines) == (200, [b'["result",[]]'])
    assert served.actor.timeouts == [12.5]


@pytest.mark.parametrize("refusal", [LoginRequired(7, "why"), AskTimeout("store")], ids=repr)
async def test_a_refusal_is_the_last_line(refusal: Exception) -> None:
    """What an actor, or the kernel, refuses is told with its name and its data."""
    served = House()

    async def reply() -> Any:
        raise refusal

    served.actor.reply = reply
    request = asked(served)
    await request.post("store", ListAccounts())
    (line,) = request.lines
    with pytest.raises(type(refusal)) as raised:
        wire.understood(ListAccounts, line)
    assert raised.value.args == refusal.args


async def test_who_leaves_gives_an_ask_up() -> None:
    """With the connection what is asked over it is cancelled."""
    served = House()
    request = asked(served)
    posted = asyncio.create_task(request.post("store", ListAccounts()))
    await served.actor.began.wait()
    assert not served.actor.left.is_set()
    request.gone.set()
    await posted
    assert served.actor.left.is_set()


async def test_who_leaves_gives_a_stream_up() -> None:
    """Its reader has left, so that work that nobody else waits for is cancelled."""
    served = House()
    request = asked(served)
    posted = asyncio.create_task(request.post("parser", PARSE))
    await served.actor.began.wait()
    assert not served.actor.left.is_set()
    request.gone.set()
    await posted
    assert served.actor.left.is_set()
    assert request.lines in ([], [wire.progress(ParseRequest, STEP).strip()])


async def test_a_newcomer_stays_as_long_as_the_line() -> None:
    """The first line names who logs them in; when the line is closed they are gone, whole."""
    served = House()
    request = asked(served)
    posted = asyncio.create_task(request.post("house", NewcomerRequest()))
    await request.said.wait()
    assert json.loads(request.lines[0]) == ["progress", "newcomer-1"]
    assert served.inside
    request.gone.set()
    await posted
    assert not served.inside


async def test_an_end_breaks_off_what_takes_long() -> None:
    """A service that ends waits for no login and no parse: their lines end without a last one."""
    served = House()
    request = asked(served)
    posted = asyncio.create_task(request.post("parser", PARSE))
    await served.actor.began.wait()
    await request.desk.end()
    await posted
    assert served.actor.left.is_set()
    assert not any(line.startswith(b'["result"') for line in request.lines)


async def test_an_end_lets_be_answered_what_nearly_is() -> None:
    """What was asked before it and takes a moment only is answered."""
    served = House()
    ending, answer = asyncio.Event(), asyncio.Event()

    async def reply() -> Any:
        ending.set()
        await answer.wait()
        return ()

    served.actor.reply = reply
    request = asked(served)
    posted = asyncio.create_task(request.post("store", ListAccounts()))
    await ending.wait()
    end = asyncio.create_task(request.desk.end())
    await asyncio.sleep(0)
    answer.set()
    await end
    await posted
    assert request.lines == [b'["result",[]]']


@pytest.mark.parametrize(
    ("caller", "host", "status"),
    [(LOCAL, AWAY, 403), (LOCAL, "", 403), (OPERATOR, HERE, 403), (Caller(7, "k"), HERE, 403)],
)
async def test_nobody_else_gets_in(caller: Caller, host: str, status: int) -> None:
    """Neither the command line's token from elsewhere nor another's from here."""
    served = House()
    request = asked(served, caller, host)
    await request.post("store", ListAccounts())
    assert request.status == status
    assert not served.actor.began.is_set()
