"""Addresses that lead to the same place."""

import re
from collections.abc import Iterable
from typing import Final

_WEB: Final = re.compile(r"(https?://)([^/?#]*)(.*)", re.IGNORECASE)


def unique(addresses: Iterable[str]) -> tuple[str, ...]:
    """Keep the first of those that differ only in http or https, the host's case or a last "/"."""
    first: dict[str, str] = {}
    for address in addresses:
        first.setdefault(_place(address), address)
    return tuple(first.values())


def _place(address: str) -> str:
    web = _WEB.fullmatch(address)
    return f"//{web[2].lower()}{web[3]}".rstrip("/") if web else address
