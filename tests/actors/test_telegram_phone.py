"""Logins by a code that comes to a phone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import anyio
import pytest

from actors.errors import (
    ApiKeysRefused,
    CodeExpired,
    CodeWrong,
    Flooded,
    NoOtherCode,
    PasswordRequired,
    PasswordWrong,
    PhoneRefused,
    TelegramUnreachable,
)
from actors.ports import CodeSent
from runtime import Refusal
from sandbox import Sandbox, World
from tests.actors.telegram_accounts import opened

pytestmark = pytest.mark.anyio

ANNA = 101
PHONE = "+79990000101"
NOBODY = "+79990000999"
SMS = CodeSent(kind="sms", length=5, next_kind="call", resend_after=60.0)


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """A Telegram on which Anna has a phone, and that is asked nothing wrong."""
    world = World()
    world.person(ANNA, first_name="Anna", phone=PHONE)
    with Sandbox(world) as serving:
        yield serving
        assert serving.mistakes == ()


def methods(sandbox: Sandbox, method: str) -> int:
    """How often a method was called."""
    return sum(call.method == method for call in sandbox.calls)


async def test_the_code_from_the_phone_logs_in_and_the_record_stays_logged_in(
    sandbox: Sandbox,
) -> None:
    """What was sent is told, the code gives the person, and the record opens as the same."""
    async with opened(sandbox) as account:
        assert await account.send_code(PHONE) == SMS
        person = await account.check_code(sandbox.last_code(ANNA))
        assert (person.id, person.name) == (ANNA, "Anna")
        kept = account.record()
    async with opened(sandbox, kept) as again:
        assert await again.me() == person


async def test_the_next_code_comes_the_next_way_until_there_is_none(sandbox: Sandbox) -> None:
    """Who is logged in elsewhere gets the app, then an SMS, then a call, then a refusal."""
    sandbox.mint(ANNA)
    async with opened(sandbox) as account:
        assert (await account.send_code(PHONE)).kind == "app"
        assert await account.resend_code() == SMS
        last = await account.resend_code()
        assert (last.kind, last.next_kind, last.resend_after) == ("call", None, 0.0)
        with pytest.raises(NoOtherCode):
            await account.resend_code()
        assert (await account.check_code(sandbox.last_code(ANNA))).id == ANNA


async def test_another_code_for_one_that_has_expired_is_a_fresh_one(sandbox: Sandbox) -> None:
    """Asking again after the code's end sends a new code instead of refusing."""
    async with opened(sandbox) as account:
        await account.send_code(PHONE)
        sandbox.expire_codes()
        assert await account.resend_code() == SMS
        assert (await account.check_code(sandbox.last_code(ANNA))).id == ANNA


async def test_no_other_code_comes_before_the_first(sandbox: Sandbox) -> None:
    """A resend that nothing was sent before is refused, and Telegram is not asked."""
    async with opened(sandbox) as account:
        with pytest.raises(NoOtherCode):
            await account.resend_code()
    assert methods(sandbox, "auth.resendCode") == 0


async def test_a_number_of_another_data_centre_logs_in_there(sandbox: Sandbox) -> None:
    """Telegram sends the login elsewhere; it is followed, and its record opens there."""
    sandbox.migrate(ANNA, 4)
    async with opened(sandbox) as account, anyio.create_task_group() as group:
        ended = anyio.Event()

        async def wait_for_the_end() -> None:
            await account.lost()
            ended.set()

        group.start_soon(wait_for_the_end)
        assert await account.send_code(PHONE) == SMS
        assert (await account.check_code(sandbox.last_code(ANNA))).id == ANNA
        assert not ended.is_set(), "going to another data centre is no loss"
        kept = account.record()
        await account.close()
        await ended.wait()
    async with opened(sandbox, kept) as again:
        assert (await again.me()).id == ANNA


async def test_two_sandboxes_one_after_the_other_have_their_own_addresses() -> None:
    """Where a data centre is, is asked anew: no client remembers it for another."""
    for _ in range(2):
        world = World()
        world.person(ANNA, phone=PHONE, dc=4)
        with Sandbox(world) as sandbox:
            async with opened(sandbox) as account:
                await account.send_code(PHONE)
                assert (await account.check_code(sandbox.last_code(ANNA))).id == ANNA


