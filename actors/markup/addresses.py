"""Addresses that are safe to follow."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

_KNOWN: Final = re.compile(r"(?:https?://|tg:|mailto:|tel:)\S", re.IGNORECASE)
_BARE: Final = re.compile(r"[\w-]+(?:\.[\w-]+)+(?::\d+)?(?:[/?#]|\Z)")
_UNPRINTABLE: Final = re.compile(r"[\x00-\x20\x7f]")
_WEB: Final = re.compile(r"(https?://)([^/?#]*)(.*)", re.IGNORECASE)


def safe(address: str) -> str | None:
    """Return an http, https, tg, mailto or tel address, None for any other.

    Spaces and control characters are percent-encoded; a bare name of a site gets https.
    """
    encoded = _UNPRINTABLE.sub(lambda found: f"%{ord(found[0]):02X}", address.strip())
    if _KNOWN.match(encoded):
        return encoded
    return f"https://{encoded}" if _BARE.match(encoded) else None


def unique(addresses: Iterable[str]) -> tuple[str, ...]:
    """Keep the first of those that differ only in http or https, the host's case or a last "/"."""
    first: dict[str, str] = {}
    for address in addresses:
        first.setdefault(_place(address), address)
    return tuple(first.values())


def _place(address: str) -> str:
    web = _WEB.fullmatch(address)
    return f"//{web[2].lower()}{web[3]}".rstrip("/") if web else address
