"""Connections that want nothing, want it slowly, or are too many."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, cast

import pytest
from uvicorn.server import ServerState

from bot.web import server
from bot.web.connections import Connection

pytestmark = pytest.mark.anyio

PATIENCE = 20.0  # seconds
SOON = 0.05  # seconds
ASK = b"GET / HTTP/1.1\r\nHost: here\r\n\r\n"
LAST = ASK.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
OK = b"HTTP/1.1 200"


class Hasty(Connection):
    """A connection that waits next to no time."""

    head_seconds = SOON


class Few(Connection):
    """A connection of which there may be one."""

    most = 1


async def nothing(_scope: Any, _receive: Any, send: Any) -> None:
    """Answer with nothing."""
    await send(
        {"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"0")]}
    )
    await send({"type": "http.response.body", "body": b""})


Client = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@asynccontextmanager
async def served(
    kind: type[Connection], app: Any = nothing
) -> AsyncIterator[tuple[Callable[[], Any], ServerState]]:
    """Serve an application; return what connects to it, and what is known of the connections."""
    config, state = server.configured(cast("Any", app)), ServerState()
    config.load()
    listening = server.listen("127.0.0.1", 0)
    writers: list[asyncio.StreamWriter] = []
    serving = await asyncio.get_running_loop().create_server(
        lambda: kind(config, state, {}), sock=listening
    )

    async def connect() -> Client:
        reader, writer = await asyncio.open_connection(*listening.getsockname()[:2])
        writers.append(writer)
        return reader, writer

    async with serving, asyncio.timeout(PATIENCE):
        try:
            yield connect, state
        finally:
            for writer in writers:
                writer.close()


async def closed(reader: asyncio.StreamReader) -> bytes:
    """Read until the other side closes; return what came."""
    found = b""
    try:
        while chunk := await reader.read(4096):
            found += chunk
    except ConnectionResetError:
        pass
    return found


@pytest.mark.parametrize("said", [b"", b"GET / HT", ASK + b"GET /again"])
async def test_who_does_not_say_what_they_want_is_not_waited_for(said: bytes) -> None:
    """Silence, half a request, and half a second one end the connection after a while."""
    async with served(Hasty) as (connect, _):
        reader, writer = await connect()
        writer.write(said)
        found = await closed(reader)
    assert found.startswith(OK if said.startswith(ASK) else b"")
    assert found.count(b"HTTP/1.1") == (1 if said.startswith(ASK) else 0)


async def test_an_answer_may_take_as_long_as_it_does() -> None:
    """While something is answered nobody is late; from its end on the next may be."""
    seen: list[asyncio.TimerHandle | None] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        (mine,) = state.connections
        seen.append(cast("Connection", mine)._overdue)
        await nothing(scope, receive, send)
        seen.append(cast("Connection", mine)._overdue)

    async with served(Connection, app) as (connect, state):
        reader, writer = await connect()
        for _ in range(2):
            writer.write(ASK)
            await reader.readuntil(b"\r\n\r\n")
    during, after, during_next, after_next = seen
    assert (during, during_next) == (None, None)
    assert None not in {after, after_next}


async def test_one_too_many_is_told_to_come_again() -> None:
    """Past the bound a connection is answered 503 and closed; once another has gone it gets in."""
    async with served(Few) as (connect, _):
        first, asking = await connect()
        asking.write(ASK)
        assert (await first.readuntil(b"\r\n\r\n")).startswith(OK)
        late, _ = await connect()
        assert b"503 Service Unavailable\r\nRetry-After: 2" in await closed(late)
        asking.write(LAST)
        assert (await closed(first)).startswith(OK)
        again, asking = await connect()
        asking.write(ASK)
        assert (await again.readuntil(b"\r\n\r\n")).startswith(OK)
