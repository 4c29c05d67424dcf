"""hit@5, mean reciprocal rank and recall@5."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.evaluation.measures import Judged, by_kind, measured

RANKINGS = st.lists(st.integers(1, 15), max_size=10, unique=True)
RELEVANT = st.frozensets(st.integers(1, 15), min_size=1, max_size=6)


def judged(ranking: list[int], relevant: set[int], kind: str = "semantic") -> Judged:
    """What was found for one query."""
    return Judged(kind=kind, ranking=tuple(ranking), relevant=frozenset(relevant))


@pytest.mark.parametrize(
    ("ranking", "relevant", "hit", "mrr", "recall"),
    [
        ([1, 2, 3], {1}, 1, 1, 1),
        ([9, 1, 2], {1, 2, 3, 4}, 1, 1 / 2, 1 / 2),
        ([9, 8, 7, 6, 1, 2], {1, 2}, 1, 1 / 5, 1 / 2),
        ([9, 8, 7, 6, 5, 1], {1}, 0, 1 / 6, 0),
        ([9, 8], {1}, 0, 0, 0),
        ([], {1}, 0, 0, 0),
    ],
)
def test_one_query(
    ranking: list[int], relevant: set[int], hit: float, mrr: float, recall: float
) -> None:
    """Five answers count for hit and recall; for the reciprocal rank, all."""
    found = measured([judged(ranking, relevant)])
    assert (found.hit, found.mrr, found.recall) == (hit, mrr, recall)


def test_queries_weigh_the_same() -> None:
    """The figures are means over queries, and not over right answers."""
    found = measured([judged([1], {1}), judged([9, 2, 3, 4, 5], {1, 2, 3, 4, 5, 6, 7, 8})])
    assert found.queries == 2
    assert (found.hit, found.mrr, found.recall) == (1, (1 + 1 / 2) / 2, (1 + 4 / 8) / 2)


@given(st.lists(st.tuples(RANKINGS, RELEVANT), min_size=1, max_size=5))
def test_the_figures_keep_their_order(queries: list[tuple[list[int], frozenset[int]]]) -> None:
    """Each is from 0 to 1; recall never exceeds hit; a hit is worth a fifth of a rank at least."""
    found = measured([judged(ranking, set(relevant)) for ranking, relevant in queries])
    assert 0 <= found.recall <= found.hit + 1e-9
    assert found.hit / 5 - 1e-9 <= found.mrr <= 1


def test_kinds_are_told_apart() -> None:
    """Each kind has the figures of its own queries, in the order in which kinds occur."""
    found = by_kind([judged([1], {1}, "b"), judged([9], {1}, "a"), judged([9], {1}, "b")])
    assert list(found) == ["b", "a"]
    assert (found["b"].queries, found["b"].hit) == (2, 0.5)
    assert (found["a"].queries, found["a"].hit) == (1, 0)


def test_the_line_and_the_facts_are_of_one_form() -> None:
    """People read three digits, programs four."""
    found = measured([judged([1], {1, 2, 3}), judged([9, 1], {1}), judged([], {2})])
    assert found.line() == "hit@5 0.667  mrr 0.500  recall@5 0.444"
    assert found.facts() == {"hit@5": 0.6667, "mrr": 0.5, "recall@5": 0.4444}
