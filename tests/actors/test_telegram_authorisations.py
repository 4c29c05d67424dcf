"""Where an account is logged in, and how that is ended."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from actors.errors import (
    AuthorisationKept,
    Flooded,
    PasswordRequired,
    SessionRevoked,
    TelegramUnreachable,
)
from runtime import Refusal
from sandbox import Sandbox, World
from tests.actors.telegram_accounts import opened, record

pytestmark = pytest.mark.anyio

ANNA = 101


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """A Telegram with Anna, that is asked nothing wrong."""
    world = World()
    world.person(ANNA, first_name="Anna", phone="+79990000101")
    with Sandbox(world) as serving:
        yield serving
        assert serving.mistakes == ()


async def test_the_logins_of_an_account_are_listed_this_one_first(sandbox: Sandbox) -> None:
    """Each with its device and its times; one that waits for its password is none yet."""
    began = datetime.now(UTC)
    sandbox.mint(ANNA)
    async with opened(sandbox, record(sandbox, ANNA)) as account, opened(sandbox) as unfinished:
        listed = await account.authorisations()
        assert [each.this for each in listed] == [True, False]
        mine = listed[0]
        assert mine.device == "tgactors"
        assert mine.app
        assert abs((mine.created_at - began).total_seconds()) < 5.0
        sandbox.set_password(ANNA, "correct horse")
        await unfinished.send_code("+79990000101")
        with pytest.raises(PasswordRequired):
            await unfinished.check_code(sandbox.last_code(ANNA))
        again = await account.authorisations()
        assert [each.id for each in again] == [each.id for each in listed]


@pytest.mark.parametrize("cut", [False, True])
async def test_a_login_elsewhere_is_ended(sandbox: Sandbox, cut: bool) -> None:
    """The other one must log in again, this one lives; a lost answer is no refusal."""
    async with (
        opened(sandbox, record(sandbox, ANNA)) as account,
        opened(sandbox, record(sandbox, ANNA)) as other,
    ):
        _mine, elsewhere = await account.authorisations()
        if cut:
            sandbox.faults.cut("account.resetAuthorization", when="after")
        await account.end_authorisation(elsewhere.id)
        with pytest.raises(SessionRevoked):
            await other.me()
        assert [each.this for each in await account.authorisations()] == [True]
        with pytest.raises(AuthorisationKept) as caught:
            await account.end_authorisation(elsewhere.id)
        assert "no such session" in caught.value.reason


@pytest.mark.parametrize("unknown", [5, 2**70, -(2**70)])
async def test_a_login_that_is_not_there_cannot_be_ended(sandbox: Sandbox, unknown: int) -> None:
    """A number that is nobody's, or no number of Telegram's, is refused with the reason."""
    async with opened(sandbox, record(sandbox, ANNA)) as account:
        with pytest.raises(AuthorisationKept):
            await account.end_authorisation(unknown)


async def test_this_login_is_ended_by_logging_out_only(sandbox: Sandbox) -> None:
    """Its own number is refused, and it lives."""
    async with opened(sandbox, record(sandbox, ANNA)) as account:
        (mine,) = await account.authorisations()
        with pytest.raises(AuthorisationKept) as caught:
            await account.end_authorisation(mine.id)
        assert "logging out" in caught.value.reason
        assert (await account.me()).id == ANNA


@pytest.mark.parametrize(
    ("error", "refusal"),
    [
        ("FRESH_RESET_AUTHORISATION_FORBIDDEN", AuthorisationKept),
        ("FLOOD_WAIT_60", Flooded),
        ("SOMETHING_NEW", TelegramUnreachable),
    ],
)
async def test_a_refusal_to_end_a_login_says_why(
    sandbox: Sandbox, error: str, refusal: type[Refusal]
) -> None:
    """A session younger than a day may not end others; floods and the unknown stay themselves."""
    sandbox.mint(ANNA)
    async with opened(sandbox, record(sandbox, ANNA)) as account:
        _mine, elsewhere = await account.authorisations()
        sandbox.faults.error("account.resetAuthorization", error)
        with pytest.raises(refusal):
            await account.end_authorisation(elsewhere.id)
