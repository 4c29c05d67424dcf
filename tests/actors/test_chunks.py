"""The pieces of long posts."""

from __future__ import annotations

import itertools

from hypothesis import example, given
from hypothesis import strategies as st

from actors.chunks import MOST_PIECES, OVERLAP, PIECE, pieces, spans

units = st.sampled_from(
    ["я", "слово ", "да. ", "ну… и\n", " ", "оченьдлинноеслово" * 12, "конец.» "]
)
anything = st.lists(st.tuples(units, st.integers(1, 900)), max_size=6).map(
    lambda runs: "".join(unit * n for unit, n in runs)
)
lengths = st.lists(st.integers(1, 40), min_size=1, max_size=20)
prose = st.lists(lengths, max_size=4).map(
    lambda said: "".join(" ".join("я" * n for n in each) + ". " for each in said * 20)
)
texts = prose | anything | st.text()


@given(texts)
@example("я" * PIECE)
@example("я" * (PIECE + 1))
@example(" \n ")
@example(" " * 5000 + "я")
def test_pieces_cover_the_text_in_order(text: str) -> None:
    """Put together without what overlaps they are the text, or its beginning if it is too long."""
    found = spans(text)
    if text.strip():
        assert found[0][0] == 0
        assert all(low <= before for (_, before), (low, _) in itertools.pairwise(found))
        assert found[-1][1] == len(text) or len(found) == MOST_PIECES
    else:
        assert found == ()


@given(texts)
def test_pieces_are_bounded(text: str) -> None:
    """None is longer than allowed or empty, none begins before the last, the overlap is limited."""
    found = spans(text)
    assert len(found) <= MOST_PIECES
    assert all(0 < high - low <= PIECE for low, high in found)
    for (first, end), (low, high) in itertools.pairwise(found):
        assert first < low
        assert end - OVERLAP <= low <= end
        assert end < high
    assert all(piece == piece.strip() != "" for piece in pieces(text))


@given(prose)
def test_a_piece_ends_after_a_sentence_or_a_word(text: str) -> None:
    """In prose no piece ends or begins within a word."""
    found = spans(text)
    for _, end in found[:-1]:
        assert text[end - 1] == " "
    for low, _ in found[1:]:
        assert text[low - 1] == " "


def test_a_sentence_is_preferred_to_a_word() -> None:
    """The border is after the last full stop that fits, though more words would."""
    text = "слово " * 130 + "конец. " + "слово " * 100
    (_, end), *_ = spans(text)
    assert text[:end].endswith("конец. ")
    (_, end), *_ = spans("слово " * 400)
    assert end == 166 * len("слово "), "a word, where no sentence ends"


def test_a_short_post_is_one_piece() -> None:
    """As it is, without the space around it."""
    assert pieces("  Коротко о погоде. \n") == ("Коротко о погоде.",)


def test_the_longest_post_of_telegram_is_indexed_whole() -> None:
    """4,096 characters need fewer pieces than are allowed, even without any border."""
    for text in ("я" * 4096, "слово " * 682):
        assert spans(text)[-1][1] == len(text)
