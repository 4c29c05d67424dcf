"""Two data centres, and clients that are sent from one to the other."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

import pytest
from telethon import functions, types
from telethon.errors import (
    AuthBytesInvalidError,
    AuthKeyDuplicatedError,
    AuthKeyNotFound,
    AuthKeyUnregisteredError,
    BadRequestError,
    DcIdInvalidError,
    SessionPasswordNeededError,
)

from sandbox import Channel, Person, Sandbox, UnknownDataCentre, World

Connect = Callable[..., AbstractAsyncContextManager[Any]]
pytestmark = pytest.mark.anyio

PHONE = "+79990000101"


async def test_the_configuration_names_both_centres(
    sandbox: Sandbox, connect: Connect, anna: Person
) -> None:
    """A client learns both addresses; each data centre says which one it is."""
    async with connect(anna) as client:
        config = await client(functions.help.GetConfigRequest())
        assert config.this_dc == 2
        assert {option.id: option.port for option in config.dc_options}[2] == sandbox.port
        assert {option.id for option in config.dc_options} == {2, 4}
        assert (await client(functions.help.GetNearestDcRequest())).this_dc == 2


async def test_a_code_is_asked_for_where_the_person_is(
    sandbox: Sandbox, connect: Connect, anna: Person
) -> None:
    """A number of the other centre sends the client there, where the login works."""
    sandbox.migrate(anna.id, 4)
    async with connect() as client:
        await client.send_code_request(PHONE)
        assert client.session.dc_id == 4
        assert (await client.sign_in(PHONE, sandbox.last_code(anna.id))).id == anna.id
        assert (await client.get_me()).id == anna.id
    answers = [call.answer for call in sandbox.calls if call.method == "auth.sendCode"]
    assert answers == ["PHONE_MIGRATE_4", "ok"]


@pytest.mark.parametrize("password", [None, "secret"])
async def test_a_scanned_login_moves_to_the_persons_centre(
    sandbox: Sandbox, connect: Connect, anna: Person, password: str | None
) -> None:
    """The scan of a person who lives elsewhere sends the waiting client there with the token."""
    sandbox.migrate(anna.id, 4)
    sandbox.set_password(anna.id, password)
    async with connect() as client:
        login = await client.qr_login()
        waiting = asyncio.create_task(login.wait(10))
        await client.get_me()  # by this answer the task listens
        sandbox.scan(login.url, anna.id)
        if password is None:
            assert (await waiting).id == anna.id
        else:
            with pytest.raises(SessionPasswordNeededError):
                await waiting
            assert (await client.sign_in(password=password)).id == anna.id
        assert client.session.dc_id == 4
        assert (await client.get_me()).id == anna.id


async def test_a_token_is_imported_once(sandbox: Sandbox, connect: Connect, anna: Person) -> None:
    """A token that nobody accepted, or that was collected, logs nobody in."""
    async with connect() as client, connect() as other:
        login = await client.qr_login()
        token = login.token
        ask = functions.auth.ImportLoginTokenRequest
        for wrong in (token, b"unknown"):
            with pytest.raises(BadRequestError, match="token"):
                await other(ask(wrong))
        sandbox.scan(login.url, anna.id)
        await other(ask(token))
        assert (await other.get_me()).id == anna.id
        with pytest.raises(BadRequestError, match="token"):
            await client(ask(token))


async def test_a_person_who_moves_must_log_in_anew(
    sandbox: Sandbox, connect: Connect, anna: Person
) -> None:
    """A logged-in client is sent to the other centre, where its new key is nobody's yet."""
    async with connect(anna) as client:
        sandbox.migrate(anna.id, 4)
        with pytest.raises(AuthKeyUnregisteredError):
            await client(functions.updates.GetStateRequest())
        assert client.session.dc_id == 4
        login = await client.qr_login()
        sandbox.scan(login.url, anna.id)
        await login.recreate()
        assert (await client.get_me()).id == anna.id
    assert "USER_MIGRATE_4" in {call.answer for call in sandbox.calls}


