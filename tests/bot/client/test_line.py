"""The line to a service: what is felt here of all that can happen there."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import pytest

from actors import AskTimeout, Flooded, LoginRequired
from actors.messages import CancelLogin, ParseRequest
from actors.values import ParseProgress, ParseReport
from bot.client import wire
from bot.client.line import Line, RemoteRef
from bot.client.refusals import RefusedThere, ServiceGone
from bot.web.announcement import Announcement

pytestmark = pytest.mark.anyio

PATIENCE = 30.0  # seconds
LONG = 3600.0
NOW = datetime(2026, 11, 26, tzinfo=UTC)
PARSE = ParseRequest(account=7, depth=None)
STEP = ParseProgress(channel="News", done=1, channels=2, added=3)
REPORT = ParseReport(
    account=7, channels=2, added=3, edited=0, deleted=0, unread=(), flood_until=None,
    began_at=NOW, took=0.5,
)  # fmt: skip

Play = Callable[["Said"], Awaitable[None]]


class Said:
    """One request, as a service got it, and its answer."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self.head = b""

    @property
    def is_over(self) -> bool:
        """Whether the connection is closed."""
        return self._writer.is_closing()

    async def heard(self) -> None:
        """Read the request, and begin to answer."""
        self.head = await self._reader.readuntil(b"\r\n\r\n")
        head = b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"
        self._writer.write(head)

    async def say(self, *lines: bytes) -> None:
        """Say some lines."""
        self._writer.writelines(lines)
        await self._writer.drain()

    async def gone(self) -> None:
        """Wait until whoever asked has left."""
        while await self._reader.read(4096):
            pass


@asynccontextmanager
async def served(
    play: Play, *, silence: float = LONG, grace: float = LONG
) -> AsyncIterator[tuple[RemoteRef, asyncio.Event]]:
    """An actor of a service that answers by a play; the event tells that the play is over."""
    over = asyncio.Event()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        said = Said(reader, writer)
        try:
            await said.heard()
            await play(said)
        finally:
            writer.close()
            over.set()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    host, port = server.sockets[0].getsockname()
    found = Announcement(address=f"http://{host}:{port}", token="hush", pid=1, version="1")
    line = Line(found, silence=silence, grace=grace)
    async with server, asyncio.timeout(PATIENCE), line:
        yield RemoteRef(line, "parser"), over


async def test_progress_and_result_come_as_they_are_said() -> None:
    """Signs of life between them are nothing; the token and the deadline go along."""
    heads = []

    async def play(said: Said) -> None:
        heads.append(said.head)
        await said.say(b"\n", wire.progress(ParseRequest, STEP), b"\n\n")
        await said.say(wire.result(ParseRequest, REPORT))

    async with served(play) as (parser, _), parser.stream(PARSE, timeout=12.5) as steps:
        assert [step async for step in steps] == [STEP]
        assert steps.result == REPORT
    assert heads[0].startswith(b"POST /house/parser?message=ParseRequest&timeout=12.5 HTTP/1.1\r\n")
    assert b"authorization: bearer hush\r\n" in heads[0].lower()


async def test_a_refusal_is_raised_as_itself() -> None:
    """In an ask and in a stream, with its data."""

    async def play(said: Said) -> None:
        await said.say(wire.refused(ParseRequest, Flooded(NOW)))

    async with served(play) as (parser, _):
        with pytest.raises(Flooded) as raised:
            await parser.ask(PARSE)
        assert raised.value.until == NOW
        with pytest.raises(Flooded):
            async for _step in parser.stream(PARSE):
                pass


async def test_what_breaks_off_says_to_repeat() -> None:
    """A service that ends before its last line is told as such, with what to do."""

    async def play(said: Said) -> None:
        await said.say(wire.progress(ParseRequest, STEP))

    async with served(play) as (parser, _):
        with pytest.raises(ServiceGone, match="Repeat the command"):
            await parser.ask(CancelLogin())
        steps = parser.stream(PARSE)
        assert await anext(steps) == STEP
        with pytest.raises(ServiceGone):
            await anext(steps)