@pytest.mark.parametrize("wrong", ["0", "", "\ud800", "12345 \n"])
async def test_a_wrong_code_may_be_corrected(sandbox: Sandbox, wrong: str) -> None:
    """Whatever was typed, the right code still logs in."""
    async with opened(sandbox) as account:
        await account.send_code(PHONE)
        with pytest.raises(CodeWrong):
            await account.check_code(wrong)
        assert (await account.check_code(sandbox.last_code(ANNA))).id == ANNA


async def test_what_cannot_be_a_code_costs_no_try(sandbox: Sandbox) -> None:
    """Telegram counts wrong codes: it is not asked about what is none."""
    async with opened(sandbox) as account:
        await account.send_code(PHONE)
        for wrong in ("", "\ud800"):
            with pytest.raises(CodeWrong):
                await account.check_code(wrong)
    assert methods(sandbox, "auth.signIn") == 0


async def test_an_expired_code_is_told_from_a_wrong_one(sandbox: Sandbox) -> None:
    """A code past its time, and one that a newer login made void, are expired."""
    async with opened(sandbox) as account, opened(sandbox) as other:
        await account.send_code(PHONE)
        first = sandbox.last_code(ANNA)
        await other.send_code(PHONE)
        with pytest.raises(CodeExpired):
            await account.check_code(first)
        sandbox.expire_codes()
        with pytest.raises(CodeExpired):
            await other.check_code(sandbox.last_code(ANNA))


async def test_a_code_nobody_asked_for_is_expired(sandbox: Sandbox) -> None:
    """A code without a login is refused, and Telegram is not asked."""
    async with opened(sandbox) as account:
        with pytest.raises(CodeExpired):
            await account.check_code("12345")
    assert methods(sandbox, "auth.signIn") == 0


@pytest.mark.parametrize(
    ("error", "words"),
    [
        ("PHONE_NUMBER_INVALID", "no number that Telegram knows"),
        ("PHONE_NUMBER_BANNED", "banned"),
        ("PHONE_NUMBER_UNOCCUPIED", "nobody has an account"),
        ("PHONE_NUMBER_APP_SIGNUP_FORBIDDEN", "nobody has an account"),
        ("PHONE_PASSWORD_PROTECTED", "password"),
    ],
)
async def test_a_number_that_cannot_log_in_is_refused_with_the_reason(
    sandbox: Sandbox, error: str, words: str
) -> None:
    """Invalid, banned and unregistered numbers are told apart, and say what else to do."""
    async with opened(sandbox) as account:
        sandbox.faults.error("auth.sendCode", error)
        with pytest.raises(PhoneRefused) as caught:
            await account.send_code(PHONE)
    assert words in caught.value.reason
    assert "QR code" in str(caught.value)


async def test_a_number_nobody_has_is_refused_when_its_code_is_right(sandbox: Sandbox) -> None:
    """Telegram asks a stranger to sign up: no account is made here."""
    async with opened(sandbox) as account:
        await account.send_code(NOBODY)
        code = sandbox.run(lambda: sandbox._telegram.codes.last(NOBODY.removeprefix("+")))
        assert code is not None
        with pytest.raises(PhoneRefused) as caught:
            await account.check_code(code.code)
    assert "nobody has an account" in caught.value.reason


@pytest.mark.parametrize(
    ("error", "refusal"),
    [
        ("SEND_CODE_UNAVAILABLE", NoOtherCode),
        ("SMS_CODE_CREATE_FAILED", NoOtherCode),
        ("API_ID_INVALID", ApiKeysRefused),
        ("API_ID_PUBLISHED_FLOOD", ApiKeysRefused),
        ("UPDATE_APP_TO_LOGIN", ApiKeysRefused),
        ("PHONE_NUMBER_FLOOD", Flooded),
        ("PHONE_PASSWORD_FLOOD", Flooded),
        ("FLOOD_WAIT_7", Flooded),
        ("SOMETHING_NEW", TelegramUnreachable),
    ],
)
async def test_every_other_refusal_of_a_code_is_one_of_ours(
    sandbox: Sandbox, error: str, refusal: type[Refusal]
) -> None:
    """No way to send one, the API keys, a wait, and what nobody knows yet."""
    async with opened(sandbox) as account:
        sandbox.faults.error("auth.sendCode", error)
        with pytest.raises(refusal):
            await account.send_code(PHONE)


