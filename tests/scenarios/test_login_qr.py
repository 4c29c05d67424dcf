"""Logging in by QR code, whatever happens meanwhile."""

from __future__ import annotations

import pytest

import actors
from sandbox import Sandbox
from tests.scenarios.conftest import PERSON, Open
from tests.scenarios.steps import go_through, logged_out, scanning

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("when", ["before", "after"])
async def test_S7_a_scan_during_a_cut_is_not_lost(
    sandbox: Sandbox, open_house: Open, when: str
) -> None:
    """The connection breaks around the scan: the login finds it afterwards."""
    async with open_house():

        async def scan(step: actors.QrCode) -> None:
            sandbox.faults.cut("auth.exportLoginToken", when=when)  # type: ignore[arg-type]
            sandbox.scan(step.url, PERSON)

        seen = await go_through(actors.user(PERSON), qr=scan)
        assert [type(step) for step in seen] == [actors.QrCode, actors.LoggedIn]


async def test_S7_another_data_centre_is_gone_to(sandbox: Sandbox, open_house: Open) -> None:
    """An account at home elsewhere logs in there by the same code, and is read from there."""
    sandbox.migrate(PERSON, 4)
    async with open_house():
        user = actors.user(PERSON)
        seen = await go_through(user, qr=scanning(sandbox, PERSON))
        assert seen[-1] == actors.LoggedIn(account=PERSON)
        assert (await user.parse()).channels == 15


@pytest.mark.parametrize("token_life", [1.0])
@pytest.mark.parametrize("skew", [-3600.0, 3600.0])
async def test_S7_codes_live_by_telegrams_clock(
    sandbox: Sandbox, open_house: Open, skew: float
) -> None:
    """A clock that is wrong by an hour neither renews a code in vain nor shows a dead one."""
    sandbox.clock_skew(skew)
    async with open_house():
        steps = [step async for step in actors.user(PERSON).login(within=2.5)]
    codes = [step.generation for step in steps if isinstance(step, actors.QrCode)]
    assert codes in ([1, 2], [1, 2, 3])


async def test_a_login_can_be_cancelled(sandbox: Sandbox, open_house: Open) -> None:
    """Whoever listens is told, the state is NEW, and another login works."""
    async with open_house():
        user = actors.user(PERSON)

        async def cancel(_step: actors.QrCode) -> None:
            assert await user.cancel_login()

        seen = await go_through(user, qr=cancel)
        assert isinstance(seen[-1], actors.LoginFailed)
        assert "cancelled" in seen[-1].reason
        assert (await user.status()).state == "NEW"
        assert not await user.cancel_login()
        seen = await go_through(user, qr=scanning(sandbox, PERSON))
        assert seen[-1] == actors.LoggedIn(account=PERSON)


async def test_a_scan_after_the_login_was_cancelled_leaves_no_session(
    sandbox: Sandbox, open_house: Open
) -> None:
    """What Telegram would authorise all the same is ended there."""
    async with open_house():
        user = actors.user(PERSON)

        async def scan_and_cancel(step: actors.QrCode) -> None:
            sandbox.scan(step.url, PERSON)
            await user.cancel_login()

        seen = await go_through(user, qr=scan_and_cancel)
        state = (await user.status()).state
        if isinstance(seen[-1], actors.LoggedIn):  # the scan was faster
            assert (state, logged_out(sandbox)) == ("READY", 0)
        else:
            assert (state, logged_out(sandbox)) == ("NEW", 1)


async def test_without_an_account_whoever_scans_is_adopted(
    sandbox: Sandbox, open_house: Open
) -> None:
    """Nobody knows their number: the account shows when it logs in, and parses from then on."""
    async with open_house() as house:
        async with house.newcomer() as newcomer:
            seen = await go_through(newcomer, qr=scanning(sandbox, PERSON))
        assert seen[-1] == actors.LoggedIn(account=PERSON)
        assert (await actors.user(PERSON).status()).state == "READY"
        assert (await actors.user(PERSON).parse()).channels == 15
        assert logged_out(sandbox) == 0
        names = [each.name for each in house.statistics().actors]
        assert not [name for name in names if name.startswith("newcomer")]


async def test_an_account_that_is_ready_is_not_logged_in_twice(
    sandbox: Sandbox, open_house: Open
) -> None:
    """Who scans though logged in keeps the session that works; the fresh one is ended."""
    async with open_house() as house:
        await go_through(actors.user(PERSON), qr=scanning(sandbox, PERSON))
        async with house.newcomer() as newcomer:
            seen = await go_through(newcomer, qr=scanning(sandbox, PERSON))
        assert seen[-1] == actors.LoggedIn(account=PERSON)
        assert logged_out(sandbox) == 1
        assert (await actors.user(PERSON).parse()).channels == 15
