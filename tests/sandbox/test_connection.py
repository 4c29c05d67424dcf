"""MTProto as stock clients speak it."""

import asyncio
import socket
import struct
import threading
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

import pytest
from telethon import functions, types
from telethon.errors import AuthKeyNotFound, BadRequestError
from telethon.network import (
    ConnectionTcpAbridged,
    ConnectionTcpFull,
    ConnectionTcpIntermediate,
    ConnectionTcpObfuscated,
)
from telethon.tl import TLRequest

from sandbox import Channel, Person, Sandbox, World
from sandbox.world import access_hash

Connect = Callable[..., AbstractAsyncContextManager[Any]]
pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    "transport",
    [
        ConnectionTcpFull,
        ConnectionTcpAbridged,
        ConnectionTcpIntermediate,
        ConnectionTcpObfuscated,
    ],
)
async def test_every_framing_makes_a_key_and_reads(
    sandbox: Sandbox, connect: Connect, anna: Person, news: Channel, transport: type
) -> None:
    """Key exchange, small and large packets go through each of the client's transports."""
    async with connect(connection=transport) as stranger:
        assert len(stranger.session.auth_key.key) == 256
        assert await stranger.get_me() is None
        login = await stranger.qr_login()
        sandbox.scan(login.url, anna.id)
        await login.recreate()
        peer = types.InputPeerChannel(news.id, access_hash(anna.id, "channel", news.id))
        assert len([post async for post in stranger.iter_messages(peer, wait_time=0)]) == 250


async def test_many_calls_travel_in_one_packet(
    sandbox: Sandbox, connect: Connect, anna: Person, news: Channel
) -> None:
    """A container of calls, one of them large enough to be compressed, gets every answer."""
    channel = types.InputChannel(news.id, access_hash(anna.id, "channel", news.id))
    large = functions.channels.GetMessagesRequest(
        channel, [types.InputMessageID(number) for number in range(1, 101)]
    )
    async with connect(anna) as client:
        results = await client(
            [large, functions.updates.GetStateRequest(), functions.help.GetConfigRequest()]
        )
        assert len(results[0].messages) == 100
        assert results[2].dc_options[0].port == sandbox.port
        pong = await asyncio.wait_for(client(functions.PingRequest(ping_id=77)), 10)
        assert pong.ping_id == 77


async def test_the_state_of_messages_is_told(
    sandbox: Sandbox, connect: Connect, anna: Person
) -> None:
    """A client that asks what became of three messages gets three states."""
    states: asyncio.Queue[Any] = asyncio.Queue(1)

    async def note(message: Any) -> None:
        states.put_nowait(message.obj)

    async with connect(anna) as client:
        client._sender._handlers[types.MsgsStateInfo.CONSTRUCTOR_ID] = note
        client._sender.send(types.MsgsStateReq([4, 8, 12]))
        told = await asyncio.wait_for(states.get(), 10)
        assert len(told.info) == 3
    assert sandbox.calls


class _FutureRequest(TLRequest):
    """A request of a layer newer than the sandbox's."""

    CONSTRUCTOR_ID = 0x04030201

    def _bytes(self) -> bytes:
        return struct.pack("<I", self.CONSTRUCTOR_ID)


async def test_a_request_of_an_unknown_layer_is_named(
    served: Sandbox, connect: Connect, anna: Person
) -> None:
    """A constructor nobody knows is refused by its number, and noted."""
    async with connect(anna) as client:
        with pytest.raises(BadRequestError, match="0x04030201"):
            await client(_FutureRequest())
        assert (await client.get_me()).id == anna.id
    assert served.mistakes == ("CONSTRUCTOR_UNKNOWN 0x04030201",)


async def test_a_bug_of_a_method_is_answered_and_noted(
    served: Sandbox, connect: Connect, world: World, anna: Person
) -> None:
    """A method that raises refuses the call with a telling text instead of hanging it."""
    async with connect(anna) as client:
        served.run(lambda: world.people.pop(anna.id))
        with pytest.raises(BadRequestError, match=r"SANDBOX_FAILED in users\.getUsers"):
            await client(functions.users.GetUsersRequest([types.InputUserSelf()]))
    assert "UnknownPerson" in served.mistakes[0]


