"""Addresses of a sandbox."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from actors.errors import BadTelegramAddress


def sandbox_address(address: str) -> tuple[str, int]:
    """Split sandbox://HOST:PORT; raise `BadTelegramAddress` unless it is a loopback address."""
    try:
        parts = urlsplit(address)
        loopback = ipaddress.ip_address(parts.hostname or "").is_loopback
        port = parts.port
    except ValueError:
        raise BadTelegramAddress(address) from None
    if parts.scheme != "sandbox" or not loopback or not port or parts.path not in {"", "/"}:
        raise BadTelegramAddress(address)
    return parts.hostname or "", port
