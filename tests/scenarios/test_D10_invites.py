"""Invites, from their making to their end."""

from __future__ import annotations

import pytest

import actors
from sandbox import Sandbox, World
from storage.errors import InviteUnknown, InviteUsedUp
from tests.scenarios.conftest import PERSON, Open
from tests.scenarios.steps import go_through, scanning

pytestmark = pytest.mark.anyio

OTHER = 77


async def test_D10_a_use_is_spent_by_ready_and_returned_by_failure(
    sandbox: Sandbox, world: World, open_house: Open
) -> None:
    """One use: a login that fails leaves it, one that succeeds takes it, the next is refused."""
    sandbox.run(lambda: world.person(OTHER, first_name="Борис"))
    async with open_house() as house:
        invite = await house.invite(uses=1, limits={"channels": 50}, note="for Vera")

        async def cancel(_step: actors.QrCode) -> None:
            (reserved,) = await house.invites()
            assert (reserved.reserved, reserved.spent) == (1, 0)
            with pytest.raises(InviteUsedUp):
                await go_through(actors.user(OTHER), invite=invite.code)
            await actors.user(PERSON).cancel_login()

        await go_through(actors.user(PERSON), invite=invite.code, qr=cancel)
        (free,) = await house.invites()
        assert (free.reserved, free.spent) == (0, 0)

        seen = await go_through(
            actors.user(PERSON), invite=invite.code.lower(), qr=scanning(sandbox, PERSON)
        )
        assert seen[-1] == actors.LoggedIn(account=PERSON)
        (spent,) = await house.invites()
        assert (spent.reserved, spent.spent, spent.note) == (0, 1, "for Vera")
        with pytest.raises(InviteUsedUp):
            await go_through(actors.user(OTHER), invite=invite.code)


async def test_D10_a_code_nobody_gave_out_lets_nobody_in(
    sandbox: Sandbox, open_house: Open
) -> None:
    """It is refused before Telegram is asked for anything; a revoked one is none any more."""
    async with open_house() as house:
        invite = await house.invite()
        assert await house.revoke_invite(invite.id)
        before = len(sandbox.calls)
        for code in (invite.code, "tg-0000-0000-0000", "please"):
            with pytest.raises(InviteUnknown):
                await go_through(actors.user(PERSON), invite=code)
        assert len(sandbox.calls) == before


async def test_without_an_invite_the_embedded_api_lets_anybody_in(
    sandbox: Sandbox, open_house: Open
) -> None:
    """Whoever runs the program decides: invites are for the doors people come to by themselves."""
    async with open_house() as house:
        assert await house.needs_invite(PERSON)
        await go_through(actors.user(PERSON), qr=scanning(sandbox, PERSON))
        assert not await house.needs_invite(PERSON)


async def test_open_registration_needs_no_invite(
    settings: dict[str, str], open_house: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The switch is a setting; it is closed unless it is set."""
    assert settings
    monkeypatch.setenv("TGACTORS_REGISTRATION", "open")
    async with open_house() as house:
        assert not await house.needs_invite(PERSON)
