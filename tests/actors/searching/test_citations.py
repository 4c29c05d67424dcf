"""Citations of sources that were there."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.searching.citations import Citations, checked

PIECES = st.lists(st.text(alphabet="ab [],;0123456789", max_size=8), max_size=12)


@pytest.mark.parametrize(
    ("text", "shown", "cited"),
    [
        ("So it is [1].", "So it is [1].", {1}),
        ("So [2, 1; 9].", "So [2][1].", {1, 2}),
        ("Invented [7], [0].", "Invented , .", set()),
        ("An array [a] and [", "An array [a] and [", set()),
        ("With blanks [ 1 ], [ 8 ], [2,], [9 ;]", "With blanks [1], , [2], ", {1, 2}),
        ("Very many [1, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13].", "Very many [1].", {1}),
        ("A number [123456] of nothing", "A number  of nothing", set()),
        ("Nothing in it [ ], [,]", "Nothing in it [ ], [,]", set()),
        ("Twice [1][1]", "Twice [1][1]", {1}),
        ("In one another [0[7]].", "In one another ].", set()),
        ("In one another [0[2]].", "In one another [0[2]].", {2}),
    ],
)
def test_only_real_sources_are_cited(text: str, shown: str, cited: set[int]) -> None:
    """A number of no source disappears, lists are taken apart, other brackets stay."""
    assert checked(text, 3) == (shown, frozenset(cited))


@given(PIECES, st.integers(0, 5))
def test_pieces_do_not_matter(pieces: list[str], sources: int) -> None:
    """However the answer is cut into pieces, the same is shown and cited."""
    citations = Citations(sources)
    shown = "".join([*map(citations.feed, pieces), citations.end()])
    assert (shown, citations.cited) == checked("".join(pieces), sources)


def test_a_long_list_that_comes_in_pieces_is_one_citation() -> None:
    """Its beginning waits for its end, so that no number of no source slips through."""
    citations = Citations(2)
    pieces = ["So [1, 2, 3, 4, 5, 6, 7,", " 8, 9, 10, 11, 12, 13,", " 14, 99]", "."]
    assert [citations.feed(piece) for piece in pieces] == ["So ", "", "[1][2]", "."]


@given(PIECES, st.integers(0, 5))
def test_nothing_unreal_is_shown(pieces: list[str], sources: int) -> None:
    """No citation in what is shown has a number that is no source's."""
    shown, cited = checked("".join(pieces), sources)
    numbers = {int(number) for number in re.findall(r"\[[\s,;]*(\d+)[\s,;]*\]", shown)}
    assert numbers <= set(range(1, sources + 1))
    assert cited <= set(range(1, sources + 1))
