"""The sandbox's published key pair, and the numbers of its key exchange.

The private half is public by intent: whoever trusts PUBLIC_KEY trusts anybody on that address.
"""

from hashlib import sha1
from struct import unpack
from typing import Final

import rsa
from telethon.tl import TLObject

PUBLIC_KEY: Final = """\
-----BEGIN RSA PUBLIC KEY-----
MIIBCgKCAQEAlJ+deQDoytORx9hBDWHjWlBp44BOdNRB83ZQqjiR0sBQobea0Gy3
K3KKHtk7/TjSgdmS2jvgQVctZy0xM1xsnfr6XPXkjVik4oLBW50SGenjyVgsBlOC
X8oK3a3nFRpBtV52BykKRTJ14qAl58JQkJJjXyCf0pzy2JrkoY0n42hAABIr6lz4
JEeqjqLGlFoxWg61mE/6C6oFzWZutIEVmzNLNPaQQjFPu5bkwNZ68srTd9mgbSGY
nsa+Fv6Q7JJeb5KH+H21CFyj/VZBXIqT90ldaJqaj3yo8vXBhw+njSM6M/4HGI+L
YafCW89wowI6vnRQhPmzNEO4WWdlAsxwiwIDAQAB
-----END RSA PUBLIC KEY-----
"""

_P: Final = int(
    "be39759b0506c19b61eed52c8a205584ec75f06a02460aa606a8e89431ee69324c6ebdc51500d608"
    "f4a242e6b8f5c626a54d899d3ba25b5a023f4b79409b37d7d8f0d1b161b59bd11e26d6fa553fa07f"
    "82114372811d701bae39800024fde7eb0d823342c85d545f5b81e5688af208b92d0da2117f76ca93"
    "21c66b66d1df537023554a9abd2973a3",
    16,
)
_PUBLIC: Final = rsa.PublicKey.load_pkcs1(PUBLIC_KEY.encode())
_Q: Final = _PUBLIC.n // _P
_DP: Final = pow(_PUBLIC.e, -1, _P - 1)
_DQ: Final = pow(_PUBLIC.e, -1, _Q - 1)
_QINV: Final = pow(_Q, -1, _P)

# The prime of Telegram's own key exchange, with its generator. 3 to the 1290th is below the
# prime and above 2**1984, the least g_a a careful client accepts; a short exponent is fast.
DH_PRIME: Final = int(
    "c71caeb9c6b1c9048e6c522f70f13f73980d40238e3e21c14934d037563d930f"
    "48198a0aa7c14058229493d22530f4dbfa336f6e0ac925139543aed44cce7c37"
    "20fd51f69458705ac68cd4fe6b6b13abdc9746512969328454f18faf8c595f64"
    "2477fe96bb2a941d5bcd1d4ac8cc49880708fa9b378e3c4f3a9060bee67cf9a4"
    "a4a695811051907e162753b56b0f6b410dba74d8a84b2a14b3144e0ef1284754"
    "fd17ed950d5965b4b9dd46582db1178d169c6bc465b0d6ff9ca3928fef5b9ae4"
    "e418fc15e83ebea0f87fa9ff5eed70050ded2849f47bf959d956850ce929851f"
    "0d8115f635b105ee2e4e15d04b2454bf6f4fadf034b10403119cd8e3b92fcc5b",
    16,
)
DH_G: Final = 3
DH_EXPONENT: Final = 1290


def _fingerprint(key: rsa.PublicKey) -> int:
    numbers = (int(key.n).to_bytes(256, "big"), int(key.e).to_bytes(3, "big"))
    serialized = b"".join(TLObject.serialize_bytes(number) for number in numbers)
    return int(unpack("<q", sha1(serialized, usedforsecurity=False).digest()[-8:])[0])


FINGERPRINT: Final = _fingerprint(_PUBLIC)
"""What the client recognises the key by: the last eight bytes of its SHA-1."""


def rsa_decrypt(block: bytes) -> bytes:
    """Undo the client's raw RSA; 255 bytes, by the Chinese remainder theorem."""
    cipher = int.from_bytes(block, "big")
    by_p, by_q = pow(cipher, _DP, _P), pow(cipher, _DQ, _Q)
    return int(by_q + _Q * ((by_p - by_q) * _QINV % _P)).to_bytes(256, "big")[1:]
