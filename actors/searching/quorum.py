"""Posts that have most of the words of a query, where none has all.

Words weigh by how rare they are (Spärck Jones: A statistical interpretation of term specificity,
1972), so those that every text has count for little, and one that no post has for much.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from actors.searching.lexicon import Lexicon
from actors.searching.words import said_in, words

SHARE = 0.6
"""How much of a query's weight a post has to have."""
_SHORTEST = 3
"""Letters of a word that says something."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """One word of a query, with those of posts that it may stand for."""

    forms: frozenset[str]
    weight: float


def terms(query: str, lexicon: Lexicon) -> tuple[Term, ...]:
    """Return the words of a query; none if it says itself how they go together."""
    found = list(words(query))
    if '"' in query or any(start and query[start - 1] == "-" for start, _, _ in found):
        return ()
    said = dict.fromkeys(word for _, _, word in found if len(word) >= _SHORTEST)
    return tuple(_term(lexicon.forms(word), lexicon) for word in said)


def asked(given: Sequence[Term]) -> str | None:
    """Return a query for posts that may have enough; None if no post can.

    It names the heaviest words only: who has none of them has too little, whatever else is there.
    """
    left = _weight(given)
    enough = SHARE * left
    if not given or _weight(term for term in given if term.forms) < enough:
        return None
    named: list[str] = []
    for term in sorted(given, key=lambda term: -term.weight):
        if left < enough:
            break
        left -= term.weight
        named += sorted(term.forms)
    return " or ".join(named)


def share(given: Sequence[Term], text: str) -> float:
    """Return how much of a query's weight a text has, from 0 to 1."""
    said = said_in(text)
    return _weight(each for each in given if not said.isdisjoint(each.forms)) / _weight(given)


def _weight(given: Iterable[Term]) -> float:
    return sum(term.weight for term in given)


def _term(forms: frozenset[str], lexicon: Lexicon) -> Term:
    posts = sum(lexicon.posts[form] for form in forms)
    return Term(forms=forms, weight=math.log(1 + max(lexicon.most, 1) / max(posts, 1)))
