"""Posts that say nearly the same, as one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise

from actors.searching.words import words

LIKE = 0.6
"""Share of word pairs two texts have in common (Jaccard) from which on they are one story."""
_SHORTEST = 4
"""Words below which only equal texts are one story."""
_COMMON = 100
"""Texts that share a pair of words above which the pair tells nothing."""


def folded(texts: Sequence[str], like: float = LIKE) -> list[tuple[int, ...]]:
    """Return groups of indices of texts that say nearly the same, in order of their first.

    A text joins the first group whose first text it is like, so that no chain of small changes
    joins what differs.
    """
    shingles = [_shingles(text) for text in texts]
    groups: list[list[int]] = []
    by_shingle: dict[tuple[str, ...], list[int]] = defaultdict(list)  # to groups
    for index, mine in enumerate(shingles):
        home = _home(mine, groups, shingles, by_shingle, like)
        if home is not None:
            groups[home].append(index)
            continue
        for shingle in mine:
            by_shingle[shingle].append(len(groups))
        groups.append([index])
    return [tuple(group) for group in groups]


def _home(
    mine: frozenset[tuple[str, ...]],
    groups: list[list[int]],
    shingles: list[frozenset[tuple[str, ...]]],
    by_shingle: dict[tuple[str, ...], list[int]],
    like: float,
) -> int | None:
    shared: dict[int, int] = defaultdict(int)
    for shingle in mine:
        known = by_shingle.get(shingle, ())
        if len(known) <= _COMMON:
            for group in known:
                shared[group] += 1
    for group in sorted(shared):
        other = shingles[groups[group][0]]
        common = len(mine & other)
        if common >= like * (len(mine) + len(other) - common):
            return group
    return None


def _shingles(text: str) -> frozenset[tuple[str, ...]]:
    """Return the pairs of neighbouring words; of a very short text, the whole of it."""
    said = [word for _, _, word in words(text)]
    if len(said) < _SHORTEST:
        return frozenset({("", *said)}) if said else frozenset()
    return frozenset(pairwise(said))
