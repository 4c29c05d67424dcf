"""What somebody may have meant who typed a word that occurs nowhere."""

from __future__ import annotations

from collections.abc import Mapping

from rapidfuzz import process
from rapidfuzz.distance import OSA

from actors.searching.words import words

_SHORTEST = 4
"""Letters a word needs to be corrected: shorter ones are near to too many others."""
_LONG = 7
"""Letters from which on two slips are forgiven."""


def corrected(query: str, vocabulary: Mapping[str, int]) -> str | None:
    """Replace the words of a query that are in no post by the nearest that are.

    `vocabulary` tells in how many posts a folded word is. Of words equally near the more frequent
    is taken. None if nothing would change.
    """
    pieces, end = [], 0
    for start, stop, word in words(query):
        pieces += [query[end:start], nearest(word, vocabulary) or query[start:stop]]
        end = stop
    other = "".join([*pieces, query[end:]])
    return None if other == query else other


def nearest(word: str, vocabulary: Mapping[str, int]) -> str | None:
    """Return the word that a folded one which is in no post may stand for, if any is near to it."""
    if len(word) < _SHORTEST or word in vocabulary or word.isdigit():
        return None
    slips = 2 if len(word) >= _LONG else 1
    near = process.extract(
        word, vocabulary.keys(), scorer=OSA.distance, score_cutoff=slips, limit=20
    )
    best = min(near, key=lambda each: (each[1], -vocabulary[each[0]], each[0]), default=None)
    return None if best is None else best[0]
