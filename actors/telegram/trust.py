"""The public keys a process trusts: Telegram's own, or the sandbox's, never both.

The sandbox's private key is public. It is trusted only for a loopback address, and a process that
trusts it refuses real accounts, because the table of keys belongs to the whole process.
"""

from __future__ import annotations

import ipaddress
import threading
from urllib.parse import urlsplit

from telethon.crypto import rsa

from actors.errors import BadTelegramAddress, MixedTelegrams

SANDBOX_KEY = """\
-----BEGIN RSA PUBLIC KEY-----
MIIBCgKCAQEAlJ+deQDoytORx9hBDWHjWlBp44BOdNRB83ZQqjiR0sBQobea0Gy3
K3KKHtk7/TjSgdmS2jvgQVctZy0xM1xsnfr6XPXkjVik4oLBW50SGenjyVgsBlOC
X8oK3a3nFRpBtV52BykKRTJ14qAl58JQkJJjXyCf0pzy2JrkoY0n42hAABIr6lz4
JEeqjqLGlFoxWg61mE/6C6oFzWZutIEVmzNLNPaQQjFPu5bkwNZ68srTd9mgbSGY
nsa+Fv6Q7JJeb5KH+H21CFyj/VZBXIqT90ldaJqaj3yo8vXBhw+njSM6M/4HGI+L
YafCW89wowI6vnRQhPmzNEO4WWdlAsxwiwIDAQAB
-----END RSA PUBLIC KEY-----
"""

_lock = threading.Lock()
_trusted: str | None = None


def sandbox_address(address: str) -> tuple[str, int]:
    """Split sandbox://HOST:PORT; raise `BadTelegramAddress` unless it is a loopback address."""
    parts = urlsplit(address)
    try:
        loopback = ipaddress.ip_address(parts.hostname or "").is_loopback
        port = parts.port
    except ValueError:
        raise BadTelegramAddress(address) from None
    if parts.scheme != "sandbox" or not loopback or not port or parts.path not in {"", "/"}:
        raise BadTelegramAddress(address)
    return parts.hostname or "", port


def trust_sandbox() -> None:
    """Trust the sandbox's key from now on, or raise `MixedTelegrams`."""
    _trust("the sandbox")
    rsa.add_key(SANDBOX_KEY, old=False)


def trust_telegram() -> None:
    """Trust Telegram's own keys only, or raise `MixedTelegrams`."""
    _trust("Telegram")


def _trust(which: str) -> None:
    global _trusted  # noqa: PLW0603  Telethon's table of keys is the process's own, and so is this
    with _lock:
        if _trusted not in {None, which}:
            raise MixedTelegrams(str(_trusted), which)
        _trusted = which
