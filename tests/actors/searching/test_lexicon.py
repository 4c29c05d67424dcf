"""Which words of posts a word may stand for."""

from __future__ import annotations

import pytest

from actors.searching.lexicon import Lexicon

POSTS = {"сырники": 2, "сырников": 1, "ставка": 4, "ставок": 1, "gold": 3, "golden": 1, "дом": 5}


@pytest.mark.parametrize(
    ("word", "forms"),
    [
        ("сырниками", {"сырники", "сырников"}),
        ("сырники", {"сырники", "сырников"}),
        ("сыринки", {"сырники", "сырников"}),  # a slip stands for all forms of what was meant
        ("gold", {"gold", "golden"}),
        ("дом", {"дом"}),
        ("дым", set()),  # too short to be a slip
        ("пирамида", set()),
        ("", set()),
    ],
)
def test_a_word_stands_for_forms(word: str, forms: set[str]) -> None:
    """Forms of a known word are known; a slip is taken for the nearest; a strange word is none."""
    assert Lexicon(POSTS).forms(word) == forms


def test_the_commonest_word_tells_how_many_posts_there_are() -> None:
    """Nothing else of the posts is known here."""
    assert Lexicon(POSTS).most == 5
    assert Lexicon({}).most == 0
