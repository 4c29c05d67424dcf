"""QR login as a stock client sees it."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

import pytest
from telethon import events, functions, types
from telethon.errors import AuthKeyUnregisteredError

from sandbox import (
    Person,
    Sandbox,
    TokenAlreadyAccepted,
    TokenExpired,
    TokenInvalid,
    UnknownPerson,
    World,
)
from sandbox.cipher import Key
from sandbox.logins import Logins

Connect = Callable[..., AbstractAsyncContextManager[Any]]
pytestmark = pytest.mark.anyio


async def test_a_scan_wakes_the_waiting_client(
    sandbox: Sandbox, connect: Connect, anna: Person
) -> None:
    """The client waiting for the scan becomes the person who scanned."""
    async with connect() as client:
        assert await client.get_me() is None
        login = await client.qr_login()
        waiting = asyncio.create_task(login.wait(10))
        await client.get_me()  # by this answer the task listens
        sandbox.scan(login.url, anna.id)
        user = await waiting
        assert (user.id, user.first_name, user.phone) == (anna.id, "Anna", "79990000101")
        assert (await client.get_me()).id == anna.id


async def test_a_scan_nobody_waits_for_is_found_by_recreate(
    sandbox: Sandbox, connect: Connect, anna: Person
) -> None:
    """A login accepted while the client looks away is handed over by the next export."""
    async with connect() as client:
        login = await client.qr_login()
        sandbox.scan(login.url, anna.id)
        await login.recreate()
        assert isinstance(login._resp, types.auth.LoginTokenSuccess)
        assert (await client.get_me()).id == anna.id


async def test_a_token_stays_until_it_expires(
    sandbox: Sandbox, connect: Connect, anna: Person
) -> None:
    """Exporting again gives the same code while it is good, and a new one afterwards."""
    async with connect() as client:
        login = await client.qr_login()
        first = login.url
        await login.recreate()
        assert login.url == first
        sandbox.expire_tokens()
        with pytest.raises(TokenExpired, match="ask the client for a new code"):
            sandbox.scan(first, anna.id)
        await login.recreate()
        assert login.url != first
        sandbox.scan(login.url, anna.id)
        with pytest.raises(TokenExpired):
            sandbox.scan(first, anna.id)


async def test_a_client_times_out_when_its_token_expires(connect: Connect) -> None:
    """Waiting ends with TimeoutError once the code is too old, and the next code is another."""
    with Sandbox(World(), token_life=0.05) as short:
        async with connect(to=short) as client:
            login = await client.qr_login()
            first = login.url
            with pytest.raises(TimeoutError):
                await login.wait()
            await login.recreate()
            assert login.url != first


async def test_a_token_is_scanned_once(sandbox: Sandbox, connect: Connect, anna: Person) -> None:
    """A second scan, a foreign link and a stranger are refused at the scanner."""
    async with connect() as client:
        login = await client.qr_login()
        with pytest.raises(UnknownPerson):
            sandbox.scan(login.url, 999)
        sandbox.scan(login.url, anna.id)
        with pytest.raises(TokenAlreadyAccepted):
            sandbox.scan(login.url, anna.id)
        for foreign in ("tg://login?token=AAAA", "https://example.org/", "tg://login?token=!"):
            with pytest.raises(TokenInvalid):
                sandbox.scan(foreign, anna.id)


async def test_automatic_scans_reach_a_client_that_listens_late(
    sandbox: Sandbox, connect: Connect, anna: Person
) -> None:
    """Every code is scanned at once, and the client is told again until it collects."""
    told = asyncio.Event()

    async def note(_update: Any) -> None:
        told.set()

    sandbox.scan_automatically(anna.id)
    async with connect() as client:
        client.add_event_handler(note, events.Raw(types.UpdateLoginToken))
        login = await client.qr_login()
        await asyncio.wait_for(told.wait(), 10)
        client.remove_event_handler(note)
        assert (await login.wait(10)).id == anna.id


@pytest.mark.parametrize("wanted", [True, False])
async def test_updates_go_to_whoever_wants_them(
    sandbox: Sandbox, connect: Connect, anna: Person, wanted: bool
) -> None:
    """A client that asks for no updates is told nothing; its login is there to collect."""
    async with connect(receive_updates=wanted) as client:
        arrived: asyncio.Queue[Any] = asyncio.Queue(10)
        client._sender._updates_queue = arrived
        login = await client.qr_login()
        sandbox.scan(login.url, anna.id)
        await client.get_me()  # an update sent before this answer is here by now
        assert arrived.qsize() == int(wanted)
        await login.recreate()
        assert isinstance(login._resp, types.auth.LoginTokenSuccess)


async def test_logging_out_unbinds_only_this_key(
    sandbox: Sandbox, connect: Connect, anna: Person
) -> None:
    """A logged-out session is no longer authorised; another of the same person is."""
    async with connect(anna) as leaving, connect(anna) as staying:
        assert await leaving.log_out() is True
        assert (await staying.get_me()).id == anna.id
    assert [call.answer for call in sandbox.calls if call.method == "auth.logOut"] == ["ok"]


async def test_a_logged_out_key_is_unauthorised(
    sandbox: Sandbox, connect: Connect, anna: Person
) -> None:
    """What was logged out is refused with 401, by its own key, and may log in anew."""
    async with connect(anna) as client:
        await client(functions.auth.LogOutRequest())
        with pytest.raises(AuthKeyUnregisteredError):
            await client(functions.updates.GetStateRequest())
        login = await client.qr_login()
        sandbox.scan(login.url, anna.id)
        await login.recreate()
        await client(functions.updates.GetStateRequest())


def test_a_token_lives_as_long_as_it_says() -> None:
    """A code is good until the second it expires, and is then replaced."""
    now = [1000.0]
    logins = Logins(30, clock=lambda: now[0])
    key = Key.of(bytes(range(256)))
    token = logins.export(key)
    now[0] += 29.9
    assert logins.export(key) is token
    now[0] += 0.1
    with pytest.raises(TokenExpired):
        logins.accept(token.url, 1)
    renewed = logins.export(key)
    assert renewed is not token
    now[0] += 29
    logins.accept(renewed.url, 1)
    now[0] += 3600  # accepted in time: it may be collected late
    assert logins.export(key) is renewed


def test_the_oldest_tokens_are_forgotten() -> None:
    """Beyond the number remembered the oldest code is unknown, and its client gets a new one."""
    logins = Logins(30, clock=lambda: 0.0, remembered=2)
    keys = [Key.of(bytes([number]) * 256) for number in (1, 2, 3)]
    first, second, third = (logins.export(key) for key in keys)
    with pytest.raises(TokenInvalid):
        logins.accept(first.url, 1)
    assert logins.accept(second.url, 1) is second
    assert logins.accept(third.url, 1) is third
    assert logins.export(keys[0]) is not first
