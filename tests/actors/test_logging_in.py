"""The SessionActor logging an account in."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from datetime import UTC, datetime
from typing import Any

import anyio
import pytest

from actors.errors import (
    CodeExpired,
    Flooded,
    NoCodeWanted,
    NoPasswordWanted,
    PasswordRequired,
    PhoneRefused,
    TelegramUnreachable,
    WrongCode,
    WrongPassword,
)
from actors.login import State
from actors.messages import (
    AdoptRequest,
    CancelLogin,
    CodeRequest,
    ImportRequest,
    LoginRequest,
    PasswordRequest,
    ResendRequest,
)
from actors.values import CodeNeeded, LoggedIn, LoginFailed, PasswordNeeded, QrCode
from storage.errors import InviteUsedUp
from storage.rows import Hold
from tests.actors.bench import ANNA, BORIS, Bench, Guarded, token
from tests.actors.models import ModelTelegram

pytestmark = pytest.mark.anyio


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


class Called(Bench):
    """An account whose owner logs in by phone."""

    code = "12345"

    async def make(
        self, record: bytes | None, *, hold: Hold | None, api: tuple[int, str] | None = None
    ) -> ModelTelegram:
        """Make a connection that knows the code."""
        telegram = await super().make(record, hold=hold, api=api)
        telegram.code = self.code
        return telegram

    async def begin(
        self, phone: str = "+491512345678", within: float = 60
    ) -> asyncio.Task[tuple[list[Any], LoggedIn | LoginFailed]]:
        """Log in until the code is asked for."""
        await self.actor.started()
        request = LoginRequest(within=within, phone=phone)
        login = asyncio.create_task(self.plain.stream(request))
        await self.until("CODE_WAIT")
        return login

    def send(self, code: str) -> Awaitable[None]:
        """Enter a code."""
        return self.plain.ask(CodeRequest(code=code))


async def test_a_code_sent_to_the_phone_completes_the_login() -> None:
    """How it was sent is shown, a wrong one may be tried again, the right one makes it READY."""
    bench = Called()
    login = await bench.begin()
    with pytest.raises(WrongCode, match="4 tries"):
        await bench.send("54321")
    await bench.send("123 45")
    shown, step = await login
    assert [type(each) for each in shown] == [CodeNeeded]
    assert (shown[0].kind, shown[0].length, shown[0].next_kind) == ("app", 5, "sms")
    assert step == LoggedIn(account=ANNA.id)
    assert bench.store.moves == [State.CODE_WAIT, State.READY]
    assert bench.made[0].sent == ["+491512345678"]


async def test_another_code_comes_the_next_way() -> None:
    """The new step has the next generation; the code of whichever was sent last counts."""
    bench = Called()
    login = await bench.begin()
    await bench.plain.ask(ResendRequest())
    await bench.send("12345")
    shown, step = await login
    assert [(each.kind, each.generation) for each in shown] == [("app", 1), ("sms", 2)]
    assert step == LoggedIn(account=ANNA.id)


async def test_too_many_wrong_codes_end_the_login() -> None:
    """The tries are bounded; afterwards nobody waits for a code, and the state is NEW."""
    bench = Called()
    login = await bench.begin()
    for left in (4, 3, 2, 1, 0):
        with pytest.raises(WrongCode) as caught:
            await bench.send("54321")
        assert caught.value.left == left
    with pytest.raises(NoCodeWanted):
        await bench.send("12345")
    _, step = await login
    assert isinstance(step, LoginFailed)
    assert bench.store.moves[-1] is State.NEW
    assert bench.made[0].logged_out


async def test_an_expired_code_is_told_and_another_may_be_asked_for() -> None:
    """Expiry costs no try and does not end the login."""
    bench = Called()
    login = await bench.begin()
    expired = True

    def befall(method: str) -> None:
        nonlocal expired
        if method == "check_code" and expired:
            expired = False
            raise CodeExpired

    bench.befall = befall
    with pytest.raises(CodeExpired, match="another"):
        await bench.send("12345")
    await bench.plain.ask(ResendRequest())
    await bench.send("12345")
    assert (await login)[1] == LoggedIn(account=ANNA.id)


async def test_what_is_no_code_costs_no_try() -> None:
    """Letters never reach Telegram."""
    bench = Called()
    login = await bench.begin()
    for odd in ("", "12a45", "٣٤٥٦٧"):
        with pytest.raises(WrongCode, match="5 tries"):
            await bench.send(odd)
    await bench.send("1-2-3-4-5")
    assert (await login)[1] == LoggedIn(account=ANNA.id)


async def test_a_phone_telegram_refuses_ends_the_login_with_the_reason() -> None:
    """Nothing waits afterwards; the state is what it was."""
    bench = Called()
    await bench.actor.started()

    def befall(method: str) -> None:
        if method == "send_code":
            raise PhoneRefused("PHONE_NUMBER_BANNED")

    bench.befall = befall
    step = await bench.plain.ask(LoginRequest(within=60, phone="+491512345678"))
    assert isinstance(step, LoginFailed)
    assert "PHONE_NUMBER_BANNED" in step.reason
    assert bench.store.moves == []


async def test_a_flood_at_the_door_ends_the_login_and_says_until_when() -> None:
    """Telegram sends no more codes for a while: the time is in the reason."""
    bench = Called()
    await bench.actor.started()
    until = datetime(2031, 5, 17, tzinfo=UTC)

    def befall(method: str) -> None:
        if method == "send_code":
            raise Flooded(until)

    bench.befall = befall
    step = await bench.plain.ask(LoginRequest(within=60, phone="+491512345678"))
    assert isinstance(step, LoginFailed)
    assert "2031-05-17" in step.reason


async def test_a_person_may_change_from_the_qr_code_to_the_phone() -> None:
    """On the phone itself there is nothing to scan with: the same login goes on with a code."""
    bench = Called()
    bench.tokens += [token(1)]
    bench.scan = anyio.Event()  # nobody scans it
    await bench.actor.started()
    first = asyncio.create_task(bench.plain.stream(LoginRequest(within=60)))
    await bench.until("QR_WAIT")
    await bench.join(LoginRequest(within=60, phone="+491512345678"))
    await bench.until("CODE_WAIT")
    await bench.send("12345")
    _, step = await first
    assert step == LoggedIn(account=ANNA.id)
    assert bench.store.moves == [State.QR_WAIT, State.CODE_WAIT, State.READY]


async def test_the_same_number_again_sends_no_second_code() -> None:
    """Whoever joins a login by phone waits for the code that is on its way."""
    bench = Called()
    login = await bench.begin()
    await bench.join(LoginRequest(within=60, phone="+491512345678"))
    await bench.send("12345")
    await login
    assert bench.made[0].sent == ["+491512345678"]


async def test_a_code_may_be_followed_by_the_two_step_password() -> None:
    """The right code is not enough for an account that has one."""
    bench = Called()

    def befall(method: str) -> None:
        if method == "check_code":
            raise PasswordRequired("the cat")

    login = await bench.begin()
    bench.made[0].password = "мурка"
    bench.befall = befall
    await bench.send("12345")
    await bench.until("PASSWORD_WAIT")
    await bench.plain.ask(PasswordRequest(password="мурка"))
    shown, step = await login
    assert shown[-1] == PasswordNeeded(hint="the cat")
    assert step == LoggedIn(account=ANNA.id)
    assert bench.store.moves == [State.CODE_WAIT, State.PASSWORD_WAIT, State.READY]


async def test_a_login_can_be_cancelled() -> None:
    """Everybody who joined is told; the connection is ended at Telegram; the state is NEW."""
    bench = Called()
    login = await bench.begin()
    assert await bench.plain.ask(CancelLogin()) is True
    _, step = await login
    assert isinstance(step, LoginFailed)
    assert "cancelled" in step.reason
    assert bench.store.moves[-1] is State.NEW
    assert bench.made[0].logged_out
    assert not bench.made[0].open
    assert await bench.plain.ask(CancelLogin()) is False


async def test_own_api_keys_make_the_connection() -> None:
    """They go to the connection of this login, and to no other."""
    bench = Bench()
    bench.tokens += [token(1), ANNA]
    await bench.actor.started()
    await bench.plain.ask(LoginRequest(within=60, api=(77, "hash")))
    assert bench.apis == [(77, "hash")]


async def test_D10_an_invite_is_spent_by_success_only() -> None:
    """A login that fails gives its use back; READY spends it; a used-up one is refused."""
    bench = Called()
    bench.store.invites["tg-1"] = 1
    await bench.actor.started()
    failed = await bench.plain.ask(LoginRequest(within=0.0, phone="+491512345678", invite="tg-1"))
    assert isinstance(failed, LoginFailed)
    assert bench.store.invites["tg-1"] == 1
    bench.tokens += [token(1), ANNA]
    await bench.plain.ask(LoginRequest(within=60, invite="tg-1"))
    assert bench.store.invites["tg-1"] == 0
    other = Bench()
    with pytest.raises(InviteUsedUp):
        await other.plain.ask(LoginRequest(within=60, invite="tg-1"))
    assert other.made == []


def test_no_secret_is_shown() -> None:
    """No `repr` of a message carries a code, a number, keys, an invite or a record."""
    said = [
        LoginRequest(within=1, phone="+49151", api=(7, "s3cret"), invite="s3cret"),
        CodeRequest(code="s3cret"),
        AdoptRequest(record=b"s3cret"),
        ImportRequest(record=b"s3cret"),
    ]
    assert not [each for each in said if "s3cret" in repr(each) or "+49151" in repr(each)]