@pytest.mark.parametrize("line", [b"nonsense\n", b"[]\n", b'["result", {"account": "7"}]\n'])
async def test_what_is_no_answer_is_told_as_such(line: bytes) -> None:
    """Lines of another make end the ask, and hang nobody."""

    async def play(said: Said) -> None:
        await said.say(line)
        await said.gone()

    async with served(play) as (parser, _):
        with pytest.raises(ServiceGone, match="no answer"):
            await parser.ask(PARSE)
        with pytest.raises(ServiceGone, match="no answer"):
            await anext(parser.stream(PARSE))


async def test_who_leaves_a_stream_is_gone_there() -> None:
    """The connection is closed by the end of the block, which is how the service feels it."""

    async def play(said: Said) -> None:
        await said.say(wire.progress(ParseRequest, STEP))
        await said.gone()

    async with served(play) as (parser, over):
        async with parser.stream(PARSE, timeout=LONG) as steps:
            assert await anext(steps) == STEP
            assert not over.is_set()
        await over.wait()


async def test_who_is_cancelled_is_gone_there() -> None:
    """An ask that nobody awaits any more is given up there too."""
    began = asyncio.Event()

    async def play(said: Said) -> None:
        began.set()
        await said.gone()

    async with served(play) as (parser, over):
        asked = asyncio.create_task(parser.ask(CancelLogin(), timeout=LONG))
        await began.wait()
        asked.cancel()
        await over.wait()
        with pytest.raises(asyncio.CancelledError):
            await asked


async def test_a_deadline_is_kept_here_too() -> None:
    """A service that goes on saying that it lives does not stretch an ask's deadline."""

    async def play(said: Said) -> None:
        while not said.is_over:
            await said.say(b"\n")
            await asyncio.sleep(0)

    async with served(play, grace=0.0) as (parser, _):
        with pytest.raises(AskTimeout, match="parser did not answer"):
            await parser.ask(CancelLogin(), timeout=0.2)


async def test_a_service_that_says_nothing_is_given_up() -> None:
    """One that hangs, or was paused, is told as gone."""

    async def play(said: Said) -> None:
        await said.gone()

    async with served(play, silence=0.2) as (parser, _):
        with pytest.raises(ServiceGone, match="says nothing"):
            await parser.ask(CancelLogin(), timeout=LONG)


async def test_nobody_at_the_address_says_to_repeat() -> None:
    """A service that has ended between the look and the ask is told as gone."""
    with socket.socket() as deaf:  # it has the port, and does not listen
        deaf.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{deaf.getsockname()[1]}"
        found = Announcement(address=address, token="hush", pid=1, version="1")
        async with Line(found) as line:
            with pytest.raises(ServiceGone, match="nobody listens there"):
                await RemoteRef(line, "parser").ask(CancelLogin())
            assert await line.greet(PATIENCE) is None


async def test_an_end_with_streams_open_ends_them() -> None:
    """Whoever closes the line waits for nobody, and what was under way is given up there."""

    async def play(said: Said) -> None:
        await said.say(wire.progress(ParseRequest, STEP))
        await said.gone()

    async with served(play) as (parser, over):
        steps = parser.stream(PARSE, timeout=LONG)
        assert await anext(steps) == STEP
        await parser._line.__aexit__()
        await over.wait()
        steps.close()


async def test_an_unknown_refusal_keeps_its_words() -> None:
    """What only the service knows is raised with the text it gave."""

    async def play(said: Said) -> None:
        await said.say(b'["refused", "actors.errors.NewKind", "Not today.", [1]]\n')

    async with served(play) as (parser, _):
        with pytest.raises(RefusedThere, match="Not today"):
            await parser.ask(CancelLogin())


async def test_data_of_another_make_keeps_the_words() -> None:
    """A condition whose data has changed its shape is told in its words."""

    async def play(said: Said) -> None:
        await said.say(b'["refused", "actors.errors.LoginRequired", "Log in.", ["x", 1, 2]]\n')

    async with served(play) as (parser, _):
        with pytest.raises(RefusedThere, match=r"^Log in\.$") as raised:
            await parser.ask(CancelLogin())
        assert not isinstance(raised.value, LoginRequired)
