"""Logging in by a code that Telegram sends to the phone."""

from __future__ import annotations

import pytest

import actors
from sandbox import Channel, Person, Sandbox, World
from tests.scenarios.conftest import PERSON, Open
from tests.scenarios.steps import entering, go_through, logged_out

pytestmark = pytest.mark.anyio

PHONE = "+49 151 234-56-78"


@pytest.fixture
def person(world: World) -> Person:
    """Somebody with a phone."""
    return world.person(PERSON, first_name="Вера", username="vera", phone="491512345678")


async def test_D7_a_code_from_the_phone_logs_in_and_parses(
    sandbox: Sandbox, channels: list[Channel], open_house: Open
) -> None:
    """The account is the same as by QR code: what it follows is read."""
    sandbox.publish(channels[0].id, "a post")
    async with open_house():
        user = actors.user(PERSON)
        seen = await go_through(user, phone=PHONE, code=entering(sandbox, user, PERSON))
        assert [type(step) for step in seen] == [actors.CodeNeeded, actors.LoggedIn]
        needed = seen[0]
        assert isinstance(needed, actors.CodeNeeded)
        assert (needed.kind, needed.length) == ("sms", 5)
        assert (await user.parse()).added == 1


async def test_a_wrong_code_may_be_corrected_and_another_asked_for(
    sandbox: Sandbox, open_house: Open
) -> None:
    """The tries left are told; the code of the second message counts."""
    async with open_house():
        user = actors.user(PERSON)

        async def enter(step: actors.CodeNeeded) -> None:
            if step.generation == 1:
                right = sandbox.last_code(PERSON)
                wrong = "".join(str((int(digit) + 1) % 10) for digit in right)
                with pytest.raises(actors.WrongCode, match="4 tries are left"):
                    await user.code(wrong)
                await user.resend_code()
            else:
                await user.code(sandbox.last_code(PERSON))

        seen = await go_through(user, phone=PHONE, code=enter)
        assert [getattr(step, "kind", None) for step in seen] == ["sms", "call", None]
        assert seen[-1] == actors.LoggedIn(account=PERSON)


async def test_an_expired_code_is_told_and_the_next_one_works(
    sandbox: Sandbox, open_house: Open
) -> None:
    """The login goes on: a fresh code is sent on request."""
    async with open_house():
        user = actors.user(PERSON)

        async def enter(step: actors.CodeNeeded) -> None:
            if step.generation == 1:
                sandbox.expire_codes()
                with pytest.raises(actors.CodeExpired):
                    await user.code(sandbox.last_code(PERSON))
                await user.resend_code()
            else:
                await user.code(sandbox.last_code(PERSON))

        seen = await go_through(user, phone=PHONE, code=enter)
        assert seen[-1] == actors.LoggedIn(account=PERSON)


async def test_a_flood_is_told_with_its_end(sandbox: Sandbox, open_house: Open) -> None:
    """Telegram sends no code for ten minutes: the login ends and says until when."""
    sandbox.faults.error("auth.sendCode", "FLOOD_WAIT_600")
    async with open_house():
        seen = await go_through(actors.user(PERSON), phone=PHONE)
        assert len(seen) == 1
        assert isinstance(seen[0], actors.LoginFailed)
        assert "wait until" in seen[0].reason
        assert (await actors.user(PERSON).status()).state == "NEW"


@pytest.mark.usefixtures("sandbox")
async def test_a_number_without_an_account_is_told(open_house: Open) -> None:
    """A number nobody has ends the login with what to do; what is none is refused at once."""
    async with open_house():
        user = actors.user(PERSON)
        with pytest.raises(actors.PhoneRefused, match="country code"):
            await go_through(user, phone="call me")

        async def enter(_step: actors.CodeNeeded) -> None:
            with pytest.raises(actors.WrongCode):
                await user.code("00000")

        seen = await go_through(user, phone="+49 30 000000", within=5, code=enter)
        assert isinstance(seen[-1], actors.LoginFailed)


async def test_another_data_centre_is_gone_to(sandbox: Sandbox, open_house: Open) -> None:
    """An account at home elsewhere logs in there, and is read from there."""
    sandbox.migrate(PERSON, 4)
    async with open_house():
        user = actors.user(PERSON)
        seen = await go_through(user, phone=PHONE, code=entering(sandbox, user, PERSON))
        assert seen[-1] == actors.LoggedIn(account=PERSON)
        assert (await user.parse()).channels == 15


@pytest.mark.parametrize("method", ["auth.sendCode", "auth.signIn"])
async def test_a_cut_after_telegram_did_it_loses_no_login(
    sandbox: Sandbox, open_house: Open, method: str
) -> None:
    """Telethon sends again what was carried out: the login ends READY or can be repeated."""
    sandbox.faults.cut(method, when="after")
    async with open_house():
        user = actors.user(PERSON)
        seen = await go_through(user, phone=PHONE, code=entering(sandbox, user, PERSON))
        assert seen[-1] == actors.LoggedIn(account=PERSON)


async def test_the_phone_of_another_account_is_logged_out(
    sandbox: Sandbox, world: World, open_house: Open
) -> None:
    """The owner check holds for codes as for scans."""
    sandbox.run(lambda: world.person(77, first_name="Борис", phone="491519999999"))
    async with open_house():
        user = actors.user(PERSON)
        seen = await go_through(user, phone="+49 151 9999999", code=entering(sandbox, user, 77))
        assert isinstance(seen[-1], actors.LoginFailed)
        assert "77" in seen[-1].reason
        assert logged_out(sandbox) == 1
