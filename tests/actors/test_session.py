"""The SessionActor as a plain object, between a model Telegram and a model store."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import anyio
import pytest

from actors.errors import (
    Flooded,
    LoginRequired,
    NoPasswordWanted,
    PasswordRequired,
    SessionRevoked,
    TelegramUnreachable,
    WrongPassword,
)
from actors.login import State
from actors.messages import LoginRequest, PasswordRequest, ReadRequest, StatusRequest
from actors.ports import LoginToken, Person
from actors.session import SessionActor
from actors.values import LoggedIn, LoginFailed, ParseReport, PasswordNeeded, QrCode, Status
from runtime.testing import Plain
from storage.rows import AccountRow
from tests.actors.models import THEN, ModelChannel, ModelStore, ModelTelegram

pytestmark = pytest.mark.anyio

ANNA = Person(id=7, name="Anna")
BORIS = Person(id=8, name="Boris")


def token(number: int) -> LoginToken:
    """A code to scan, good for thirty seconds."""
    return LoginToken(
        url=f"tg://login?token={number}", expires_at=datetime.now(UTC) + timedelta(seconds=30)
    )


class Bench:
    """An actor with its models; `befall` decides what each call to Telegram meets."""

    def __init__(self, state: State | None = None) -> None:
        self.store = ModelStore()
        if state is not None:
            row = AccountRow(id=ANNA.id, state=state, reason=None, changed_at=THEN)
            self.store.accounts[ANNA.id] = row
            self.store.sessions[ANNA.id] = b"session"
        self.befall: Callable[[str], None] = lambda _method: None
        self.channel = ModelChannel(id=1)
        self.made: list[ModelTelegram] = []
        self.records: list[bytes | None] = []
        self.tokens: list[LoginToken | Person] = []
        self.actor = SessionActor(ANNA.id, telegram=self.make, store=self.store)
        self.plain = Plain(self.actor)

    def make(self, record: bytes | None) -> ModelTelegram:
        """Make a connection, as the house would."""
        telegram = ModelTelegram([self.channel], before=lambda method, _: self.befall(method))
        telegram.tokens = self.tokens
        self.made.append(telegram)
        self.records.append(record)
        return telegram

    async def log_in(self, within: float = 60) -> LoggedIn | LoginFailed:
        """Log in to the end."""
        _, step = await self.plain.stream(LoginRequest(within=within))
        return step

    async def status(self) -> Status:
        """Ask for the status."""
        return await self.plain.ask(StatusRequest())

    async def read(self) -> ParseReport:
        """Read everything."""
        return await self.plain.ask(ReadRequest(depth=None))


async def test_a_scanned_code_makes_the_account_ready_and_keeps_its_session() -> None:
    """The code is shown, its scan persists READY together with the session record."""
    bench = Bench()
    bench.tokens += [token(1), ANNA]
    await bench.actor.started()
    assert await bench.log_in() == LoggedIn(account=ANNA.id)
    assert bench.store.moves == [State.QR_WAIT, State.READY]
    assert bench.store.sessions == {ANNA.id: b"session"}
    assert not bench.made[0].open
    assert not bench.made[0].logged_out


async def test_codes_are_renewed_with_a_growing_generation() -> None:
    """Each code follows the one before until it is scanned."""
    bench = Bench()
    bench.tokens += [token(1), token(2), token(3), ANNA]
    await bench.actor.started()
    shown, step = await bench.plain.stream(LoginRequest(within=60))
    codes = [code for code in shown if isinstance(code, QrCode)]
    assert [(code.generation, code.url[-1]) for code in codes] == [(1, "1"), (2, "2"), (3, "3")]
    assert all("█" in code.terminal for code in codes)
    assert step == LoggedIn(account=ANNA.id)


async def test_an_account_that_is_ready_is_logged_in_at_once() -> None:
    """No connection is made, no code is shown."""
    bench = Bench(State.READY)
    await bench.actor.started()
    assert await bench.log_in() == LoggedIn(account=ANNA.id)
    assert bench.made == []


async def test_D8_a_stranger_who_scans_is_logged_out_and_told() -> None:
    """The scanned account is not the asking one: its session ends, nothing of it is kept."""
    bench = Bench()
    bench.tokens += [token(1), BORIS]
    await bench.actor.started()
    step = await bench.log_in()
    assert isinstance(step, LoginFailed)
    assert str(BORIS.id) in step.reason
    assert bench.made[0].logged_out
    assert bench.store.sessions == {}
    assert bench.store.moves[-1] is State.NEW


async def test_D8_a_stranger_is_named_even_if_the_session_cannot_be_ended() -> None:
    """The person who scanned is told about, whatever becomes of the log-out."""
    bench = Bench()
    bench.tokens += [token(1), BORIS]

    def down(method: str) -> None:
        if method == "log_out":
            raise TelegramUnreachable("it is down")

    bench.befall = down
    await bench.actor.started()
    step = await bench.log_in()
    assert isinstance(step, LoginFailed)
    assert str(BORIS.id) in step.reason


async def test_a_login_nobody_finishes_ends_at_its_deadline() -> None:
    """The wait for a scan never goes beyond the login's own deadline; then the state is NEW."""
    bench = Bench()
    bench.tokens += [token(1), token(2)]
    await bench.actor.started()
    step = await bench.log_in(within=0.0)
    assert isinstance(step, LoginFailed)
    assert "in time" in step.reason
    status = await bench.status()
    assert (status.state, bench.made[0].open) == ("NEW", False)
    assert bench.made[0].logged_out  # whoever scanned it too late left no session behind


