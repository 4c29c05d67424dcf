"""Two-step verification, as a stock client does it."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

import pytest
from telethon import functions
from telethon.errors import (
    AuthKeyUnregisteredError,
    FloodWaitError,
    PasswordHashInvalidError,
    SessionPasswordNeededError,
    SrpIdInvalidError,
)
from telethon.password import compute_check

from sandbox import Person, Sandbox
from sandbox.passwords import Password, Passwords
from sandbox.refusal import Refused

Connect = Callable[..., AbstractAsyncContextManager[Any]]
pytestmark = pytest.mark.anyio

PHONE = "+79990000101"
SECRET = "пароль with spaces"


async def _ask(client: Any) -> Any:
    return await client(functions.account.GetPasswordRequest())


async def test_a_code_is_not_enough_with_a_password(
    sandbox: Sandbox, connect: Connect, anna: Person
) -> None:
    """After the code the password is asked for, by its hint, and completes the login."""
    sandbox.set_password(anna.id, SECRET, "the usual")
    async with connect() as client:
        await client.send_code_request(PHONE)
        with pytest.raises(SessionPasswordNeededError):
            await client.sign_in(PHONE, sandbox.last_code(anna.id))
        with pytest.raises(AuthKeyUnregisteredError):
            await client(functions.updates.GetStateRequest())
        assert (await _ask(client)).hint == "the usual"
        assert (await client.sign_in(password=SECRET)).id == anna.id
        await client(functions.updates.GetStateRequest())


async def test_a_scan_is_not_enough_with_a_password(
    sandbox: Sandbox, connect: Connect, anna: Person
) -> None:
    """After the scan every export asks for the password, until it is proven."""
    sandbox.set_password(anna.id, SECRET)
    async with connect() as client:
        login = await client.qr_login()
        sandbox.scan(login.url, anna.id)
        for _ in range(2):
            with pytest.raises(SessionPasswordNeededError):
                await login.recreate()
        assert (await client.sign_in(password=SECRET)).id == anna.id
        assert (await client.get_me()).id == anna.id


async def test_a_wrong_password_may_be_corrected(
    sandbox: Sandbox, connect: Connect, anna: Person
) -> None:
    """A wrong password is refused as such, and the right one still logs in."""
    sandbox.set_password(anna.id, SECRET)
    async with connect() as client:
        login = await client.qr_login()
        sandbox.scan(login.url, anna.id)
        with pytest.raises(SessionPasswordNeededError):
            await login.recreate()
        for wrong in ("guess", SECRET.upper(), SECRET + " "):
            with pytest.raises(PasswordHashInvalidError):
                await client.sign_in(password=wrong)
        assert (await client.sign_in(password=SECRET)).id == anna.id


async def test_a_proof_is_good_once(sandbox: Sandbox, connect: Connect, anna: Person) -> None:
    """The same proof sent again, as an eavesdropper would, is refused."""
    sandbox.set_password(anna.id, SECRET)
    async with connect(anna) as client:
        proof = compute_check(await _ask(client), SECRET)
        unchanged = functions.account.UpdatePasswordSettingsRequest(
            proof, _settings(await _ask(client), b"")
        )
        assert await client(unchanged) is True
        sandbox.set_password(anna.id, SECRET)
        with pytest.raises(SrpIdInvalidError):
            await client(unchanged)


def _settings(password: Any, digest: bytes) -> Any:
    from telethon.tl.types.account import PasswordInputSettings

    return PasswordInputSettings(new_algo=password.new_algo, new_password_hash=digest, hint="")


async def test_a_password_is_set_changed_and_removed(
    sandbox: Sandbox, connect: Connect, anna: Person
) -> None:
    """A client can set a password with a hint, change it only by knowing it, and remove it."""
    async with connect(anna) as client:
        assert not (await _ask(client)).has_password
        assert await client.edit_2fa(new_password="one", hint="first")
        described = await _ask(client)
        assert (described.has_password, described.hint) == (True, "first")
        with pytest.raises(PasswordHashInvalidError):
            await client.edit_2fa(current_password="two", new_password="three")
        assert await client.edit_2fa(current_password="one", new_password="two", hint="second")
        assert (await _ask(client)).hint == "second"
        async with connect() as other:
            await other.send_code_request(PHONE)
            with pytest.raises(SessionPasswordNeededError):
                await other.sign_in(PHONE, sandbox.last_code(anna.id))
            assert (await other.sign_in(password="two")).id == anna.id
        assert await client.edit_2fa(current_password="two")
        assert not (await _ask(client)).has_password


async def test_a_password_set_from_outside_can_be_taken_away(
    sandbox: Sandbox, connect: Connect, anna: Person
) -> None:
    """Without its password again, somebody logs in by code alone."""
    sandbox.set_password(anna.id, SECRET)
    sandbox.set_password(anna.id, None)
    async with connect() as client:
        await client.send_code_request(PHONE)
        assert (await client.sign_in(PHONE, sandbox.last_code(anna.id))).id == anna.id


async def test_five_wrong_passwords_make_one_wait(
    sandbox: Sandbox, connect: Connect, anna: Person
) -> None:
    """After five guesses even the right password must wait a minute."""
    sandbox.set_password(anna.id, SECRET)
    async with connect(flood_sleep_threshold=0) as client:
        await client.send_code_request(PHONE)
        with pytest.raises(SessionPasswordNeededError):
            await client.sign_in(PHONE, sandbox.last_code(anna.id))
        for _ in range(5):
            with pytest.raises(PasswordHashInvalidError):
                await client.sign_in(password="guess")
        with pytest.raises(FloodWaitError) as caught:
            await client.sign_in(password=SECRET)
        assert 50 < caught.value.seconds <= 60


async def test_a_stranger_learns_nothing_of_a_password(connect: Connect) -> None:
    """A key that nobody logs in with can neither ask for a password nor prove one."""
    async with connect() as client:
        with pytest.raises(AuthKeyUnregisteredError):
            await _ask(client)


def test_the_wait_ends() -> None:
    """A minute after the fifth wrong password the right one is accepted."""
    now = [0.0]
    password, passwords = Password.of(SECRET), Passwords(clock=lambda: now[0])

    def prove(text: str) -> None:
        passwords.check(1, password, compute_check(passwords.describe(1, password), text))

    for _ in range(5):
        with pytest.raises(Refused, match="PASSWORD_HASH_INVALID"):
            prove("guess")
    now[0] = 59.0
    with pytest.raises(Refused, match="FLOOD_WAIT_2"):
        prove(SECRET)
    now[0] = 60.0
    prove(SECRET)


def test_a_proof_is_for_its_person_and_password() -> None:
    """One person's proof is of no use to another, nor after the password was changed."""
    password, passwords = Password.of(SECRET), Passwords(clock=lambda: 0.0)
    proof = compute_check(passwords.describe(1, password), SECRET)
    with pytest.raises(Refused, match="SRP_ID_INVALID"):
        passwords.check(2, password, proof)
    proof = compute_check(passwords.describe(1, password), SECRET)
    with pytest.raises(Refused, match="PASSWORD_HASH_INVALID"):
        passwords.check(1, Password.of(SECRET), proof)
    assert "verifier" not in repr(password)
