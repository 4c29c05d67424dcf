"""Long posts in overlapping pieces, as they are indexed.

Theory of operation. An embedding of a long text is an average of all that it is about, in which no
part is found. So a post is embedded piece by piece, each ending where a sentence does or at least a
word, and beginning a little before the end of the last: what is said across a border is whole in
one of both.
"""

from __future__ import annotations

import re

PIECE = 1000
"""Characters of a piece, at most."""
OVERLAP = 150
"""Characters that a piece shares with the one before it, at most."""
MOST_PIECES = 16
"""More of one post is not indexed: its beginning tells what it is about."""

_SHORTEST = PIECE // 2  # a piece that must end early is not shorter
_SENTENCE = re.compile(r"[.!?…]['\")\]»”’]*\s+|\n+")
_WORD = re.compile(r"\s+")


def spans(text: str) -> tuple[tuple[int, int], ...]:
    """Return where the pieces of a text begin and end, in characters; none of a blank text."""
    if not text.strip():
        return ()
    found: list[tuple[int, int]] = []
    start = 0
    while len(found) < MOST_PIECES:
        end = _end(text, start)
        found.append((start, end))
        if end == len(text):
            break
        start = _start(text, end)
    return tuple(found)


def pieces(text: str) -> tuple[str, ...]:
    """Return the pieces of a text that say something, in order."""
    return tuple(piece for low, high in spans(text) if (piece := text[low:high].strip()))


def _end(text: str, start: int) -> int:
    """Where a piece that begins here ends: after a sentence, a word, or what fits."""
    most = start + PIECE
    if most >= len(text):
        return len(text)
    for border in (_SENTENCE, _WORD):
        ends = [each.end() for each in border.finditer(text, start + _SHORTEST, most)]
        if ends:
            return ends[-1]
    return most


def _start(text: str, end: int) -> int:
    """Where the piece after one that ends here begins: with a word, if there is one to begin."""
    earliest = end - OVERLAP
    space = _WORD.search(text, earliest - 1, end)
    return earliest if space is None or space.end() == end else space.end()
