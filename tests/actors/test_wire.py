"""Connections that end with the lease they are under."""

from __future__ import annotations

import asyncio
import logging
import socket
import struct
import threading
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import anyio
import pytest

from actors.telegram.account import TelegramAccount
from actors.telegram.calls import CallLog
from actors.telegram.connector import connect
from actors.telegram.wire import LeasedConnection, leased
from actors.term import Term
from sandbox import Sandbox, World
from storage.errors import LeaseLost
from storage.rows import Hold
from tests.actors.telegram_accounts import record

pytestmark = pytest.mark.anyio

ANNA = 101
HOLD = Hold(account=ANNA, incarnation="one", epoch=1)
DEADLINE = 100.0
PATIENCE = 20.0


class Hands:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.time = 0.0

    def __call__(self) -> float:
        return self.time


@pytest.fixture
def hands() -> Hands:
    """The clock of the term."""
    return Hands()


@pytest.fixture
def term(hands: Hands) -> Term:
    """A term that nobody watches: what ends by the clock is refused, and aborted by nobody."""
    term = Term(hands)
    term.began(HOLD.incarnation, DEADLINE)
    return term


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """A Telegram with Anna."""
    world = World()
    world.person(ANNA, first_name="Anna")
    with Sandbox(world) as serving:
        yield serving
        assert serving.mistakes == ()


@asynccontextmanager
async def opened(sandbox: Sandbox, term: Term) -> AsyncIterator[TelegramAccount]:
    """Anna's account, connected under a lease."""
    account = connect(
        sandbox.address,
        None,
        CallLog(),
        record(sandbox, ANNA),
        connection=leased(term, HOLD, 2.5),
    )
    assert isinstance(account, TelegramAccount)
    with anyio.fail_after(PATIENCE):
        await account.connect()
        try:
            yield account
        finally:
            await account.close()


def wire(account: TelegramAccount) -> Any:
    """The connection that an account's client has now."""
    return account._client._sender._connection


def watchers(term: Term) -> int:
    """How many wait for the end of the term."""
    assert term._current is not None
    return len(term._current.watchers)


async def test_the_socket_drops_what_is_not_delivered(sandbox: Sandbox, term: Term) -> None:
    """Closing resets the connection, and what is not acknowledged for 2.5 s ends it."""
    async with opened(sandbox, term) as account:
        connected = wire(account)._writer.get_extra_info("socket")
        linger = connected.getsockopt(socket.SOL_SOCKET, socket.SO_LINGER, 8)
        assert struct.unpack("ii", linger) == (1, 0)
        assert connected.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == 2500


async def test_after_the_term_nothing_reaches_the_server(
    sandbox: Sandbox, term: Term, hands: Hands
) -> None:
    """With the connection whole and nobody to abort it, a call is refused and never arrives."""
    async with opened(sandbox, term) as account:
        assert (await account.me()).id == ANNA
        arrived = len(sandbox.calls)
        hands.time = DEADLINE
        assert not wire(account)._writer.transport.is_closing()
        with pytest.raises(LeaseLost, match=str(ANNA)):
            await account.me()
        assert len(sandbox.calls) == arrived


async def test_no_connection_is_opened_after_the_term(
    sandbox: Sandbox, term: Term, hands: Hands
) -> None:
    """Connecting is refused by the lease's own name, and the server sees nobody."""
    hands.time = DEADLINE
    with pytest.raises(LeaseLost, match=str(ANNA)):
        async with opened(sandbox, term):
            """Nobody gets here."""
    assert sandbox.run(lambda: len(sandbox._telegram.links)) == 0


async def test_a_loss_ends_the_calls_under_way(sandbox: Sandbox, term: Term) -> None:
    """Told of the loss in another thread, the socket is aborted and the pending call refused."""
    async with opened(sandbox, term) as account, asyncio.TaskGroup() as group:
        with sandbox.faults.hold("users.getUsers") as held:
            call = group.create_task(refused(account))
            await asyncio.to_thread(held.reached)
            transport = wire(account)._writer.transport
            ending = threading.Thread(target=term.ended, args=(HOLD.incarnation,))
            ending.start()
            await call
            ending.join()
        assert transport.is_closing()
        assert wire(account) is None


async def refused(account: TelegramAccount) -> None:
    """Expect a call to end in the loss of the lease."""
    with pytest.raises(LeaseLost):
        await account.me()


async def test_a_lost_account_closes_at_once(sandbox: Sandbox, term: Term) -> None:
    """Who is told of the loss need not wait until Telethon has given up."""
    async with opened(sandbox, term) as account:
        term.ended(HOLD.incarnation)
        with anyio.fail_after(2):
            await account.close()


