"""What Telegram may answer to a login by phone, most of which its sandbox never does."""

from __future__ import annotations

from typing import Any

import pytest
from telethon.tl import functions, types

from actors.errors import PhoneRefused, TelegramUnreachable
from actors.ports import CodeSent
from actors.telegram.phone import PhoneLogin
from runtime import Refusal
from tests.actors.telegram_accounts import API

pytestmark = pytest.mark.anyio

PHONE = "+79990000101"


class Scripted:
    """A client whose answers are prepared, and whose requests are kept."""

    def __init__(self, *answers: object) -> None:
        self.answers = list(answers)
        self.asked: list[Any] = []

    async def __call__(self, request: object) -> object:
        """Answer the next."""
        self.asked.append(request)
        return self.answers.pop(0)


KINDS: list[tuple[Any, str, int | None]] = [
    (types.auth.SentCodeTypeApp(5), "app", 5),
    (types.auth.SentCodeTypeSms(5), "sms", 5),
    (types.auth.SentCodeTypeSmsWord(beginning="h"), "sms", None),
    (types.auth.SentCodeTypeSmsPhrase(), "sms", None),
    (types.auth.SentCodeTypeFirebaseSms(6), "sms", 6),
    (types.auth.SentCodeTypeCall(5), "call", 5),
    (types.auth.SentCodeTypeFlashCall("+7999*"), "flash_call", None),
    (types.auth.SentCodeTypeMissedCall("+7999", 6), "missed_call", 6),
    (types.auth.SentCodeTypeEmailCode("a*@b.c", 6), "email", 6),
    (types.auth.SentCodeTypeFragmentSms("https://fragment.com", 5), "fragment", 5),
    (types.CodeSettings(), "other", None),
]


@pytest.mark.parametrize(
    ("kind", "name", "length"), KINDS, ids=[type(kind).__name__ for kind, _, _ in KINDS]
)
async def test_every_way_a_code_comes_has_a_name(
    kind: object, name: str, length: int | None
) -> None:
    """All of today's are named, and one of tomorrow's is no fault."""
    sent = await PhoneLogin(Scripted(types.auth.SentCode(kind, "h")), API).send(PHONE)
    assert sent == CodeSent(kind=name, length=length, next_kind=None, resend_after=0.0)


@pytest.mark.parametrize(
    ("following", "name"),
    [
        (types.auth.CodeTypeSms(), "sms"),
        (types.auth.CodeTypeCall(), "call"),
        (types.auth.CodeTypeFlashCall(), "flash_call"),
        (types.auth.CodeTypeMissedCall(), "missed_call"),
        (types.auth.CodeTypeFragmentSms(), "fragment"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_every_way_the_next_code_comes_has_a_name(following: object, name: str) -> None:
    """The next way and the time until it are told."""
    sent = types.auth.SentCode(types.auth.SentCodeTypeApp(5), "h", following, 120)
    told = await PhoneLogin(Scripted(sent), API).send(PHONE)
    assert (told.next_kind, told.resend_after) == (name, 120.0)


async def test_a_code_that_came_by_email_is_given_back_as_one() -> None:
    """Telegram takes it as a proof of the address, not as a phone's code."""
    by_email = types.auth.SentCode(types.auth.SentCodeTypeEmailCode("a*@b.c", 6), "h")
    client = Scripted(by_email, types.auth.AuthorizationSignUpRequired())
    login = PhoneLogin(client, API)
    await login.send(PHONE)
    with pytest.raises(PhoneRefused):
        await login.check("123456")
    request = client.asked[-1]
    assert isinstance(request, functions.auth.SignInRequest)
    assert request.email_verification.code == "123456"
    assert request.phone_code is None


@pytest.mark.parametrize(
    ("answer", "refusal"),
    [
        (
            types.auth.SentCodePaymentRequired("store", "hash", "mail", "subject", 7, "EUR", 1),
            PhoneRefused,
        ),
        (types.auth.SentCode(types.auth.SentCodeTypeSetUpEmailRequired(), "h"), PhoneRefused),
        (types.auth.SentCodeSuccess(types.auth.AuthorizationSignUpRequired()), TelegramUnreachable),
    ],
    ids=lambda value: getattr(value, "__name__", type(value).__name__),
)
async def test_an_answer_without_a_code_is_refused(answer: object, refusal: type[Refusal]) -> None:
    """A login that cannot go on this way says so instead of waiting for a code."""
    with pytest.raises(refusal):
        await PhoneLogin(Scripted(answer), API).send(PHONE)
