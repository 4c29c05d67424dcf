"""The server: it listens from the start, and ends in order when it is cancelled."""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import os
import socket
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

import anyio
import uvicorn

from bot.refusals import AddressTaken
from bot.web.connections import Connection

if TYPE_CHECKING:
    from fastapi import FastAPI

END_SECONDS: Final = 5.0
"""How long requests that are being answered may take at the end."""
UNREAD_SECONDS: Final = 120
"""How long somebody may take nothing of an answer: then the connection is cut."""
_BACKLOG: Final = 256
_ENDS_WITHIN: Final = END_SECONDS + 2.0


def listen(host: str, port: int) -> socket.socket:
    """Take a port, so that whoever is refused hears of it before anything is opened.

    Raises `AddressTaken`.
    """
    try:
        family, *_, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listening = socket.create_server(address[:2], family=family, backlog=_BACKLOG)
    except OSError as error:
        why = os.strerror(error.errno) if error.errno and error.errno > 0 else str(error)
        raise AddressTaken(host, port, why.lower()) from None
    listening.setblocking(False)
    # asyncio does so only where a socket says that it is TCP's, which these do not: an answer's
    # second piece would wait for the first to be acknowledged, 40 ms later.
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    # Or whoever listens and never reads, or has gone without a word, would be waited for for ever.
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, 1000 * UNREAD_SECONDS)
    return listening


def listen_here(listening: socket.socket) -> socket.socket | None:
    """Take a port of this machine's own for the command line, unless it gets at the other one.

    What it says is for no network.
    """
    found = ipaddress.ip_address(listening.getsockname()[0])
    return None if found.is_loopback or found.is_unspecified else listen("127.0.0.1", 0)


def address_of(listening: socket.socket) -> str:
    """Return the address under which this machine finds a listening socket."""
    host, port = listening.getsockname()[:2]
    found = ipaddress.ip_address(host)
    if found.is_unspecified:
        found = ipaddress.ip_address("127.0.0.1" if found.version == 4 else "::1")
    return f"http://[{found}]:{port}" if found.version == 6 else f"http://{found}:{port}"


class _Uvicorn(uvicorn.Server):
    """uvicorn, whose signals belong to the command."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def configured(app: FastAPI) -> uvicorn.Config:
    """Say how an application is served."""
    return uvicorn.Config(
        app,
        http=Connection,
        proxy_headers=False,  # anybody on this machine could say that they are somebody else
        log_config=None,
        access_log=False,
        lifespan="off",
        server_header=False,
        timeout_graceful_shutdown=int(END_SECONDS),
        ws="none",
    )


async def serve(app: FastAPI, *listening: socket.socket) -> None:
    """Serve until cancelled; then what is being answered is ended first, within its time."""
    server = _Uvicorn(configured(app))
    running = asyncio.create_task(server.serve(sockets=list(listening)))
    watching = asyncio.create_task(app.state.watch.run())
    try:
        await asyncio.shield(running)
    finally:
        server.should_exit = True
        with anyio.CancelScope(shield=True):
            await app.state.desk.end()
            await app.state.jobs.end()  # first: whoever listens to one hears its end
            await app.state.page_logins.end()
            await asyncio.wait([running], timeout=_ENDS_WITHIN)
            watching.cancel()
            await asyncio.wait([watching], timeout=_ENDS_WITHIN)
        running.cancel()
