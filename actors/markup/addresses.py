"""Addresses that are safe to follow."""

from __future__ import annotations

import re
from typing import Final

_KNOWN: Final = re.compile(r"(?:https?://|tg:|mailto:|tel:)\S", re.IGNORECASE)
_BARE: Final = re.compile(r"[\w-]+(?:\.[\w-]+)+(?::\d+)?(?:[/?#]|\Z)")
_UNPRINTABLE: Final = re.compile(r"[\x00-\x20\x7f]")


def safe(address: str) -> str | None:
    """Return an http, https, tg, mailto or tel address, None for any other.

    Spaces and control characters are percent-encoded; a bare name of a site gets https.
    """
    encoded = _UNPRINTABLE.sub(lambda found: f"%{ord(found[0]):02X}", address.strip())
    if _KNOWN.match(encoded):
        return encoded
    return f"https://{encoded}" if _BARE.match(encoded) else None
