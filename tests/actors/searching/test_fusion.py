"""Reciprocal rank fusion."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from actors.searching.fusion import K, fused

RANKING = st.lists(st.integers(0, 30), max_size=20)


def test_what_several_name_is_before_what_one_names() -> None:
    """Second in both rankings beats first in one."""
    assert next(each for each, _ in fused(["a", "both"], ["b", "both"])) == "both"


def test_the_scores_are_those_of_the_paper() -> None:
    """A score is the sum of 1 / (k + rank)."""
    assert dict(fused(["x", "y"], ["y"])) == {"x": 1 / (K + 1), "y": 1 / (K + 2) + 1 / (K + 1)}


@given(st.lists(RANKING, max_size=4))
def test_nothing_is_lost_and_nothing_twice(rankings: list[list[int]]) -> None:
    """Everything ranked anywhere is in the result once, with descending scores."""
    result = fused(*rankings)
    assert sorted(each for each, _ in result) == sorted({each for one in rankings for each in one})
    scores = [score for _, score in result]
    assert scores == sorted(scores, reverse=True)
    assert all(0 < score <= len(rankings) / (K + 1) for score in scores)


@given(RANKING)
def test_one_ranking_keeps_its_order(ranking: list[int]) -> None:
    """Fusing a single ranking changes nothing but its repetitions."""
    assert [each for each, _ in fused(ranking)] == list(dict.fromkeys(ranking))


@given(RANKING, RANKING)
def test_a_better_rank_is_never_worse(one: list[int], other: list[int]) -> None:
    """Whoever is before another in every ranking is before it in the result."""
    order = [each for each, _ in fused(one, other)]
    ranks = [list(dict.fromkeys(one)), list(dict.fromkeys(other))]
    for a in order:
        for b in order:
            if a != b and all(a in r and (b not in r or r.index(a) < r.index(b)) for r in ranks):
                assert order.index(a) < order.index(b)
