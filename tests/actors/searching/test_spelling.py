"""Correcting words that occur nowhere."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.searching.spelling import corrected

VOCABULARY = {"экономика": 5, "ставка": 9, "ставки": 3, "inflation": 4, "банк": 8, "бан": 1}


@pytest.mark.parametrize(
    ("query", "other"),
    [
        ("эканомика", "экономика"),
        ("экономикаа растет", "экономика растет"),
        ("inflaton", "inflation"),
        ("Ставкв", "ставка"),  # as near as «ставки», and in more posts
        ("банк ставка", None),
        ("бпк", None),  # too short
        ("совсемдругое", None),
        ("2026", None),
        ("", None),
    ],
)
def test_a_slip_is_forgiven(query: str, other: str | None) -> None:
    """A word near to one that occurs becomes it, the more frequent of two; others stay."""
    assert corrected(query, VOCABULARY) == other


@given(st.text(max_size=40), st.dictionaries(st.text("абвгдеabcde", min_size=1), st.integers(1)))
def test_correcting_ends(query: str, vocabulary: dict[str, int]) -> None:
    """What was corrected is not corrected again."""
    other = corrected(query, vocabulary)
    assert other != query
    if other is not None:
        assert corrected(other, vocabulary) is None
