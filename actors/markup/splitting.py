"""Long texts in pieces that each fit a message."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from typing import Final
from unicodedata import combining

from actors.markup.parsing import parse
from actors.markup.rendering import render
from actors.markup.text import FormattedText, units

MESSAGE: Final = 4096
"""The most UTF-16 units that Telegram takes in a message, its markup not counted."""

_SMALLEST: Final = 2  # units of one emoji
_JOINER: Final = "\u200d"
_CLUSTER: Final = 32  # characters of the longest emoji, and then some
_ENDS: Final = (
    re.compile(r"\n\s*\n"),
    re.compile(r"\n"),
    re.compile(r"[.!?…]\s"),
    re.compile(r"\s"),
)  # where a text is best cut: after a paragraph, a line, a sentence, a word


def split(html: str, limit: int = MESSAGE) -> tuple[str, ...]:
    """Cut HTML into pieces of at most `limit` units of text, each well-formed by itself.

    The texts of the pieces make the text, spaces included, so a piece may be blank. What has no
    text has no pieces. HTML that Telegram would not take is a ValueError.
    """
    if limit < _SMALLEST:
        msg = f"limit must be at least {_SMALLEST}, not {limit}"
        raise ValueError(msg)
    whole = parse(html)
    cuts = [0, *_cuts(whole.text, limit)]
    return tuple(render(_piece(whole, start, end)) for start, end in pairwise(cuts))


def _piece(whole: FormattedText, start: int, end: int) -> FormattedText:
    """A part of a text; marks keep reaching beyond it, which rendering allows."""
    before = units(whole.text[:start])
    marks = tuple(replace(mark, offset=mark.offset - before) for mark in whole.entities)
    return FormattedText(whole.text[start:end], marks)


def _cuts(text: str, limit: int) -> Iterator[int]:
    """Where the pieces end, the last one included."""
    start = 0
    while start < len(text):
        end = _reach(text, start, limit)
        start = end if end == len(text) else _best(text, start, end)
        yield start


def _reach(text: str, start: int, limit: int) -> int:
    """The end of the longest piece from `start`."""
    end = start
    for character in text[start : start + limit]:
        limit -= 2 if character > "\uffff" else 1
        if limit < 0:
            break
        end += 1
    return end


def _best(text: str, start: int, end: int) -> int:
    """The best place to cut in the later half of a full piece, or else its end."""
    middle = (start + end) // 2
    for pattern in _ENDS:
        places = [found.end() for found in pattern.finditer(text, middle, end)]
        if places:
            return places[-1]
    lowest = max(middle, end - _CLUSTER)
    return next((place for place in range(end, lowest, -1) if not _torn(text, place)), end)


def _torn(text: str, place: int) -> bool:
    """Whether a cut would part what is seen as one character."""
    before, after = text[place - 1], text[place]
    return (
        _JOINER in {before, after}
        or combining(after) != 0
        or "\ufe00" <= after <= "\ufe0f"  # variation selectors
        or "\U0001f3fb" <= after <= "\U0001f3ff"  # skin colours
    )
