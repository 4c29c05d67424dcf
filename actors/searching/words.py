"""Words of a text, and whether two are forms of one word."""

from __future__ import annotations

import re
from collections.abc import Iterator

_WORD = re.compile(r"[^\W_]+(?:[-’'][^\W_]+)*")
STEM = 4
"""Characters that two forms of one word share at least."""
_ENDING = 3
"""Characters in which they may differ at the end: -ого, -ing."""


def words(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield where each word begins and ends, and the word folded for comparing."""
    for found in _WORD.finditer(text):
        yield found.start(), found.end(), folded(found.group())


def folded(word: str) -> str:
    """Return a word as words are compared: without case, ё as е."""
    return word.casefold().replace("ё", "е")


def akin(one: str, other: str) -> bool:
    """Whether two folded words are forms of one: equal but for a short ending.

    It is a guess that serves Russian and English; the database, which finds, has real stems.
    """
    if one == other:
        return True
    shared = 0
    for mine, yours in zip(one, other, strict=False):
        if mine != yours:
            break
        shared += 1
    return shared >= STEM and max(len(one), len(other)) - shared <= _ENDING
