"""A person's logins: listed, ended, burnt and forgotten."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

import pytest
from telethon import TelegramClient, functions
from telethon.errors import (
    AuthKeyDuplicatedError,
    AuthKeyNotFound,
    AuthKeyUnregisteredError,
    HashInvalidError,
)
from telethon.sessions import StringSession

from sandbox import Channel, Person, Sandbox

Connect = Callable[..., AbstractAsyncContextManager[Any]]
pytestmark = pytest.mark.anyio

state = functions.updates.GetStateRequest


async def _logins(client: Any) -> Any:
    return (await client(functions.account.GetAuthorizationsRequest())).authorizations


async def test_a_person_sees_every_login(connect: Connect, anna: Person, boris: Person) -> None:
    """One's own logins are listed with what each client says of itself, the asking one first."""
    async with (
        connect(anna, device_model="Desk", app_version="1.0", system_version="Linux") as one,
        connect(anna, device_model="Pocket") as two,
        connect(boris, device_model="Other"),
    ):
        mine = await _logins(one)
        assert [(each.device_model, bool(each.current)) for each in mine] == [
            ("Desk", True),
            ("Pocket", False),
        ]
        assert (mine[0].hash, mine[0].app_version, mine[0].system_version) == (0, "1.0", "Linux")
        assert mine[1].hash != 0
        assert [each.device_model for each in await _logins(two)] == ["Pocket", "Desk"]


async def test_one_login_can_be_ended(connect: Connect, anna: Person) -> None:
    """Ended from elsewhere, a login is refused with 401; the others go on."""
    async with connect(anna) as one, connect(anna) as two, connect(anna) as three:
        names = {each.hash for each in await _logins(one)} - {0}
        kept = {each.hash for each in await _logins(three)} - {0}
        (only_two,) = names & kept
        reset = functions.account.ResetAuthorizationRequest
        assert await one(reset(only_two)) is True
        with pytest.raises(AuthKeyUnregisteredError):
            await two(state())
        await three(state())
        for wrong in (only_two, 0, 12345):
            with pytest.raises(HashInvalidError):
                await one(reset(wrong))
        assert len(await _logins(one)) == 2


async def test_all_other_logins_can_be_ended(connect: Connect, anna: Person, boris: Person) -> None:
    """One call ends all others of the same person, and nobody else's."""
    async with connect(anna) as one, connect(anna) as two, connect(boris) as other:
        assert await one(functions.auth.ResetAuthorizationsRequest()) is True
        with pytest.raises(AuthKeyUnregisteredError):
            await two(state())
        await one(state())
        await other(state())
        assert len(await _logins(one)) == 1


async def test_an_ended_login_is_told_nothing(
    sandbox: Sandbox, connect: Connect, anna: Person, news: Channel
) -> None:
    """A revoked client that stays connected gets no more updates."""
    async with connect(anna) as client:
        arrived: asyncio.Queue[Any] = asyncio.Queue(10)
        client._sender._updates_queue = arrived
        sandbox.publish(news.id, "seen")
        await client.get_me()
        sandbox.revoke(anna.id)
        sandbox.publish(news.id, "not seen")
        assert await client.get_me() is None
        assert arrived.qsize() == 1


async def test_a_key_at_two_places_is_burnt(sandbox: Sandbox, anna: Person) -> None:
    """A key used from two addresses at once is refused with 406, at both, for ever."""
    text = sandbox.mint(anna.id).string()
    clients = [
        TelegramClient(StringSession(text), 1, "hash", local_addr=address, receive_updates=False)
        for address in ("127.0.0.1", "127.0.0.2")
    ]
    await asyncio.wait_for(clients[0].connect(), 10)
    await clients[0](state())
    with pytest.raises(AuthKeyDuplicatedError) as caught:
        await asyncio.wait_for(clients[1].connect(), 10)
    assert caught.value.code == 406
    with pytest.raises(AuthKeyDuplicatedError):
        await clients[0](state())
    for client in clients:
        await client.disconnect()
    again = TelegramClient(StringSession(text), 1, "hash", receive_updates=False)
    with pytest.raises(AuthKeyDuplicatedError):
        await asyncio.wait_for(again.connect(), 10)
    await again.disconnect()


async def test_a_key_may_be_used_twice_at_one_place(sandbox: Sandbox, anna: Person) -> None:
    """Two connections from the same address share a key in peace."""
    text = sandbox.mint(anna.id).string()
    clients = [TelegramClient(StringSession(text), 1, "hash") for _ in range(2)]
    for client in clients:
        await asyncio.wait_for(client.connect(), 10)
    for client in clients:
        assert (await client.get_me()).id == anna.id
        await client.disconnect()


async def test_keys_can_be_burnt_on_demand(
    sandbox: Sandbox, connect: Connect, anna: Person, boris: Person
) -> None:
    """A person's burnt keys answer 406 to every call; another person's do not."""
    async with connect(anna, receive_updates=False) as client, connect(boris) as other:
        sandbox.burn_keys(anna.id)
        with pytest.raises(AuthKeyDuplicatedError):
            await client(state())
        await other(state())
        async with connect(anna) as fresh:
            await fresh(state())


async def test_forgotten_keys_are_unknown(
    sandbox: Sandbox, connect: Connect, anna: Person, boris: Person
) -> None:
    """A forgotten key is answered -404, which ends the connection; others are not."""
    async with connect(anna, auto_reconnect=False) as client, connect(boris) as other:
        sandbox.forget_keys(anna.id)
        with pytest.raises(AuthKeyNotFound):
            await asyncio.wait_for(client(state()), 10)
        await other(state())
        async with connect(anna) as fresh:
            await fresh(state())
