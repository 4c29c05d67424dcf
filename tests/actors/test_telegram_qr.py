"""Logins by QR code: the life of a token, and whoever scans it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import anyio
import pytest

from actors.errors import PasswordRequired
from actors.ports import LoginToken, Person
from actors.telegram.account import TelegramAccount
from sandbox import Sandbox, World
from tests.actors.telegram_accounts import opened

pytestmark = pytest.mark.anyio

ANNA = 101
LONG = 3600.0  # seconds
BEFORE, MEANWHILE = "before it connects", "while it is connected"


@pytest.fixture
def token_life() -> float:
    """Seconds a token lives, as at Telegram."""
    return 30.0


@pytest.fixture
def sandbox(token_life: float) -> Iterator[Sandbox]:
    """A Telegram with Anna's phone, that is asked nothing wrong."""
    world = World()
    world.person(ANNA, first_name="Anna")
    with Sandbox(world, token_life=token_life) as serving:
        yield serving
        assert serving.mistakes == ()


async def shown(account: TelegramAccount) -> LoginToken:
    """Ask for a code that nobody has scanned."""
    token = await account.login_token()
    assert isinstance(token, LoginToken)
    return token


@pytest.mark.parametrize(
    ("skew", "when"),
    [
        (0.0, BEFORE),
        (100.0, BEFORE),
        (-100.0, BEFORE),
        (86_400.0, BEFORE),
        (-86_400.0, BEFORE),
        # Telethon hears no answer from 30 to 300 s in its future, so none is asked for.
        (20.0, MEANWHILE),
        (-100.0, MEANWHILE),
        (86_400.0, MEANWHILE),
        (-86_400.0, MEANWHILE),
    ],
)
async def test_a_token_lives_as_long_as_telegram_says_however_far_the_clocks_are_apart(
    sandbox: Sandbox, skew: float, when: str
) -> None:
    """Its life is measured on Telegram's clock: this machine's may be wrong, or be set right."""
    if when == BEFORE:
        sandbox.clock_skew(skew)
    async with opened(sandbox) as account:
        if when == MEANWHILE:
            await shown(account)
            sandbox.clock_skew(skew)
            sandbox.expire_tokens()
        token = await shown(account)
    # The sandbox gives the end in whole seconds, and never too early.
    assert 28.0 < token.lives <= 31.0
    assert abs(token.expires_at.timestamp() - datetime.now(UTC).timestamp() - skew - 30.0) < 15.0


@pytest.mark.parametrize(("token_life", "lives"), [(-5.0, 1.0), (86_400.0, 60.0)])
async def test_a_life_that_cannot_be_is_bounded(sandbox: Sandbox, lives: float) -> None:
    """Whatever Telegram says, a code is neither renewed at once nor shown for a day."""
    async with opened(sandbox) as account:
        assert (await shown(account)).lives == lives


async def test_the_wait_ends_with_the_scan(sandbox: Sandbox) -> None:
    """Who is scanned need not wait for the token's end, and is the person then."""
    async with opened(sandbox) as account, anyio.create_task_group() as group:
        token = await shown(account)
        group.start_soon(anyio.to_thread.run_sync, sandbox.scan, token.url, ANNA)
        await account.wait_scanned(LONG)
        assert await account.login_token() == Person(id=ANNA, name="Anna")


@pytest.mark.parametrize("seconds", [0.05, 0.0, -1.0])
async def test_the_wait_ends_after_its_time(sandbox: Sandbox, seconds: float) -> None:
    """Nobody scans: the wait is over all the same, and the next token can be asked for."""
    async with opened(sandbox) as account:
        await shown(account)
        await account.wait_scanned(seconds)
        await shown(account)


async def test_a_scan_while_the_line_is_cut_is_found_by_the_next_token(sandbox: Sandbox) -> None:
    """The notice of the scan is lost with the connection; the login is not."""
    async with opened(sandbox) as account:
        token = await shown(account)
        sandbox.scan(token.url, ANNA)
        sandbox.faults.cut("auth.exportLoginToken", when="after")
        assert await account.login_token() == Person(id=ANNA, name="Anna")


@pytest.mark.parametrize("password", [None, "correct horse"])
async def test_a_login_at_another_data_centre_is_not_lost_with_its_answer(
    sandbox: Sandbox, password: str | None
) -> None:
    """Its token was collected before the line broke: who it is, or what is missing, is asked."""
    sandbox.migrate(ANNA, 4)
    async with opened(sandbox) as account:
        token = await shown(account)
        sandbox.set_password(ANNA, password, "which animal?")
        sandbox.scan(token.url, ANNA)
        sandbox.faults.cut("auth.importLoginToken", when="after")
        if password is None:
            assert await account.login_token() == Person(id=ANNA, name="Anna")
        else:
            with pytest.raises(PasswordRequired) as caught:
                await account.login_token()
            assert caught.value.hint == "which animal?"
            assert (await account.check_password(password)).id == ANNA
        kept = account.record()
    async with opened(sandbox, kept) as again:
        assert (await again.me()).id == ANNA


async def test_a_void_token_at_another_data_centre_is_followed_by_one_of_there(
    sandbox: Sandbox,
) -> None:
    """The login goes on where Telegram sent it."""
    sandbox.migrate(ANNA, 4)
    async with opened(sandbox) as account:
        token = await shown(account)
        sandbox.scan(token.url, ANNA)
        sandbox.faults.error("auth.importLoginToken", "AUTH_TOKEN_EXPIRED")
        second = await shown(account)
        assert second.url != token.url
        sandbox.scan(second.url, ANNA)
        assert await account.login_token() == Person(id=ANNA, name="Anna")
