"""Logging in by a code sent to a phone."""

from typing import Any, Final

from telethon.tl import functions, types

from sandbox.cipher import Key
from sandbox.codes import WAYS, SentCode, normalised
from sandbox.rpc.login import authorized
from sandbox.rpc.registry import Refused, answers
from sandbox.telegram import Telegram
from sandbox.world import Person

_TIMEOUT: Final = 60  # seconds until a client offers the next way
_TYPES: Final = {
    "app": types.auth.SentCodeTypeApp,
    "sms": types.auth.SentCodeTypeSms,
    "call": types.auth.SentCodeTypeCall,
}
_NEXT: Final = {"sms": types.auth.CodeTypeSms, "call": types.auth.CodeTypeCall}


@answers(
    functions.auth.SendCodeRequest,
    is_open=True,
    differs="any api_id and api_hash will do; read codes with `Sandbox.last_code`",
)
def send_code(telegram: Telegram, key: Key, request: Any) -> object:
    """Send a code, to the app where the person is logged in, or else by SMS."""
    phone = normalised(request.phone_number)
    person = _owner(telegram, phone)
    if person is not None and person.dc != key.dc:
        raise Refused(f"PHONE_MIGRATE_{person.dc}")
    key.awaiting = None
    has_app = person is not None and any(each.person_id for each in telegram.keys.of(person.id))
    return _sent(telegram.codes.send(phone, "app" if has_app else "sms"))


@answers(
    functions.auth.ResendCodeRequest,
    is_open=True,
    differs="at once, not after the timeout; the same code again",
)
def resend_code(telegram: Telegram, _key: Key, request: Any) -> object:
    """Tell the code in the next way."""
    phone = normalised(request.phone_number)
    return _sent(telegram.codes.resend(phone, request.phone_code_hash))


@answers(functions.auth.CancelCodeRequest, is_open=True)
def cancel_code(telegram: Telegram, _key: Key, request: Any) -> object:
    """Void a code."""
    telegram.codes.cancel(normalised(request.phone_number), request.phone_code_hash)
    return True


@answers(
    functions.auth.SignInRequest,
    is_open=True,
    differs="a number nobody has must sign up, which is not served",
)
def sign_in(telegram: Telegram, key: Key, request: Any) -> object:
    """Log in with a code."""
    phone = normalised(request.phone_number)
    telegram.codes.check(phone, request.phone_code_hash, request.phone_code or "")
    person = _owner(telegram, phone)
    if person is None:
        return types.auth.AuthorizationSignUpRequired()
    telegram.codes.use(phone)
    telegram.enter(key, person.id)
    return authorized(telegram, person.id)


def _owner(telegram: Telegram, phone: str) -> Person | None:
    people = telegram.world.people.values()
    return next((each for each in people if each.phone and normalised(each.phone) == phone), None)


def _sent(sent: SentCode) -> object:
    place = WAYS.index(sent.way) + 1
    following = _NEXT[WAYS[place]]() if place < len(WAYS) else None
    kind = _TYPES[sent.way](len(sent.code))
    timeout = _TIMEOUT if following else None
    return types.auth.SentCode(kind, sent.hash, next_type=following, timeout=timeout)
