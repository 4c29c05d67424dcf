"""Key exchange and encryption, step by step, against Telethon's own halves of them."""

import logging
import struct
from collections import defaultdict
from hashlib import sha1
from typing import Any

import pytest
from telethon import functions, types
from telethon.crypto import AES, AuthKey, rsa
from telethon.extensions import BinaryReader
from telethon.helpers import generate_key_data_from_nonce
from telethon.network.mtprotostate import MTProtoState

from sandbox.cipher import Forged, decrypt
from sandbox.handshake import Handshake


def test_a_changed_packet_is_not_read() -> None:
    """What a client encrypts is read with its key; one bit off, or cut, it is refused."""
    key = AuthKey(bytes(range(256)))
    sent = MTProtoState(key, loggers=defaultdict(logging.getLogger)).encrypt_message_data(
        b"sixteen bytes .."
    )
    assert decrypt(key.key, sent[8:])[16:32] == b"sixteen bytes .."
    changed = bytearray(sent[8:])
    changed[-1] ^= 1
    for wrong in (bytes(changed), sent[8:-1], sent[8:40]):
        with pytest.raises(Forged):
            decrypt(key.key, wrong)


@pytest.mark.parametrize(
    ("exponent", "is_short"), [(1448, False), (1503, True), (1741, True), (1742, False)]
)
def test_a_shared_number_with_a_leading_zero_is_made_anew(exponent: int, is_short: bool) -> None:
    """The client would cut such a key short, so it is told to retry; any other is accepted."""
    found_short, answer = _exchange(exponent)
    assert found_short is is_short
    assert isinstance(answer, types.DhGenRetry if is_short else types.DhGenOk)


def test_an_exchange_goes_step_by_step() -> None:
    """A step of another exchange, or before the first, is refused."""
    for request in (
        functions.ReqDHParamsRequest(5, 6, b"\x02", b"\x03", 0, bytes(256)),
        functions.SetClientDHParamsRequest(5, 6, bytes(32)),
        functions.PingRequest(1),
    ):
        with pytest.raises(Forged):
            _step(Handshake(), request)


def _exchange(exponent: int) -> tuple[bool, Any]:
    """Run one key exchange; whether the shared number is short, and the last answer."""
    handshake, nonce, new_nonce = Handshake(), 5, 7
    pq = _step(handshake, functions.ReqPqMultiRequest(nonce))
    inner = types.PQInnerData(pq.pq, b"\x02", b"\x03", nonce, pq.server_nonce, new_nonce)
    fingerprint = pq.server_public_key_fingerprints[0]
    block = rsa.encrypt(fingerprint, bytes(inner))
    offer = _step(
        handshake,
        functions.ReqDHParamsRequest(nonce, pq.server_nonce, b"\x02", b"\x03", fingerprint, block),
    )
    key, iv = generate_key_data_from_nonce(pq.server_nonce, new_nonce)
    dh = BinaryReader(AES.decrypt_ige(offer.encrypted_answer, key, iv)[20:]).tgread_object()
    prime = int.from_bytes(dh.dh_prime, "big")
    shared = pow(int.from_bytes(dh.g_a, "big"), exponent, prime)
    mine = pow(dh.g, exponent, prime)
    data = bytes(types.ClientDHInnerData(nonce, pq.server_nonce, 0, rsa.get_byte_array(mine)))
    sealed = AES.encrypt_ige(sha1(data, usedforsecurity=False).digest() + data, key, iv)
    answer = _step(handshake, functions.SetClientDHParamsRequest(nonce, pq.server_nonce, sealed))
    made = AuthKey(rsa.get_byte_array(shared))
    number = 1 if isinstance(answer, types.DhGenOk) else 2
    expected = made.calc_new_nonce_hash(new_nonce, number)
    assert getattr(answer, f"new_nonce_hash{number}") == expected
    assert (handshake.key is None) == (number == 2)
    return shared.bit_length() <= 2040, answer


def _step(handshake: Handshake, request: Any) -> Any:
    body = bytes(request)
    answer = handshake.step(struct.pack("<qqi", 0, 1, len(body)) + body)
    return BinaryReader(answer).tgread_object()
