"""Authorization keys, and the encryption of messages under them.

The scheme: https://core.telegram.org/mtproto/description.
"""

import os
import time
from dataclasses import dataclass
from hashlib import sha256
from struct import pack

from telethon.crypto import AES, AuthKey

_CLIENT, _SERVER = 0, 8  # "x" of the scheme: who encrypts


class Forged(Exception):
    """A packet does not match its own checksum: the connection is dropped."""


@dataclass(slots=True, eq=False)
class Key:
    """An authorization key, and the person it is logged in as."""

    data: bytes
    id: bytes
    person_id: int | None = None

    @classmethod
    def of(cls, data: bytes, person_id: int | None = None) -> "Key":
        """A key under the id Telegram derives from it."""
        return cls(data, pack("<Q", AuthKey(data).key_id), person_id)


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

    def revoke(self, person_id: int) -> None:
        """Log a person out everywhere; the keys stay known, as unauthorised ones."""
        for key in self._by_id.values():
            if key.person_id == person_id:
                key.person_id = None


class MessageIds:
    """Message ids as Telegram's server makes them: wall time, odd, always growing."""

    def __init__(self) -> None:
        self._last = 0

    def next(self, *, is_reply: bool) -> int:
        """The next id; answers to a client's message end differently from the rest."""
        now = int(time.time() * 2**32) & ~3
        self._last = max(now, self._last + 4)
        return self._last | (1 if is_reply else 3)


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
