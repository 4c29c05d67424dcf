"""Words of a text, and forms of one word."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from actors.searching.words import STEM, akin, folded, said_in, words

TEXTS = st.text(alphabet="аеёЁяЯabİßſ-’'_ 7", max_size=60) | st.text(max_size=60)
ENDS = st.text(alphabet="abё", max_size=4).map(folded)


@given(TEXTS)
def test_words_are_where_they_are_said_to_be(text: str) -> None:
    """Each is the text between its ends, folded; and each of them is said in the text."""
    found = list(words(text))
    assert all(folded(text[begin:end]) == word for begin, end, word in found)
    assert said_in(text) == {word for _, _, word in found}


@given(ENDS, ENDS, ENDS)
def test_forms_share_their_beginning(begin: str, end: str, other_end: str) -> None:
    """They are equal, or begin with four same characters at least and end with three others."""
    one, other = begin + end, begin + other_end
    shared = next(at for at in range(min(len(one), len(other)), -1, -1) if one[:at] == other[:at])
    rest = max(len(one), len(other)) - shared
    assert akin(one, other) == (one == other or (shared >= STEM and rest <= 3))


def test_forms_of_russian_and_english_words_are_akin() -> None:
    """And words that only look alike at their beginning are not."""
    assert akin("метро", "метрополитен") is False
    assert akin("ставка", "ставкой")
    assert akin("running", "runni")
    assert not akin("кот", "коты")
