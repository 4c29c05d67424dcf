"""The making of an authorization key, one step per unencrypted message.

The exchange: https://core.telegram.org/mtproto/auth_key.
"""

import os
import time
from collections.abc import Callable
from hashlib import sha1
from struct import pack, unpack_from
from typing import Any

from telethon.crypto import AES, AuthKey
from telethon.extensions import BinaryReader
from telethon.helpers import generate_key_data_from_nonce
from telethon.tl import functions, types

from sandbox.cipher import Forged, Key
from sandbox.keys import DH_EXPONENT, DH_G, DH_PRIME, FINGERPRINT, rsa_decrypt
from sandbox.media import HOME

_PQ = 6  # factored at once


class Handshake:
    """One connection's key exchange; `key` is set when it is done."""

    def __init__(self, dc: int = HOME, clock: Callable[[], float] = time.time) -> None:
        self.key: Key | None = None
        self._dc = dc
        self._clock = clock
        self._server_nonce = 0
        self._new_nonce = 0

    def step(self, packet: bytes) -> bytes:
        """The answer's body; raises Forged when the exchange cannot go on."""
        (length,) = unpack_from("<i", packet, 16)
        request = _read(packet[20 : 20 + length])
        match request:
            case functions.ReqPqMultiRequest():
                return self._begin(request)
            case functions.ReqDHParamsRequest(server_nonce=self._server_nonce):
                return self._offer(request)
            case functions.SetClientDHParamsRequest(server_nonce=self._server_nonce):
                return self._finish(request)
        raise Forged

    def _begin(self, request: Any) -> bytes:
        self._server_nonce = int.from_bytes(os.urandom(16), "little", signed=True)
        return bytes(
            types.ResPQ(request.nonce, self._server_nonce, bytes([_PQ]), [FINGERPRINT]),
        )

    def _offer(self, request: Any) -> bytes:
        inner = _read(rsa_decrypt(request.encrypted_data)[20:])
        if not isinstance(inner, types.PQInnerData) or inner.nonce != request.nonce:
            raise Forged
        self._new_nonce = inner.new_nonce
        offer = bytes(
            types.ServerDHInnerData(
                nonce=request.nonce,
                server_nonce=self._server_nonce,
                g=DH_G,
                dh_prime=DH_PRIME.to_bytes(256, "big"),
                g_a=pow(DH_G, DH_EXPONENT, DH_PRIME).to_bytes(256, "big"),
                server_time=int(self._clock()),
            )
        )
        encrypted = AES.encrypt_ige(_digest(offer) + offer, *self._temporary_key())
        return bytes(types.ServerDHParamsOk(request.nonce, self._server_nonce, encrypted))

    def _finish(self, request: Any) -> bytes:
        plain = bytes(AES.decrypt_ige(request.encrypted_data, *self._temporary_key()))
        inner = _read(plain[20:])
        if not isinstance(inner, types.ClientDHInnerData) or not _matches(plain, inner):
            raise Forged
        shared = pow(int.from_bytes(inner.g_b, "big"), DH_EXPONENT, DH_PRIME).to_bytes(256, "big")
        # Telethon drops leading zeros of the shared number, so its hash is of the shorter one.
        key = AuthKey(shared.lstrip(b"\0"))
        nonces = (request.nonce, self._server_nonce)
        if shared[0] == 0:
            retry = key.calc_new_nonce_hash(self._new_nonce, 2)
            return bytes(types.DhGenRetry(*nonces, retry))
        self.key = Key.of(shared, dc=self._dc)
        return bytes(types.DhGenOk(*nonces, key.calc_new_nonce_hash(self._new_nonce, 1)))

    def _temporary_key(self) -> tuple[bytes, bytes]:
        key, iv = generate_key_data_from_nonce(self._server_nonce, self._new_nonce)
        return bytes(key), bytes(iv)


def plain_packet(message_id: int, body: bytes) -> bytes:
    """Frame an unencrypted message."""
    return pack("<qqi", 0, message_id, len(body)) + body


def _read(data: bytes) -> Any:
    with BinaryReader(data) as reader:
        return reader.tgread_object()


def _digest(data: bytes) -> bytes:
    return sha1(data, usedforsecurity=False).digest()


def _matches(plain: bytes, inner: Any) -> bool:
    return _digest(bytes(inner)) == plain[:20]
