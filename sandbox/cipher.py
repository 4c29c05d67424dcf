"""Authorization keys, and the encryption of messages under them.

The scheme: https://core.telegram.org/mtproto/description.
"""

import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from struct import pack

from telethon.crypto import AES, AuthKey

from sandbox.media import HOME

_CLIENT, _SERVER = 0, 8  # "x" of the scheme: who encrypts


class Forged(Exception):
    """A packet does not match its own checksum: the connection is dropped."""


@dataclass(frozen=True, slots=True)
class Device:
    """What a client says about itself."""

    api_id: int = 0
    model: str = "unknown"
    system: str = ""
    app: str = ""


@dataclass(slots=True, eq=False)
class Key:
    """An authorization key of one data centre, and the person it is logged in as."""

    data: bytes
    id: bytes
    person_id: int | None = None
    dc: int = HOME
    awaiting: int | None = None  # who has yet to prove a password
    is_borrowed: bool = False  # imported from the person's own data centre, for files
    is_burnt: bool = False  # seen at two places at once, and good for nothing any more
    device: Device = Device()
    made: float = field(default_factory=time.time)
    active: float = field(default_factory=time.time)

    @classmethod
    def of(cls, data: bytes, person_id: int | None = None, dc: int = HOME) -> "Key":
        """A key under the id Telegram derives from it."""
        return cls(data, pack("<Q", AuthKey(data).key_id), person_id, dc)

    @property
    def public_hash(self) -> int:
        """What the login is called where a person lists theirs."""
        return int.from_bytes(sha256(self.id).digest()[:8], "little", signed=True)

    def enter(self, person_id: int, *, is_borrowed: bool = False) -> None:
        """Log a person in."""
        self.person_id, self.awaiting, self.is_borrowed = person_id, None, is_borrowed
        self.made = self.active = time.time()

    def leave(self) -> None:
        """Log out; the key stays known, as an unauthorised one."""
        self.person_id = self.awaiting = None


class Keys:
    """Every authorization key made here, by its id."""

    def __init__(self) -> None:
        self._by_id: dict[bytes, Key] = {}

    def add(self, key: Key) -> None:
        """Remember a key."""
        self._by_id[key.id] = key

    def find(self, key_id: bytes) -> Key | None:
        """The key with this id, if it was made here."""
        return self._by_id.get(key_id)

    def of(self, person_id: int) -> Iterator[Key]:
        """The keys a person is logged in with, or about to be."""
        for key in tuple(self._by_id.values()):
            if person_id in {key.person_id, key.awaiting}:
                yield key

    def revoke(self, person_id: int) -> None:
        """Log a person out everywhere; the keys stay known, as unauthorised ones."""
        for key in self.of(person_id):
            key.leave()

    def forget(self, person_id: int) -> None:
        """Forget a person's keys, as if they had never been made."""
        for key in self.of(person_id):
            del self._by_id[key.id]

    def burn(self, person_id: int) -> None:
        """Make a person's keys good for nothing."""
        for key in self.of(person_id):
            key.is_burnt = True


class MessageIds:
    """Message ids as Telegram's server makes them: its time, odd, always growing."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._last = 0

    def next(self, *, is_reply: bool) -> int:
        """The next id; answers to a client's message end differently from the rest."""
        now = int(self._clock() * 2**32) & ~3
        self._last = max(now, self._last + 4)
        return self._last | (1 if is_reply else 3)

    def reset(self) -> None:
        """Let the ids follow a clock that was set back."""
        self._last = 0


def encrypt(key: bytes, plain: bytes) -> bytes:
    """Encrypt what follows the key's id, as the server."""
    padded = plain + os.urandom(-(len(plain) + 12) % 16 + 12)
    message_key = _message_key(key, padded, _SERVER)
    return message_key + bytes(AES.encrypt_ige(padded, *_derive(key, message_key, _SERVER)))


def decrypt(key: bytes, data: bytes) -> bytes:
    """Decrypt what followed the key's id, as the server; the padding stays."""
    message_key, body = data[:16], data[16:]
    if len(body) < 32 or len(body) % 16:
        raise Forged
    plain = bytes(AES.decrypt_ige(body, *_derive(key, message_key, _CLIENT)))
    if _message_key(key, plain, _CLIENT) != message_key:
        raise Forged
    return plain


def _message_key(key: bytes, padded: bytes, x: int) -> bytes:
    return sha256(key[88 + x : 120 + x] + padded).digest()[8:24]


def _derive(key: bytes, message_key: bytes, x: int) -> tuple[bytes, bytes]:
    a = sha256(message_key + key[x : x + 36]).digest()
    b = sha256(key[40 + x : 76 + x] + message_key).digest()
    return a[:8] + b[8:24] + a[24:], b[:8] + a[8:24] + b[24:]
