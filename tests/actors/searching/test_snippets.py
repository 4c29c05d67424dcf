"""Snippets and their marks."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.searching.snippets import snippet, terms
from actors.searching.words import akin

LONG = f"{40 * 'Слово за словом. '}Центральный банк повысил ключевую ставку. {40 * 'И так далее. '}"


def marked(text: str, query: str) -> list[str]:
    """Return the words marked in the snippet of a text."""
    found = snippet(text, terms(query))
    return [found.text[start:end] for start, end in found.marks]


@pytest.mark.parametrize(
    ("text", "query", "words"),
    [
        ("Банка и банки, но не бант", "банк", ["Банка", "банки"]),
        ("The banks were banking on it", "bank", ["banks", "banking"]),
        ("Всё ещё ёлка", "елка", ["ёлка"]),
        ("ставки-ориентиры COVID-19", "covid-19", ["COVID-19"]),
        ("кот, кит", "кот", ["кот"]),
        ("<b>rates</b> rise", "rates", ["rates"]),
    ],
)
def test_forms_of_a_word_are_marked(text: str, query: str, words: list[str]) -> None:
    """Inflected forms are marked, and words that are short or other are not."""
    assert marked(text, query) == words


def test_the_piece_that_answers_is_cut_out() -> None:
    """Of a long text the snippet is where the words stand, with dots on both sides."""
    found = snippet(LONG, terms("ключевая ставка банка"))
    assert "повысил ключевую ставку" in found.text
    assert found.text.startswith("…")
    assert found.text.endswith("…")


def test_excluded_words_are_not_marked() -> None:
    """A word behind a minus is not looked for."""
    assert terms("ставка -ипотека") == ("ставка",)


@given(st.text(max_size=600), st.text(max_size=30), st.integers(20, 300))
def test_a_snippet_is_a_piece_of_its_text(text: str, query: str, length: int) -> None:
    """It is no longer than asked for, occurs in the text, and marks only what is akin."""
    wanted = terms(query)
    found = snippet(text, wanted, length)
    bare = found.text.removeprefix("…").removesuffix("…")
    assert len(bare) <= length
    assert bare in " ".join(text.split()) or "…" in text
    ends = 0
    for start, end in found.marks:
        assert ends <= start < end <= len(found.text)
        ends = end
        word = found.text[start:end].casefold().replace("ё", "е")
        assert any(akin(word, term) for term in wanted)
