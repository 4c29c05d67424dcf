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
    known: dict[str, str] = {}  # texts say much of what they say more than once
    for found in _WORD.finditer(text):
        said = found.group()
        if (word := known.get(said)) is None:
            word = known[said] = folded(said)
        yield found.start(), found.end(), word


def said_in(text: str) -> frozenset[str]:
    """Return the words of a text, folded, each once."""
    return frozenset(map(folded, set(_WORD.findall(text))))


def folded(word: str) -> str:
    """Return a word as words are compared: without case, ё as е."""
    return word.casefold().replace("ё", "е")


def akin(one: str, other: str) -> bool:
    """Whether two folded words are forms of one: equal but for a short ending.

    It is a guess that serves Russian and English; the database, which finds, has real stems.
    """
    if one == other:
        return True
    if one[:STEM] != other[:STEM]:  # most are not, and are told apart by this alone
        return False
    shared = 0
    for mine, yours in zip(one, other, strict=False):
        if mine != yours:
            break
        shared += 1
    return shared >= STEM and max(len(one), len(other)) - shared <= _ENDING