@pytest.mark.parametrize("offset", [-1000, 1000])
async def test_a_client_with_a_wrong_clock_is_corrected(
    sandbox: Sandbox, connect: Connect, anna: Person, offset: int
) -> None:
    """Message ids minutes off are refused with the right time, and the client adjusts."""
    async with connect(anna) as client:
        client._sender._state.time_offset = offset
        client._sender._state._last_msg_id = 0
        state = await asyncio.wait_for(client(functions.updates.GetStateRequest()), 10)
        assert state.pts > 0
        assert abs(client._sender._state.time_offset) <= 1
    assert sandbox.calls


async def test_a_wrong_salt_is_corrected(sandbox: Sandbox, connect: Connect, anna: Person) -> None:
    """A call under another salt is not carried out; the client learns the salt and repeats it."""
    async with connect(anna) as client:
        salt = client._sender._state.salt
        client._sender._state.salt = salt ^ 1
        await asyncio.wait_for(client(functions.updates.GetStateRequest()), 10)
        assert client._sender._state.salt == salt
    assert sandbox.calls


async def test_a_login_survives_a_restart_but_not_another_sandbox(connect: Connect) -> None:
    """Entered again a sandbox knows its keys; a fresh one answers that it does not."""
    world = World()
    reader = world.person(1)
    sandbox = Sandbox(world)
    with sandbox:
        async with connect(reader, to=sandbox) as client:
            key, port = client.session.auth_key, sandbox.port
    with sandbox:
        assert sandbox.port == port
        async with connect(to=sandbox) as again:
            await _take_over(again, key)
            assert (await again.get_me()).id == reader.id
    with Sandbox(world) as fresh:
        async with connect(to=fresh) as unknown:
            with pytest.raises(AuthKeyNotFound):
                await _take_over(unknown, key)


async def _take_over(client: Any, key: Any) -> None:
    await client.disconnect()
    client._sender.auth_key.key = key.key
    await asyncio.wait_for(client.connect(), 10)


def test_clients_in_twenty_threads_are_served_at_once(
    connect: Connect, anna: Person, news: Channel
) -> None:
    """Twenty clients, each on its own thread and loop, all connected together, read it all."""
    together = threading.Barrier(20, timeout=20)
    peer = types.InputPeerChannel(news.id, access_hash(anna.id, "channel", news.id))
    read: list[int] = []

    async def follow() -> None:
        async with connect(anna) as client:
            together.wait()
            ids = [post.id async for post in client.iter_messages(peer, wait_time=0)]
            assert ids == list(range(250, 0, -1))
            read.append(len(ids))

    threads = [threading.Thread(target=lambda: asyncio.run(follow())) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert read == [250] * 20


@pytest.mark.parametrize(
    ("garbage", "mistakes"),
    [
        (b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n" + bytes(64), 0),
        (b"\xef\x7f" + bytes(8), 0),
        (b"\xee\xee\xee\xee" + struct.pack("<i", 40) + bytes(range(40)), 0),
        (b"\xee\xee\xee\xee" + struct.pack("<iqqi", 28, 0, 0, 8) + bytes(8), 1),
    ],
    ids=["http", "empty packet", "unknown key", "no request"],
)
async def test_garbage_ends_its_own_connection_only(
    served: Sandbox, connect: Connect, anna: Person, garbage: bytes, mistakes: int
) -> None:
    """Bytes that are no MTProto close that connection; others are served on."""
    async with connect(anna) as client:
        with socket.create_connection((served.host, served.port), timeout=10) as stranger:
            stranger.sendall(garbage)
            while await asyncio.to_thread(_received, stranger):
                pass
        assert (await client.get_me()).id == anna.id
    assert len(served.mistakes) == mistakes


def _received(stranger: socket.socket) -> bytes:
    try:
        return stranger.recv(4096)
    except ConnectionResetError:
        return b""
