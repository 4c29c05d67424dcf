"""A stranger scans the code."""

from __future__ import annotations

import pytest

import actors
from sandbox import Sandbox, World
from tests.scenarios.conftest import PERSON, Open
from tests.scenarios.steps import go_through, logged_out, scanning

pytestmark = pytest.mark.anyio

STRANGER = 77


async def test_D8_a_strangers_session_is_ended_at_telegram_and_discarded(
    sandbox: Sandbox, world: World, open_house: Open
) -> None:
    """He is named, his session does not outlive the login, and the right account can log in."""
    sandbox.run(lambda: world.person(STRANGER, first_name="Борис"))
    async with open_house() as house:
        user = actors.user(PERSON)
        seen = await go_through(user, qr=scanning(sandbox, STRANGER))
        assert isinstance(seen[-1], actors.LoginFailed)
        assert str(STRANGER) in seen[-1].reason
        assert logged_out(sandbox) == 1
        assert [each.account for each in await house.accounts()] == [PERSON]
        assert (await actors.user(STRANGER).status()).state == "NEW"
        seen = await go_through(user, qr=scanning(sandbox, PERSON))
        assert seen[-1] == actors.LoggedIn(account=PERSON)
