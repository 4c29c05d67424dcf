"""Long texts cut into messages."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from actors.markup import MESSAGE, FormattedText, render, split, units
from tests.actors.markup_texts import Strict, formatted


@given(formatted, st.integers(2, 30))
@example(FormattedText("😀😀"), 3)
def test_pieces_are_well_formed_fit_and_make_the_text(text: FormattedText, limit: int) -> None:
    """Each piece is HTML by itself, none is empty or too long, together they say everything."""
    read = [Strict(piece) for piece in split(render(text), limit)]
    assert "".join(piece.text for piece in read) == text.text
    assert all(0 < units(piece.text) <= limit for piece in read)


@given(formatted, st.integers(2, 30))
def test_no_mark_is_lost_at_a_cut(text: FormattedText, limit: int) -> None:
    """Each character has the tags in its piece that it has in the whole."""
    html = render(text)
    found = [tags for piece in split(html, limit) for tags in Strict(piece).tags]
    assert found == Strict(html).tags


@given(st.integers(2, 50), st.integers(0, 200))
def test_no_more_pieces_than_needed_without_places_to_cut(limit: int, length: int) -> None:
    """A text of one long word is cut into full pieces."""
    sizes = [len(piece) for piece in split("x" * length, limit)]
    assert sizes == [limit] * (length // limit) + [length % limit] * (length % limit > 0)


@pytest.mark.parametrize(
    ("html", "limit", "pieces"),
    [
        ("", 9, ()),
        ("<b></b>", 9, ()),
        ("fits", 4, ("fits",)),
        ("one two\n\nthree. four\nfive six", 21, ("one two\n\nthree. four\n", "five six")),
        ("one\ntwo\n\nthree four five", 12, ("one\ntwo\n\n", "three four ", "five")),
        ("It is. It was", 10, ("It is. ", "It was")),
        ("a b c d e f", 10, ("a b c d e ", "f")),
        ("one two\n\nsix\nend", 15, ("one two\n\n", "six\nend")),
        ("abc❤\ufe0fd", 4, ("abc", "❤\ufe0fd")),
        ("one two three", 8, ("one two ", "three")),
        ("<b>one two</b> three", 6, ("<b>one </b>", "<b>two</b> ", "three")),
        ("a &amp; b &lt; c", 5, ("a &amp; ", "b &lt; c")),
        ('<pre><code class="language-c">ab</code></pre>xy', 3,
         ('<pre><code class="language-c">ab</code></pre>x', "y")),
        ("😀😀😀", 5, ("😀😀", "😀")),
        ("abcde\u0301f", 5, ("abcd", "e\u0301f")),
        ("abc👍🏽d", 6, ("abc", "👍🏽d")),
        ("abc👩\u200d👧d", 7, ("abc", "👩\u200d👧d")),
    ],
)  # fmt: skip
def test_texts_are_cut_where_it_disturbs_least(
    html: str, limit: int, pieces: tuple[str, ...]
) -> None:
    """A paragraph's end is best, then a line's, a sentence's, a word's; no character is torn."""
    assert split(html, limit) == pieces


def test_a_message_holds_4096_units() -> None:
    """Without a limit pieces are as long as a message may be; an emoji counts twice."""
    assert [units(piece) for piece in split("😀" * 3000)] == [MESSAGE, 6000 - MESSAGE]


def test_a_limit_below_one_emoji_is_refused() -> None:
    """No text with emoji could be cut into single units."""
    with pytest.raises(ValueError, match="at least 2, not 1"):
        split("x", 1)
