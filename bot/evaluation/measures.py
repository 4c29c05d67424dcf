"""How good rankings are, by which of the right answers are in them and where.

The measures are those of TREC: success at 5 (here hit@5), mean reciprocal rank, recall at 5.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from statistics import fmean

FIRST = 5
"""How many of the best answers hit@5 and recall@5 look at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What was found for one query, and what should have been."""

    kind: str
    ranking: tuple[int, ...]
    """Ids of posts, the best first."""
    relevant: frozenset[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Means over some queries, each from 0 to 1."""

    queries: int
    hit: float
    """Of the queries, those with a right answer among the first five."""
    mrr: float
    """1 over the rank of the first right answer, 0 where there is none."""
    recall: float
    """Of a query's right answers, those among the first five."""

    def facts(self) -> dict[str, float]:
        """Return the figures by the names they go by, to four digits."""
        named = {"hit@5": self.hit, "mrr": self.mrr, "recall@5": self.recall}
        return {name: round(value, 4) for name, value in named.items()}

    def line(self) -> str:
        """Say the figures on one line."""
        return f"hit@5 {self.hit:.3f}  mrr {self.mrr:.3f}  recall@5 {self.recall:.3f}"


def measured(judged: Collection[Judged]) -> Figures:
    """Return the means over queries; there must be one."""
    return Figures(
        queries=len(judged),
        hit=fmean(_found(each, FIRST) > 0 for each in judged),
        mrr=fmean(_reciprocal(each.ranking, each.relevant) for each in judged),
        recall=fmean(_found(each, FIRST) / len(each.relevant) for each in judged),
    )


def by_kind(judged: Iterable[Judged]) -> dict[str, Figures]:
    """Return the means over the queries of each kind, in the order in which the kinds occur."""
    kinds: dict[str, list[Judged]] = {}
    for each in judged:
        kinds.setdefault(each.kind, []).append(each)
    return {kind: measured(members) for kind, members in kinds.items()}


def _found(judged: Judged, first: int) -> int:
    return len(judged.relevant.intersection(judged.ranking[:first]))


def _reciprocal(ranking: Sequence[int], relevant: Collection[int]) -> float:
    return next((1 / rank for rank, each in enumerate(ranking, 1) if each in relevant), 0.0)
