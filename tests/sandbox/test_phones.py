"""Logging in by a code sent to a phone, as a stock client does."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

import pytest
from telethon import functions, types
from telethon.errors import (
    FloodWaitError,
    PhoneCodeEmptyError,
    PhoneCodeExpiredError,
    PhoneCodeHashEmptyError,
    PhoneCodeInvalidError,
    PhoneNumberInvalidError,
    PhoneNumberUnoccupiedError,
    SendCodeUnavailableError,
)

from sandbox import NoCodeSent, NoPhone, Person, Sandbox, World
from sandbox.codes import Codes, normalised
from sandbox.refusal import Refused

Connect = Callable[..., AbstractAsyncContextManager[Any]]
pytestmark = pytest.mark.anyio

PHONE = "+79990000101"


def _other(code: str) -> str:
    return str((int(code) - 10_000 + 1) % 90_000 + 10_000)


async def test_the_right_code_logs_in(sandbox: Sandbox, connect: Connect, anna: Person) -> None:
    """A client that sends the code it was told is that person, and the code is used up."""
    async with connect() as client:
        sent = await client.send_code_request(PHONE)
        assert isinstance(sent.type, types.auth.SentCodeTypeSms)
        code = sandbox.last_code(anna.id)
        assert len(code) == sent.type.length == 5
        user = await client.sign_in(PHONE, code)
        assert (user.id, (await client.get_me()).id) == (anna.id, anna.id)
        with pytest.raises(NoCodeSent, match="ask for one first"):
            sandbox.last_code(anna.id)


async def test_a_code_goes_to_the_app_of_somebody_logged_in(connect: Connect, anna: Person) -> None:
    """With another login there the code comes in the app; resent it comes by SMS, then a call."""
    async with connect(anna), connect() as client:
        ways = [await client.send_code_request(PHONE) for _ in range(3)]
        kinds = [type(sent.type).__name__.removeprefix("SentCodeType") for sent in ways]
        assert kinds == ["App", "Sms", "Call"]
        assert isinstance(ways[0].next_type, types.auth.CodeTypeSms)
        assert isinstance(ways[1].next_type, types.auth.CodeTypeCall)
        assert ways[2].next_type is None
        assert ways[0].timeout == 60
        with pytest.raises(SendCodeUnavailableError):
            await client.send_code_request(PHONE)


async def test_a_wrong_code_may_be_corrected(
    sandbox: Sandbox, connect: Connect, anna: Person
) -> None:
    """Wrong and empty codes and names are told apart, and the right code is still good."""
    async with connect() as client:
        sent = await client.send_code_request(PHONE)
        code = sandbox.last_code(anna.id)
        with pytest.raises(PhoneCodeInvalidError):
            await client.sign_in(PHONE, _other(code))
        with pytest.raises(PhoneCodeEmptyError):
            await client(functions.auth.SignInRequest(PHONE, sent.phone_code_hash, ""))
        with pytest.raises(PhoneCodeHashEmptyError):
            await client(functions.auth.SignInRequest(PHONE, "", code))
        with pytest.raises(PhoneCodeExpiredError):
            await client(functions.auth.SignInRequest(PHONE, "another", code))
        assert (await client.sign_in(PHONE, code, phone_code_hash=sent.phone_code_hash)).id


async def test_five_wrong_codes_void_the_right_one(
    sandbox: Sandbox, connect: Connect, anna: Person
) -> None:
    """Guessing ends after five codes: then even the right one has expired."""
    async with connect() as client:
        await client.send_code_request(PHONE)
        code = sandbox.last_code(anna.id)
        for _ in range(5):
            with pytest.raises(PhoneCodeInvalidError):
                await client.sign_in(PHONE, _other(code))
        with pytest.raises(PhoneCodeExpiredError):
            await client.sign_in(PHONE, code)


async def test_an_expired_code_is_replaced_by_the_next(
    sandbox: Sandbox, connect: Connect, anna: Person
) -> None:
    """A code that is too old is refused; the client asks anew and gets another."""
    async with connect() as client:
        await client.send_code_request(PHONE)
        first = sandbox.last_code(anna.id)
        sandbox.expire_codes()
        with pytest.raises(PhoneCodeExpiredError):
            await client.sign_in(PHONE, first)
        await client.send_code_request(PHONE)
        assert (await client.sign_in(PHONE, sandbox.last_code(anna.id))).id == anna.id


async def test_a_cancelled_code_is_void(sandbox: Sandbox, connect: Connect, anna: Person) -> None:
    """After auth.cancelCode the code logs nobody in."""
    async with connect() as client:
        sent = await client.send_code_request(PHONE)
        code = sandbox.last_code(anna.id)
        assert await client(functions.auth.CancelCodeRequest(PHONE, sent.phone_code_hash))
        with pytest.raises(PhoneCodeExpiredError):
            await client.sign_in(PHONE, code)


async def test_too_many_codes_make_a_client_wait(connect: Connect, anna: Person) -> None:
    """Beyond five unused codes in a day a number must wait for the rest of that day."""
    async with connect(flood_sleep_threshold=0) as client:
        request = functions.auth.SendCodeRequest(PHONE, 1, "hash", types.CodeSettings())
        for _ in range(5):
            await client(request)
        with pytest.raises(FloodWaitError) as caught:
            await client(request)
        assert 86_000 < caught.value.seconds <= 86_400
    assert anna.phone


async def test_a_login_clears_the_count_of_codes(
    sandbox: Sandbox, connect: Connect, anna: Person
) -> None:
    """Codes that were used count for nothing: somebody may log in as often as they like."""
    for _ in range(7):
        async with connect() as client:
            await client.send_code_request(PHONE)
            assert (await client.sign_in(PHONE, sandbox.last_code(anna.id))).id == anna.id


@pytest.mark.parametrize(
    "written",
    ["79990000101", "+7 (999) 000-01-01", "0079990000101", "7.999.000.0101", "7 999 0000101"],
)
async def test_numbers_may_be_written_in_many_ways(
    sandbox: Sandbox, connect: Connect, anna: Person, written: str
) -> None:
    """However a number is written, the code goes to the same phone."""
    async with connect() as client:
        request = functions.auth.SendCodeRequest(written, 1, "hash", types.CodeSettings())
        sent = await client(request)
        code = sandbox.last_code(anna.id)
        assert (await client.sign_in(PHONE, code, phone_code_hash=sent.phone_code_hash)).id


@pytest.mark.parametrize("written", ["", "7999", "7999000010112345", "+7999000o101", "٧٩٩٩٠٠٠٠١٠١"])
async def test_what_is_no_number_is_refused(connect: Connect, written: str) -> None:
    """Too short, too long, letters and other digits are invalid numbers."""
    async with connect() as client:
        request = functions.auth.SendCodeRequest(written, 1, "hash", types.CodeSettings())
        with pytest.raises(PhoneNumberInvalidError):
            await client(request)


async def test_a_number_nobody_has_would_have_to_sign_up(
    sandbox: Sandbox, connect: Connect
) -> None:
    """A code can be sent to any number, but the right one leads to no account."""
    async with connect() as client:
        await client.send_code_request("+15550001111")
        sent = sandbox.run(lambda: sandbox._telegram.codes.last("15550001111"))
        assert sent is not None
        with pytest.raises(PhoneNumberUnoccupiedError):
            await client.sign_in("+15550001111", sent.code)


def test_a_person_without_a_phone_has_no_code(world: World) -> None:
    """Asked for the code of somebody without a number, the sandbox says what to do."""
    world.person(5)
    with Sandbox(world) as sandbox, pytest.raises(NoPhone, match="give them one"):
        sandbox.last_code(5)


def test_codes_are_counted_by_the_day() -> None:
    """A day after the first of five codes the next one may be sent."""
    now = [0.0]
    codes = Codes(clock=lambda: now[0], life=300, per_day=2)
    codes.send("7999", "sms")
    now[0] = 1000.0
    codes.send("7999", "sms")
    with pytest.raises(Refused, match="FLOOD_WAIT_85401"):
        codes.send("7999", "sms")
    now[0] = 86_400.0
    assert codes.send("7999", "sms").way == "sms"
    assert normalised("+7 999 000 01 01") == "79990000101"