class Guarded(Bench):
    """An account with a two-step password, whose code was scanned."""

    def __init__(self) -> None:
        super().__init__()
        self.tokens += [token(1)]
        self.befall = self.ask_password

    def ask_password(self, method: str) -> None:
        """Ask once the code was scanned."""
        if method == "login_token" and not self.tokens:
            raise PasswordRequired("the cat")

    def make(self, record: bytes | None) -> ModelTelegram:
        """Make a connection that knows the password."""
        telegram = super().make(record)
        telegram.password, telegram.owner = "мурка", ANNA
        return telegram

    async def begin(self) -> asyncio.Task[tuple[list[Any], LoggedIn | LoginFailed]]:
        """Log in until the password is asked for."""
        await self.actor.started()
        login = asyncio.create_task(self.plain.stream(LoginRequest(within=60)))
        with anyio.fail_after(10):
            while (await self.status()).state != "PASSWORD_WAIT":
                await anyio.lowlevel.checkpoint()
        return login


async def test_S6_a_two_step_password_completes_the_login() -> None:
    """The hint is shown, a wrong password may be tried again, the right one makes it READY."""
    bench = Guarded()
    login = await bench.begin()
    with pytest.raises(WrongPassword, match="4 tries"):
        await bench.plain.ask(PasswordRequest(password="барсик"))
    await bench.plain.ask(PasswordRequest(password="мурка"))
    shown, step = await login
    assert PasswordNeeded(hint="the cat") in shown
    assert step == LoggedIn(account=ANNA.id)
    assert bench.store.moves == [State.QR_WAIT, State.PASSWORD_WAIT, State.READY]


async def test_S6_too_many_wrong_passwords_end_the_login() -> None:
    """The tries are bounded; afterwards nobody waits for a password, and the state is NEW."""
    bench = Guarded()
    login = await bench.begin()
    for left in (4, 3, 2, 1, 0):
        with pytest.raises(WrongPassword) as caught:
            await bench.plain.ask(PasswordRequest(password="барсик"))
        assert caught.value.left == left
    with pytest.raises(NoPasswordWanted):
        await bench.plain.ask(PasswordRequest(password="мурка"))
    _, step = await login
    assert isinstance(step, LoginFailed)
    assert bench.store.moves[-1] is State.NEW
    assert not bench.made[0].open


async def test_S6_what_cannot_be_a_password_costs_no_try() -> None:
    """An empty line, or what no keyboard types, is wrong without asking Telegram."""
    bench = Guarded()
    login = await bench.begin()
    for odd in ("", "\ud800"):
        with pytest.raises(WrongPassword, match="5 tries"):
            await bench.plain.ask(PasswordRequest(password=odd))
    await bench.plain.ask(PasswordRequest(password="мурка"))
    _, step = await login
    assert step == LoggedIn(account=ANNA.id)


async def test_S6_a_password_nobody_asked_for_is_refused() -> None:
    """Without a login that waits there is nothing to prove."""
    bench = Bench()
    await bench.actor.started()
    with pytest.raises(NoPasswordWanted, match="PasswordNeeded"):
        await bench.plain.ask(PasswordRequest(password="мурка"))


