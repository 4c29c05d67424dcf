"""One order out of several, by reciprocal rank.

Cormack, Clarke, Büttcher: Reciprocal Rank Fusion outperforms Condorcet and individual Rank Learning
Methods (SIGIR 2009); k = 60 is theirs.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import TypeVar

T = TypeVar("T", bound=Hashable)

K = 60


def fused(*rankings: Sequence[T], k: int = K) -> list[tuple[T, float]]:
    """Return everything ranked anywhere with its score, the best first.

    What is ranked equally well keeps the order in which the rankings name it first.
    """
    scores: dict[T, float] = {}
    for ranking in rankings:
        for rank, each in enumerate(dict.fromkeys(ranking), start=1):
            scores[each] = scores.get(each, 0.0) + 1 / (k + rank)
    return sorted(scores.items(), key=lambda scored: -scored[1])
