"""Headlines, and answers made of sentences."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.searching.sentences import cut, extract, headline

TEXTS = (
    "Погода хорошая. Банк России повысил ключевую ставку до 17%. Рынок вырос.",
    "Ставка останется высокой до весны. Курс рубля стабилен!",
    "Про футбол. Совсем другое.",
)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("Первое предложение. Второе.", "Первое предложение."),
        ("\n\n  Заголовок\nТекст", "Заголовок"),
        ("«Так!» — сказал он. Она ушла.", "«Так!» — сказал он."),
        ("(Да.) Нет.", "(Да.)"),
        ("", ""),
        ("3.14 is pi", "3.14 is pi"),
    ],
)
def test_a_headline_is_the_first_sentence(text: str, line: str) -> None:
    """It ends at a sentence's end or a line's, not inside a number."""
    assert headline(text) == line


def test_the_sentences_that_speak_of_it_are_chosen() -> None:
    """The best sentence of each text that speaks of the question, the best first."""
    assert extract("что решил Банк России о ключевой ставке?", TEXTS) == [
        (0, "Банк России повысил ключевую ставку до 17%."),
        (1, "Ставка останется высокой до весны."),
    ]


def test_where_none_speaks_of_it_the_first_stands() -> None:
    """The best hit's first sentence, when no word is shared."""
    assert extract("weather tomorrow", TEXTS[2:]) == [(0, "Про футбол.")]
    assert extract("anything", []) == []


@given(st.text(max_size=300), st.integers(10, 100))
def test_a_cut_is_short(text: str, most: int) -> None:
    """What is cut is no longer than asked for, and begins as the text does."""
    short = cut(text, most)
    assert len(short) <= most
    assert short == text or text.startswith(short[:-1])
