"""Snippets and their marks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import SupportsIndex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.searching.snippets import _LEAD, _richest, snippet, terms
from actors.searching.words import akin, words

LONG = f"{40 * 'Слово за словом. '}Центральный банк повысил ключевую ставку. {40 * 'И так далее. '}"


class CountingList(list[tuple[int, int, str]]):
    """Counts how often one of its items is looked at."""

    looks = 0

    def __iter__(self) -> Iterator[tuple[int, int, str]]:
        for each in super().__iter__():
            self.looks += 1
            yield each

    def __getitem__(self, index: SupportsIndex) -> tuple[int, int, str]:  # type: ignore[override]
        self.looks += 1
        return super().__getitem__(index)


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


@given(
    st.lists(st.sampled_from(["банк", "ставка", "рубль", "и", "x" * 30]), max_size=60),
    st.integers(min_value=20, max_value=120),
)
def test_no_piece_holds_more_different_terms(said: list[str], length: int) -> None:
    """Of all pieces that begin a little before a term, the first with the most of them."""
    wanted = {"банк", "ставка", "рубль", "x" * 30}
    found = [each for each in words(" ".join(said)) if each[2] in wanted]
    held = {
        begins: len({word for s, e, word in found if begins <= s and e <= begins + length})
        for begins in (max(0, start - _LEAD) for start, _, _ in found)
    }
    most = max(held.values(), default=0)
    expected = min((begins for begins, n in held.items() if n == most), default=0) if most else 0
    assert _richest(found, length) == expected


def test_a_post_that_is_one_word_again_and_again_takes_no_longer() -> None:
    """Every word of it was searched for, and each is looked at once, not with all others."""
    looked = CountingList((at, at + 1, "я") for at in range(0, 8000, 2))
    assert _richest(looked, 240) == 0
    assert looked.looks < 10 * len(looked)


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
