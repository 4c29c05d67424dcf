"""Two-step verification, after a scan and after a code."""

from __future__ import annotations

import pytest

import actors
from sandbox import Channel, Person, Sandbox, World
from tests.scenarios.conftest import PERSON, Open
from tests.scenarios.steps import entering, go_through, scanning

pytestmark = pytest.mark.anyio

PHONE = "+491512345678"


@pytest.fixture
def person(world: World) -> Person:
    """Somebody with a phone."""
    return world.person(PERSON, first_name="Вера", phone="491512345678")


async def test_S6_a_password_follows_the_scan(
    sandbox: Sandbox, channels: list[Channel], open_house: Open
) -> None:
    """The hint is shown; wrong, then right: READY, and its posts are read."""
    sandbox.set_password(PERSON, "мурка", hint="кошка")
    sandbox.publish(channels[0].id, "a post")
    async with open_house():
        user = actors.user(PERSON)

        async def prove(_step: actors.PasswordNeeded) -> None:
            with pytest.raises(actors.WrongPassword, match="4 tries are left"):
                await user.password("барсик")
            await user.password("мурка")

        seen = await go_through(user, qr=scanning(sandbox, PERSON), password=prove)
        assert seen[1:] == [actors.PasswordNeeded(hint="кошка"), actors.LoggedIn(account=PERSON)]
        assert (await user.parse()).added == 1


async def test_S6_a_password_follows_the_code(sandbox: Sandbox, open_house: Open) -> None:
    """The same after a code from the phone."""
    sandbox.set_password(PERSON, "мурка", hint="кошка")
    async with open_house():
        user = actors.user(PERSON)

        async def prove(_step: actors.PasswordNeeded) -> None:
            await user.password("мурка")

        seen = await go_through(
            user, phone=PHONE, code=entering(sandbox, user, PERSON), password=prove
        )
        assert [type(step) for step in seen] == [
            actors.CodeNeeded,
            actors.PasswordNeeded,
            actors.LoggedIn,
        ]


async def test_S6_telegrams_own_wait_is_honoured(sandbox: Sandbox, open_house: Open) -> None:
    """While it lasts nothing more is sent there, and no try is spent."""
    sandbox.set_password(PERSON, "мурка")
    sandbox.faults.error("auth.checkPassword", "FLOOD_WAIT_3600")
    async with open_house():
        user = actors.user(PERSON)

        async def prove(_step: actors.PasswordNeeded) -> None:
            for _ in range(3):
                with pytest.raises(actors.Flooded):
                    await user.password("мурка")
            await user.cancel_login()

        seen = await go_through(user, qr=scanning(sandbox, PERSON), password=prove)
        assert isinstance(seen[-1], actors.LoginFailed)
        sent = [call for call in sandbox.calls if call.method == "auth.checkPassword"]
        assert len(sent) == 1


async def test_S6_a_cut_after_telegram_took_the_password_loses_no_login(
    sandbox: Sandbox, open_house: Open
) -> None:
    """The answer was lost, the login was not."""
    sandbox.set_password(PERSON, "мурка")
    sandbox.faults.cut("auth.checkPassword", when="after")
    async with open_house():
        user = actors.user(PERSON)

        async def prove(_step: actors.PasswordNeeded) -> None:
            await user.password("мурка")

        seen = await go_through(user, qr=scanning(sandbox, PERSON), password=prove)
        assert seen[-1] == actors.LoggedIn(account=PERSON)