async def test_nothing_is_left_behind(sandbox: Sandbox, term: Term) -> None:
    """Whether cut and connected again or closed, a client is known to the term once or not."""
    async with opened(sandbox, term) as account:
        assert watchers(term) == 1
        for _ in range(3):
            before = wire(account)._writer
            sandbox.cut(ANNA)
            while wire(account) is None or wire(account)._writer is before:
                await anyio.lowlevel.checkpoint()
            await account.me()
            assert watchers(term) == 1
    assert watchers(term) == 0


class Listener:
    """A server that reads nothing until it is told to."""

    def __init__(self) -> None:
        self._listening = socket.socket()
        self._listening.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        self._listening.bind(("127.0.0.1", 0))
        self._listening.listen()
        self.port = self._listening.getsockname()[1]
        self._accepted: socket.socket | None = None

    def accept(self) -> None:
        """Take the client."""
        self._accepted, _ = self._listening.accept()
        self._accepted.settimeout(PATIENCE)

    def read(self) -> tuple[int, bool]:
        """Read to the end; return how much came, and whether the connection was reset."""
        assert self._accepted is not None
        came = 0
        try:
            while got := self._accepted.recv(65536):
                came += len(got)
        except ConnectionResetError:
            return came, True
        return came, False

    def close(self) -> None:
        """Close everything."""
        self._listening.close()
        if self._accepted is not None:
            self._accepted.close()


@pytest.fixture
def listener() -> Iterator[Listener]:
    """A server that reads nothing by itself."""
    made = Listener()
    yield made
    made.close()


def bare(port: int, term: Term) -> LeasedConnection:
    """A connection without a client, not connected yet."""
    loggers: dict[str, logging.Logger] = defaultdict(lambda: logging.getLogger("quiet"))
    return leased(term, HOLD, 2.5)("127.0.0.1", port, 2, loggers=loggers)


@asynccontextmanager
async def connected(listener: Listener, term: Term) -> AsyncIterator[LeasedConnection]:
    """A bare connection to the listener."""
    connection = bare(listener.port, term)
    await connection.connect(timeout=PATIENCE)
    await asyncio.to_thread(listener.accept)
    try:
        yield connection
    finally:
        await connection.disconnect()


async def test_what_waits_in_the_kernel_is_not_delivered(listener: Listener, term: Term) -> None:
    """Of what lies in the socket's send buffer the server gets a part, and a reset."""
    packet = bytes(10_000_000)
    async with connected(listener, term) as connection:
        await connection.send(packet)
        transport = connection._writer.transport
        with anyio.fail_after(PATIENCE):
            while transport.get_write_buffer_size() == 0:
                await anyio.lowlevel.checkpoint()
        taken = len(packet) - transport.get_write_buffer_size()
        term.ended(HOLD.incarnation)
        with anyio.fail_after(PATIENCE):
            while not transport.is_closing():
                await anyio.lowlevel.checkpoint()
        came, reset = await asyncio.to_thread(listener.read)
    assert reset
    assert came < taken


async def test_a_packet_queued_before_the_end_is_not_written_after_it(
    listener: Listener, term: Term, hands: Hands
) -> None:
    """The check comes right before the write; who waits for an answer is told."""
    async with connected(listener, term) as connection:
        await connection.send(b"queued")
        hands.time = DEADLINE
        with anyio.fail_after(PATIENCE), pytest.raises(ConnectionAbortedError, match="no longer"):
            await connection.recv()
        assert await asyncio.to_thread(listener.read) == (0, True)


async def test_a_loss_while_connecting_is_not_missed(listener: Listener, term: Term) -> None:
    """A term that ends between the check and the end of the handshake aborts the connection."""
    accepting = asyncio.create_task(asyncio.to_thread(listener.accept))
    connection = bare(listener.port, term)
    connecting = asyncio.create_task(connection.connect(timeout=PATIENCE))
    await asyncio.sleep(0)
    term.ended(HOLD.incarnation)
    await connecting
    with anyio.fail_after(PATIENCE), pytest.raises(ConnectionError):
        await connection.recv()
    await accepting
    assert await asyncio.to_thread(listener.read) == (0, True)
    await connection.disconnect()


def test_a_loss_after_the_loop_is_closed_is_harmless(term: Term) -> None:
    """A client whose loop ended just now does not keep others from being told."""

    async def watch() -> None:
        bare(1, term)._watch()

    told = threading.Event()
    asyncio.run(watch())
    term.on_loss(HOLD.incarnation, told.set)
    term.ended(HOLD.incarnation)
    assert told.is_set()
