"""QR login tokens: exported by a client, accepted by a phone, collected by the client."""

import base64
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from sandbox.cipher import Key
from sandbox.errors import TokenAlreadyAccepted, TokenExpired, TokenInvalid

_PREFIX: Final = "tg://login?token="
_REMEMBERED: Final = 10_000  # tokens known by name; older ones become invalid instead of expired


@dataclass(slots=True, eq=False)
class Token:
    """One login code on its way; `accepted_by` waits for the client to come and collect."""

    data: bytes
    key: Key
    expires: float
    accepted_by: int | None = None
    collected: bool = False

    @property
    def url(self) -> str:
        """What the QR code shows."""
        return _PREFIX + base64.urlsafe_b64encode(self.data).decode().rstrip("=")


class Logins:
    """The tokens of one sandbox."""

    def __init__(
        self,
        life: float,
        *,
        clock: Callable[[], float] = time.time,
        remembered: int = _REMEMBERED,
    ) -> None:
        self.life = life
        self._clock = clock
        self._remembered = remembered
        self._tokens: dict[bytes, Token] = {}
        self._current: dict[bytes, Token] = {}  # by the id of the exporting key

    def export(self, key: Key) -> Token:
        """The key's token: the one it has while that is good, else a new one."""
        token = self._current.get(key.id)
        if token is None or (token.accepted_by is None and self.is_expired(token)):
            token = Token(os.urandom(32), key, self._clock() + self.life)
            self._current[key.id] = self._tokens[token.data] = token
            self._forget_oldest()
        return token

    def accept(self, url: str, person_id: int) -> Token:
        """Let a person's phone scan a link."""
        token = self._tokens.get(_decode(url))
        if token is None:
            raise TokenInvalid(url)
        if token.accepted_by is not None:
            raise TokenAlreadyAccepted(url)
        if self.is_expired(token):
            raise TokenExpired(url)
        token.accepted_by = person_id
        return token

    def collect(self, token: Token) -> None:
        """End an accepted token's way: its person is about to be logged in."""
        token.collected = True
        self._current.pop(token.key.id, None)

    def find(self, data: bytes) -> Token | None:
        """The token with these bytes, as one data centre tells another."""
        return self._tokens.get(data)

    def expire(self) -> None:
        """Let every token that nobody scanned expire now."""
        for token in self._current.values():
            token.expires = min(token.expires, self._clock())

    def is_expired(self, token: Token) -> bool:
        """Whether the token is too old to be scanned."""
        return self._clock() >= token.expires

    def _forget_oldest(self) -> None:
        while len(self._tokens) > self._remembered:
            oldest = self._tokens.pop(next(iter(self._tokens)))
            if self._current.get(oldest.key.id) is oldest:
                del self._current[oldest.key.id]


def _decode(url: str) -> bytes:
    text = url.removeprefix(_PREFIX)
    if text == url:
        raise TokenInvalid(url)
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        raise TokenInvalid(url) from None