async def test_too_many_codes_a_day_say_until_when(sandbox: Sandbox) -> None:
    """Telegram's wait comes with its end."""
    async with opened(sandbox) as account:
        for _ in range(5):
            await account.send_code(PHONE)
        with pytest.raises(Flooded) as caught:
            await account.send_code(PHONE)
    left = caught.value.until - datetime.now(UTC)
    assert timedelta(hours=23) < left <= timedelta(hours=24)


async def test_a_protected_account_asks_for_its_password(sandbox: Sandbox) -> None:
    """The hint is told, a wrong password may be corrected, the right one completes the login."""
    sandbox.set_password(ANNA, "correct horse", "which animal?")
    async with opened(sandbox) as account:
        await account.send_code(PHONE)
        with pytest.raises(PasswordRequired) as caught:
            await account.check_code(sandbox.last_code(ANNA))
        assert caught.value.hint == "which animal?"
        with pytest.raises(PasswordWrong):
            await account.check_password("wrong horse")
        assert (await account.check_password("correct horse")).id == ANNA


async def test_a_password_that_is_taken_off_meanwhile_needs_no_proof(sandbox: Sandbox) -> None:
    """The login completes when there is nothing to prove any more."""
    sandbox.set_password(ANNA, "correct horse")
    async with opened(sandbox) as account:
        await account.send_code(PHONE)
        with pytest.raises(PasswordRequired):
            await account.check_code(sandbox.last_code(ANNA))
        sandbox.set_password(ANNA, None)
        assert (await account.check_password("correct horse")).id == ANNA


@pytest.mark.parametrize("error", ["SRP_ID_INVALID", "SRP_PASSWORD_CHANGED"])
async def test_a_void_challenge_is_answered_anew(sandbox: Sandbox, error: str) -> None:
    """A password is not called wrong because another client was asked meanwhile."""
    sandbox.set_password(ANNA, "correct horse")
    async with opened(sandbox) as account:
        await account.send_code(PHONE)
        with pytest.raises(PasswordRequired):
            await account.check_code(sandbox.last_code(ANNA))
        sandbox.faults.error("auth.checkPassword", error)
        assert (await account.check_password("correct horse")).id == ANNA
        assert methods(sandbox, "auth.checkPassword") == 2


async def test_a_code_sent_twice_because_the_line_broke_still_logs_in(sandbox: Sandbox) -> None:
    """The answer that is believed is that of the code which is good."""
    async with opened(sandbox) as account:
        sandbox.faults.cut("auth.sendCode", when="after")
        assert await account.send_code(PHONE) == SMS
        assert methods(sandbox, "auth.sendCode") == 2
        assert (await account.check_code(sandbox.last_code(ANNA))).id == ANNA


async def test_a_login_is_not_lost_with_the_answer_to_its_code(sandbox: Sandbox) -> None:
    """Telegram took the code, the line broke, the second try was refused: it is logged in."""
    async with opened(sandbox) as account:
        await account.send_code(PHONE)
        sandbox.faults.cut("auth.signIn", when="after")
        assert (await account.check_code(sandbox.last_code(ANNA))).id == ANNA
        assert methods(sandbox, "auth.signIn") == 2
        assert (await account.me()).id == ANNA


async def test_the_question_for_a_password_is_not_lost_with_its_answer(sandbox: Sandbox) -> None:
    """The code was taken before the line broke: what is asked for is the password."""
    sandbox.set_password(ANNA, "correct horse", "which animal?")
    async with opened(sandbox) as account:
        await account.send_code(PHONE)
        sandbox.faults.cut("auth.signIn", when="after")
        with pytest.raises(PasswordRequired) as caught:
            await account.check_code(sandbox.last_code(ANNA))
        assert methods(sandbox, "auth.signIn") == 2
        assert caught.value.hint == "which animal?"
        sandbox.faults.cut("auth.checkPassword", when="after")
        assert (await account.check_password("correct horse")).id == ANNA
        assert methods(sandbox, "auth.checkPassword") == 2


async def test_a_login_stands_though_what_telethon_asks_next_is_refused(sandbox: Sandbox) -> None:
    """A flood on the state of updates does not undo a login."""
    async with opened(sandbox) as account:
        await account.send_code(PHONE)
        sandbox.faults.error("updates.getState", "FLOOD_WAIT_60")
        assert (await account.check_code(sandbox.last_code(ANNA))).id == ANNA
