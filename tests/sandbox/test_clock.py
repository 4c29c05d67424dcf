"""Clocks that differ and salts that expire, as stock clients bear them."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from telethon import events, functions

from sandbox import Channel, Person, Sandbox

Connect = Callable[..., AbstractAsyncContextManager[Any]]
pytestmark = pytest.mark.anyio

state = functions.updates.GetStateRequest


@pytest.mark.parametrize("seconds", [-7200, -400, 400, 7200])
async def test_a_client_follows_a_clock_that_jumps(
    sandbox: Sandbox, connect: Connect, anna: Person, seconds: int
) -> None:
    """Connected when the clock is set, a client is corrected, and goes on with the new time."""
    async with connect(anna) as client:
        sandbox.clock_skew(seconds)
        found = await asyncio.wait_for(client(state()), 10)
        off = found.date - (datetime.now(UTC) + timedelta(seconds=seconds))
        assert abs(off) < timedelta(seconds=5)
        assert abs(client._sender._state.time_offset - seconds) <= 1


@pytest.mark.parametrize("seconds", [-7200, 7200])
async def test_a_client_connects_to_a_clock_that_is_off(
    sandbox: Sandbox, connect: Connect, anna: Person, news: Channel, seconds: int
) -> None:
    """With hours between the clocks, keys are made, somebody logs in and is told of posts."""
    sandbox.clock_skew(seconds)
    told: asyncio.Queue[Any] = asyncio.Queue(10)

    async def note(event: Any) -> None:
        told.put_nowait(event.raw_text)

    async with connect() as client:
        login = await client.qr_login()
        sandbox.scan(login.url, anna.id)
        await login.recreate()
        client.add_event_handler(note, events.NewMessage())
        await client.get_dialogs()
        sandbox.publish(news.id, "on time")
        assert await asyncio.wait_for(told.get(), 10) == "on time"


async def test_a_small_difference_is_borne(
    sandbox: Sandbox, connect: Connect, anna: Person
) -> None:
    """A clock that is off by less than Telegram's bounds corrects nobody."""
    async with connect(anna) as client:
        sandbox.clock_skew(20)
        await asyncio.wait_for(client(state()), 10)
        assert client._sender._state.time_offset == 0


async def test_clients_go_on_when_their_salt_expires(
    sandbox: Sandbox, connect: Connect, anna: Person, boris: Person
) -> None:
    """Each client learns the new salt with its next call, and repeats that call."""
    async with connect(anna) as one, connect(boris) as two:
        old = one._sender._state.salt
        sandbox.expire_salts()
        for client in (one, two):
            await asyncio.wait_for(client(state()), 10)
        assert one._sender._state.salt == two._sender._state.salt != old


async def test_the_salts_to_come_can_be_asked_for(
    sandbox: Sandbox, connect: Connect, anna: Person
) -> None:
    """The one salt there is comes with the time until which it is good."""
    async with connect(anna) as client:
        found = await asyncio.wait_for(client(functions.GetFutureSaltsRequest(1)), 10)
        assert [each.salt for each in found.salts] == [client._sender._state.salt]
        assert found.salts[0].valid_until > datetime.now(UTC)
    assert sandbox.calls


async def test_a_restart_keeps_logins_and_changes_the_salt(
    sandbox: Sandbox, connect: Connect, anna: Person
) -> None:
    """After a restart clients reconnect to the same address with the same key."""
    async with connect(anna) as client:
        salt, port = client._sender._state.salt, sandbox.port
        sandbox.restart()
        assert (await asyncio.wait_for(client.get_me(), 10)).id == anna.id
        assert (client._sender._state.salt != salt, sandbox.port == port) == (True, True)


async def test_while_down_nobody_gets_in_and_the_world_goes_on(
    sandbox: Sandbox, connect: Connect, anna: Person, news: Channel
) -> None:
    """Connections are refused, posts can be published, and clients come back by themselves."""
    async with connect(anna) as client:
        with sandbox.down():
            with pytest.raises(ConnectionRefusedError):
                await asyncio.open_connection(sandbox.host, sandbox.port)
            sandbox.publish(news.id, "meanwhile")
        seen = await asyncio.wait_for(client.get_messages("news_channel", limit=1), 10)
        assert seen[0].message == "meanwhile"
