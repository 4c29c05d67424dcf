"""Values in words."""

from __future__ import annotations

import unicodedata
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.wording import counted, distance, excerpt, line, moment, printable


@given(st.text(st.characters(exclude_categories=[])))
def test_nothing_unprintable_reaches_a_terminal(text: str) -> None:
    """Whatever a post says, no control, override or surrogate is left; lines stay lines."""
    shown = printable(text)
    allowed = {"\n", "\u200c", "\u200d"}
    kinds = {unicodedata.category(mark) for mark in shown if mark not in allowed}
    assert not kinds & {"Cc", "Cf", "Co", "Cs", "Zl", "Zp"}
    assert shown.encode("utf-8").decode("utf-8") == shown


@given(st.text(st.characters(categories=["L", "N", "P", "S", "M"])))
def test_what_can_be_printed_stays(text: str) -> None:
    """Letters, marks, numbers and signs of any language are shown as they are."""
    assert printable(text) == text


@pytest.mark.parametrize("nasty", ["\x1b[2J", "\x1b]0;title\x07", "\x9b1m", "\u202eabc", "\r"])
def test_no_escape_survives(nasty: str) -> None:
    """Sequences that clear, retitle, colour or reorder lose what makes them work."""
    assert not set(printable(f"a{nasty}b")) & set("\x1b\x07\x9b\u202e\r")


@given(st.text())
def test_a_line_is_one_line(text: str) -> None:
    """A text put on one line has no breaks and no doubled spaces."""
    assert "\n" not in line(text)
    assert "  " not in line(text)


def test_an_excerpt_has_the_first_lines() -> None:
    """Empty lines do not count; dots stand for what follows."""
    assert excerpt("one\n\n two \n\nthree\n", 2, 99) == "one\ntwo ..."
    assert excerpt("one\n\ntwo\n", 2, 99) == "one\ntwo"
    assert excerpt("", 2, 99) == ""


def test_an_excerpt_is_cut_between_words() -> None:
    """A long line ends after a whole word; a word that is too long by itself is cut."""
    assert excerpt("one two three", 2, 7) == "one two ..."
    assert excerpt("one two three", 2, 9) == "one two ..."
    assert excerpt("onetwothree", 2, 3) == "one ..."


@given(st.text(), st.integers(1, 5), st.integers(1, 50))
def test_an_excerpt_is_short(text: str, lines: int, most: int) -> None:
    """It never has more lines or characters than were asked for, dots aside."""
    shown = excerpt(text, lines, most)
    assert len(shown.splitlines()) <= lines
    assert len(shown) <= most + len(" ...")


def test_numbers_agree_with_their_nouns() -> None:
    """One is one, all others are many."""
    assert [counted(n, "post") for n in (0, 1, 2)] == ["0 posts", "1 post", "2 posts"]


def test_a_moment_is_local_and_has_its_offset() -> None:
    """The same instant can be read back from it; never is a dash."""
    time = datetime(2026, 5, 17, 9, 30, tzinfo=UTC)
    assert datetime.fromisoformat(moment(time)) == time
    assert moment(None) == "-"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.4, "now"),
        (-1, "1 s ago"),
        (59, "in 59 s"),
        (-60, "1 min ago"),
        (3599, "in 59 min"),
        (7300, "in 2 h"),
        (-86_400 * 400, "400 d ago"),
    ],
)
def test_a_distance_is_told_in_one_unit(seconds: float, words: str) -> None:
    """The largest of which there is one, before or after now."""
    now = datetime(2026, 5, 17, 9, 30, tzinfo=UTC)
    assert distance(now + timedelta(seconds=seconds), now) == words
    assert distance(None, now) == "-"