async def test_a_minted_session_is_of_the_persons_centre(connect: Connect) -> None:
    """Somebody of centre 4 is minted a session of centre 4, that works there."""
    world = World()
    far = world.person(7, dc=4)
    with Sandbox(world) as sandbox:
        minted = sandbox.mint(far.id)
        assert (minted.dc_id, minted.port != sandbox.port) == (4, True)
        async with connect(far, to=sandbox) as client:
            assert client.session.dc_id == 4
            assert (await client.get_me()).id == far.id


async def test_a_key_of_one_centre_is_unknown_at_the_other(
    sandbox: Sandbox, connect: Connect, anna: Person
) -> None:
    """Keys belong to a data centre: at the other one such a key is answered -404."""
    async with connect() as client:
        await client._switch_dc(4)
        await client.disconnect()
        client._sender.auth_key.key = sandbox.mint(anna.id).auth_key
        with pytest.raises(AuthKeyNotFound):
            await asyncio.wait_for(client.connect(), 10)


async def test_an_authorisation_can_be_taken_along_for_files(
    connect: Connect, anna: Person, news: Channel
) -> None:
    """An exported authorisation is good once, at the centre and for the person it names."""
    async with connect(anna) as client, connect() as other:
        export = functions.auth.ExportAuthorizationRequest
        for wrong in (2, 7):
            with pytest.raises(DcIdInvalidError):
                await client(export(wrong))
        ticket = await client(export(4))
        wrong_place = functions.auth.ImportAuthorizationRequest(ticket.id, ticket.bytes)
        with pytest.raises(AuthBytesInvalidError):
            await other(wrong_place)
        await other._switch_dc(4)
        with pytest.raises(AuthBytesInvalidError):
            await other(functions.auth.ImportAuthorizationRequest(1, ticket.bytes))
        answer = await other(functions.auth.ImportAuthorizationRequest(ticket.id, ticket.bytes))
        assert isinstance(answer, types.auth.Authorization)
        assert answer.user.id == anna.id
        with pytest.raises(AuthBytesInvalidError):
            await other(functions.auth.ImportAuthorizationRequest(ticket.id, ticket.bytes))
    assert news.ids


async def test_a_network_can_be_sent_elsewhere(
    sandbox: Sandbox, connect: Connect, anna: Person
) -> None:
    """Told NETWORK_MIGRATE, a client asks at the other centre from then on."""
    sandbox.migrate(anna.id, 4)
    sandbox.faults.error("auth.sendCode", "NETWORK_MIGRATE_4")
    async with connect() as client:
        await client.send_code_request(PHONE)
        assert client.session.dc_id == 4


def test_only_the_two_centres_exist(sandbox: Sandbox, anna: Person) -> None:
    """Nobody can be moved to, or begin in, a centre that is not there."""
    with pytest.raises(UnknownDataCentre, match="2 and 4"):
        sandbox.migrate(anna.id, 3)
    with pytest.raises(UnknownDataCentre):
        World().person(1, dc=1)


async def test_an_authorisation_taken_along_is_told_nothing(
    sandbox: Sandbox, connect: Connect, anna: Person, news: Channel
) -> None:
    """Updates go to the login itself, not to the copy that fetches files, nor to a burnt key."""
    async with connect(anna) as client, connect() as copy:
        ticket = await client(functions.auth.ExportAuthorizationRequest(4))
        await copy._switch_dc(4)
        await copy(functions.auth.ImportAuthorizationRequest(ticket.id, ticket.bytes))
        arrived: list[asyncio.Queue[object]] = [asyncio.Queue(10), asyncio.Queue(10)]
        client._sender._updates_queue, copy._sender._updates_queue = arrived
        sandbox.publish(news.id, "for the login")
        for each in (client, copy):
            await each(functions.help.GetNearestDcRequest())  # what was sent before is here by now
        assert [queue.qsize() for queue in arrived] == [1, 0]
        sandbox.burn_keys(anna.id)
        sandbox.publish(news.id, "for nobody")
        for each in (client, copy):
            with pytest.raises(AuthKeyDuplicatedError):
                await each(functions.help.GetNearestDcRequest())
        assert [queue.qsize() for queue in arrived] == [1, 0]
