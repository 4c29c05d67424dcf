"""Entries of a list in brackets that is almost, but not quite, JSON."""

from __future__ import annotations

import re
from typing import Final

_PAIRS: Final = {
    '"': '"”“', "'": "'’", "`": "`'", "«": "»", "“": '”“"', "„": '“”"', "‘": "’'", "”": '”"',
}  # fmt: skip
"""What may close what opened an entry: models mix them."""
_BETWEEN: Final = re.compile(r"[\s,;]*")
_END: Final = re.compile(r"\s*(?=[,;\]\n]|\Z)|\s+(?=[\"'«“])")
"""A quotation mark ends an entry only where the list goes on: the others belong to its words."""
_BARE: Final = re.compile(r"[^,;\[\]\n{}]+(?=[,;\]\n])")
_BRACKET: Final = re.compile(r"\[")
_PLACES: Final = 16
_MOST: Final = 64
_FEWEST_BARE: Final = 2


def items(said: str) -> list[str]:
    """Return what the first list in brackets holds, without what was cut off at its end."""
    for bracket in list(_BRACKET.finditer(said))[:_PLACES]:
        quoted, bare = _entries(said, bracket.end())
        if quoted or len(bare) >= _FEWEST_BARE:  # [1] and [a link](…) are no lists
            return quoted or bare
    return []


def _entries(said: str, place: int) -> tuple[list[str], list[str]]:
    """Read from behind a bracket to its end, or to where nothing follows that is whole."""
    quoted: list[str] = []
    bare: list[str] = []
    while len(quoted) + len(bare) < _MOST:
        place = _skip(said, place)
        closing = _PAIRS.get(said[place : place + 1])
        end = _closed(said, place + 1, closing) if closing else _bare(said, place)
        if end is None:
            break
        entry = said[place:end].strip()
        (quoted if closing else bare).append(entry[1:-1] if closing else entry)
        place = end
    return quoted, bare


def _skip(said: str, place: int) -> int:
    found = _BETWEEN.match(said, place)
    return found.end() if found else place


def _closed(said: str, place: int, closing: str) -> int | None:
    """Find the end of a quoted entry; None if it was cut off."""
    line_end = said.find("\n", place)
    for at in range(place, len(said) if line_end < 0 else line_end):
        if said[at] in closing and said[at - 1] != "\\" and _END.match(said, at + 1):
            return at + 1
    return None


def _bare(said: str, place: int) -> int | None:
    found = _BARE.match(said, place)
    return found.end() if found else None
