"""A login by a code that Telegram sends to a phone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from telethon import TelegramClient
from telethon import errors as rpc
from telethon.tl import types
from telethon.tl.functions.auth import ResendCodeRequest, SendCodeRequest, SignInRequest

from actors.errors import (
    CodeExpired,
    CodeWrong,
    NoOtherCode,
    PasswordRequired,
    PhoneRefused,
    TelegramUnreachable,
)
from actors.ports import CodeSent, Person
from actors.telegram.errors import name_of
from actors.telegram.identity import entered, hint, whoever
from runtime import Refusal

_KINDS: dict[type, str] = {
    types.auth.SentCodeTypeApp: "app",
    types.auth.SentCodeTypeSms: "sms",
    types.auth.SentCodeTypeSmsWord: "sms",
    types.auth.SentCodeTypeSmsPhrase: "sms",
    types.auth.SentCodeTypeFirebaseSms: "sms",
    types.auth.SentCodeTypeCall: "call",
    types.auth.SentCodeTypeFlashCall: "flash_call",
    types.auth.SentCodeTypeMissedCall: "missed_call",
    types.auth.SentCodeTypeEmailCode: "email",
    types.auth.SentCodeTypeFragmentSms: "fragment",
    types.auth.CodeTypeSms: "sms",
    types.auth.CodeTypeCall: "call",
    types.auth.CodeTypeFlashCall: "flash_call",
    types.auth.CodeTypeMissedCall: "missed_call",
    types.auth.CodeTypeFragmentSms: "fragment",
}

_NOBODY = "nobody has an account with it"
_REFUSALS: dict[str, Callable[[], Refusal]] = {
    "PHONE_NUMBER_INVALID": lambda: PhoneRefused("it is no number that Telegram knows"),
    "PHONE_NUMBER_BANNED": lambda: PhoneRefused("it is banned from Telegram"),
    "PHONE_NUMBER_UNOCCUPIED": lambda: PhoneRefused(_NOBODY),
    "PHONE_NOT_OCCUPIED": lambda: PhoneRefused(_NOBODY),
    "PHONE_NUMBER_APP_SIGNUP_FORBIDDEN": lambda: PhoneRefused(_NOBODY),
    "PHONE_PASSWORD_PROTECTED": lambda: PhoneRefused("it is protected by a password"),
    "SEND_CODE_UNAVAILABLE": lambda: NoOtherCode("every way to send one was used"),
    "SMS_CODE_CREATE_FAILED": lambda: NoOtherCode("an SMS could not be made"),
    "PHONE_CODE_EXPIRED": CodeExpired,
    "PHONE_CODE_HASH_EMPTY": CodeExpired,
    "PHONE_CODE_HASH_INVALID": CodeExpired,
    "PHONE_HASH_EXPIRED": CodeExpired,
    "EMAIL_VERIFY_EXPIRED": CodeExpired,
    "PHONE_CODE_EMPTY": CodeWrong,
    "PHONE_CODE_INVALID": CodeWrong,
    "CODE_INVALID": CodeWrong,
    "EMAIL_CODE_INVALID": CodeWrong,
}


class PhoneLogin:
    """Has codes sent to one number at a time, and logs in by the newest."""

    def __init__(self, client: TelegramClient, api: tuple[int, str]) -> None:
        self._client = client
        self._api = api
        self._phone = ""
        self._hash = ""  # Telegram's name of the newest code
        self._by_email = False

    async def send(self, phone: str) -> CodeSent:
        """Have a code sent; raises `PhoneRefused`, or `NoOtherCode` if there were too many."""
        self._phone, self._hash = phone, ""
        request = SendCodeRequest(phone, *self._api, types.CodeSettings())
        return self._sent(await self._asked(request))

    async def resend(self) -> CodeSent:
        """Have it sent the next way, or a fresh one if it has expired; raises `NoOtherCode`."""
        if not self._phone:
            raise NoOtherCode("none was asked for")
        try:
            return self._sent(await self._asked(ResendCodeRequest(self._phone, self._hash)))
        except CodeExpired:
            return await self.send(self._phone)

    async def check(self, code: str) -> Person:
        """Log in; raises `CodeWrong`, `CodeExpired`, `PhoneRefused` or `PasswordRequired`."""
        if not _is_text(code):  # what cannot be one is no secret to trouble Telegram with
            raise CodeWrong
        if not self._hash:
            raise CodeExpired
        try:
            answer = await self._asked(self._attempt(code))
        except rpc.SessionPasswordNeededError:
            raise PasswordRequired(await hint(self._client)) from None
        except (CodeExpired, CodeWrong) as refusal:
            # The code is used up if Telegram took it before, and its answer was lost.
            found = await whoever(self._client)
            if found is None:
                raise refusal from None
            return found
        if isinstance(answer, types.auth.AuthorizationSignUpRequired):
            raise PhoneRefused(_NOBODY)
        return await entered(self._client, answer.user)

    def _attempt(self, code: str) -> SignInRequest:
        if self._by_email:
            proof = types.EmailVerificationCode(code)
            return SignInRequest(self._phone, self._hash, email_verification=proof)
        return SignInRequest(self._phone, self._hash, phone_code=code)

    def _sent(self, answer: Any) -> CodeSent:
        if isinstance(answer, types.auth.SentCodePaymentRequired):
            raise PhoneRefused("Telegram wants to be paid for sending it a code")
        if not isinstance(answer, types.auth.SentCode):
            raise TelegramUnreachable(f"it answered {type(answer).__name__}")
        if isinstance(answer.type, types.auth.SentCodeTypeSetUpEmailRequired):
            raise PhoneRefused("its account needs an e-mail address first, set in Telegram's app")
        self._hash = answer.phone_code_hash
        kind = _KINDS.get(type(answer.type), "other")
        self._by_email = kind == "email"
        following = answer.next_type
        return CodeSent(
            kind=kind,
            length=getattr(answer.type, "length", None),
            next_kind=_KINDS.get(type(following), "other") if following else None,
            resend_after=float(answer.timeout or 0),
        )

    async def _asked(self, request: Any) -> Any:
        try:
            return await self._client(request)
        except rpc.RPCError as error:
            refusal = _REFUSALS.get(name_of(error))
            if refusal is None:
                raise
            raise refusal() from None


def _is_text(code: str) -> bool:
    try:
        return bool(code.encode())
    except UnicodeEncodeError:
        return False