async def test_S6_a_password_that_never_comes_ends_the_login_at_its_deadline() -> None:
    """The wait for a password lasts as long as the login may, and says so."""
    bench = Guarded()
    await bench.actor.started()
    step = await bench.log_in(within=0.05)
    assert isinstance(step, LoginFailed)
    assert "in time" in step.reason
    assert bench.store.moves[-1] is State.NEW


def test_S6_a_password_is_not_shown() -> None:
    """No `repr` of the message carries it."""
    assert "мурка" not in repr(PasswordRequest(password="мурка"))


async def test_a_login_that_cannot_reach_telegram_says_so() -> None:
    """The reason is the step's; the connection is closed; another login may begin."""
    bench = Bench()
    await bench.actor.started()

    def down(_method: str) -> None:
        raise TelegramUnreachable("it is down")

    bench.befall = down
    step = await bench.log_in()
    assert isinstance(step, LoginFailed)
    assert "it is down" in step.reason
    bench.befall = lambda _method: None
    bench.tokens += [token(1), ANNA]
    assert await bench.log_in() == LoggedIn(account=ANNA.id)


async def test_a_login_that_its_process_did_not_survive_is_given_up_at_start() -> None:
    """A state that lived in a client's memory is not believed after a restart."""
    for state in (State.QR_WAIT, State.CODE_WAIT, State.PASSWORD_WAIT):
        bench = Bench(state)
        await bench.actor.started()
        status = await bench.status()
        assert status.state == "NEW"
        assert "ended during the login" in (status.reason or "")


async def test_reading_before_login_is_refused_with_what_to_do() -> None:
    """The refusal names the account and the command."""
    bench = Bench()
    await bench.actor.started()
    with pytest.raises(LoginRequired, match="tgactors login 7"):
        await bench.read()
    assert bench.made == []


async def test_reading_opens_the_session_once_and_keeps_what_changed_of_it() -> None:
    """The record goes to the connection; a changed one goes back to the store."""
    bench = Bench(State.READY)
    bench.channel.publish()
    await bench.actor.started()
    first = await bench.read()
    bench.made[0].session = b"changed"
    second = await bench.read()
    assert (first.added, second.added) == (1, 0)
    assert bench.records == [b"session"]
    assert bench.store.sessions[ANNA.id] == b"changed"
    assert (await bench.status()).last_report == second


async def test_a_revoked_session_expires_the_account_and_closes_its_client() -> None:
    """Telegram says no: EXPIRED with its reason is persisted, the caller is told to log in."""
    bench = Bench(State.READY)
    await bench.actor.started()

    def revoked(_method: str) -> None:
        raise SessionRevoked("SESSION_REVOKED")

    await bench.read()
    bench.befall = revoked
    with pytest.raises(LoginRequired, match="SESSION_REVOKED"):
        await bench.read()
    status = await bench.status()
    assert (status.state, status.reason) == ("EXPIRED", "SESSION_REVOKED")
    assert not bench.made[0].open


async def test_trouble_on_the_way_never_expires_an_account() -> None:
    """An unreachable Telegram is told; the next reading makes a fresh connection."""
    bench = Bench(State.READY)
    await bench.actor.started()

    def down(method: str) -> None:
        if method == "channels":
            raise TelegramUnreachable("it is down")

    bench.befall = down
    with pytest.raises(TelegramUnreachable):
        await bench.read()
    assert (await bench.status()).state == "READY"
    bench.befall = lambda _method: None
    await bench.read()
    assert [made.open for made in bench.made] == [False, True]


async def test_a_flood_at_the_door_is_reported_with_its_end() -> None:
    """Even the list of channels may be refused for a while: the report says until when."""
    bench = Bench(State.READY)
    await bench.actor.started()
    until = datetime.now(UTC) + timedelta(minutes=5)

    def flooded(method: str) -> None:
        if method == "channels":
            raise Flooded(until)

    bench.befall = flooded
    report = await bench.read()
    assert (report.channels, report.flood_until) == (0, until)
    assert (await bench.status()).flood_until == until


async def test_stopping_disconnects_and_logs_nobody_out() -> None:
    """The session stays valid at Telegram."""
    bench = Bench(State.READY)
    await bench.actor.started()
    await bench.read()
    await bench.actor.stopped()
    assert not bench.made[0].open
    assert not bench.made[0].logged_out
