"""Login codes sent to phones, and the numbers they are sent to."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from sandbox.refusal import Refused

WAYS: Final = ("app", "sms", "call")
"""How a code is told, each after the one before was not enough; the app only if one is open."""

_DIGITS: Final = (7, 15)  # the fewest and the most of a phone number
_DAY: Final = 86_400.0
_ATTEMPTS: Final = 5  # wrong codes until the right one is void too
_FORMATTING: Final = frozenset(" ()-.\u00a0\u2011")


@dataclass(slots=True, eq=False)
class SentCode:
    """A code on its way to a phone."""

    phone: str
    code: str
    hash: str
    way: str
    expires: float
    wrong: int = 0


@dataclass(slots=True)
class _Number:
    """What was sent to one number."""

    current: SentCode | None = None
    sent: list[float] = field(default_factory=list)  # unused codes of the last day


class Codes:
    """The codes of one sandbox."""

    def __init__(self, *, clock: Callable[[], float], life: float, per_day: int) -> None:
        self._clock = clock
        self._life = life
        self._per_day = per_day
        self._numbers: dict[str, _Number] = {}

    def send(self, phone: str, way: str) -> SentCode:
        """Send a new code to a normalised number; the one before is void."""
        number = self._numbers.setdefault(phone, _Number())
        now = self._clock()
        number.sent = [at for at in number.sent if now - at < _DAY]
        if len(number.sent) >= self._per_day:
            raise Refused(f"FLOOD_WAIT_{int(number.sent[0] + _DAY - now) + 1}")
        number.sent.append(now)
        code, name = f"{secrets.randbelow(90_000) + 10_000}", secrets.token_hex(9)
        number.current = SentCode(phone, code, name, way, now + self._life)
        return number.current

    def resend(self, phone: str, name: str) -> SentCode:
        """Tell the same code in the next way."""
        sent = self._valid(phone, name)
        place = WAYS.index(sent.way) + 1
        if place == len(WAYS):
            raise Refused("SEND_CODE_UNAVAILABLE")
        sent.way = WAYS[place]
        return sent

    def cancel(self, phone: str, name: str) -> None:
        """Void a code."""
        self._numbers[self._valid(phone, name).phone].current = None

    def check(self, phone: str, name: str, code: str) -> None:
        """Accept a code or refuse it; the right one stays good until it is used."""
        sent = self._valid(phone, name)
        if not code:
            raise Refused("PHONE_CODE_EMPTY")
        if code != sent.code:
            sent.wrong += 1
            if sent.wrong >= _ATTEMPTS:
                self._numbers[phone].current = None
            raise Refused("PHONE_CODE_INVALID")

    def use(self, phone: str) -> None:
        """Void a number's code because somebody logged in with it."""
        self._numbers.pop(phone, None)

    def last(self, phone: str) -> SentCode | None:
        """The code that is on its way to a number."""
        number = self._numbers.get(phone)
        return number.current if number else None

    def expire(self) -> None:
        """Let every code expire now."""
        for number in self._numbers.values():
            if number.current:
                number.current.expires = self._clock()

    def _valid(self, phone: str, name: str) -> SentCode:
        if not name:
            raise Refused("PHONE_CODE_HASH_EMPTY")
        sent = self.last(phone)
        if sent is None or sent.hash != name or self._clock() >= sent.expires:
            raise Refused("PHONE_CODE_EXPIRED")
        return sent


def normalised(phone: str) -> str:
    """The digits of an international number, however it is written; refuses what is none."""
    text = "".join(letter for letter in phone if letter not in _FORMATTING)
    digits = text.removeprefix("+").removeprefix("00")
    fewest, most = _DIGITS
    if not (digits.isascii() and digits.isdigit() and fewest <= len(digits) <= most):
        raise Refused("PHONE_NUMBER_INVALID")
    return digits
