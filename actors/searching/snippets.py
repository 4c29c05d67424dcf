"""The piece of a text that shows why it was found."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from actors.search_values import Snippet
from actors.searching.words import akin, words

LENGTH = 240
"""Characters of a snippet, without the dots that say that more was there."""
_LEAD = 40
"""Characters shown before the first word that was searched for."""
_SPACE = re.compile(r"\s+")


def terms(query: str) -> tuple[str, ...]:
    """Return the words of a query as they are looked for; what it excludes is none of them."""
    return tuple(
        dict.fromkeys(
            word for start, _, word in words(query) if start == 0 or query[start - 1] != "-"
        )
    )


def snippet(text: str, wanted: Sequence[str], length: int = LENGTH) -> Snippet:
    """Cut the piece out of a text that holds the most of some terms, and mark them in it."""
    flat = _SPACE.sub(" ", text).strip()
    said = list(words(flat))
    meant = {word for _, _, word in said}
    meant = {word for word in meant if any(akin(word, each) for each in wanted)}
    found = [each for each in said if each[2] in meant]
    low, high = _window(flat, found, length)
    before, after = "…" if low else "", "…" if high < len(flat) else ""
    shift = len(before) - low
    marks = tuple(
        (start + shift, end + shift) for start, end, _ in found if low <= start and end <= high
    )
    return Snippet(text=f"{before}{flat[low:high]}{after}", marks=marks)


def _window(flat: str, found: list[tuple[int, int, str]], length: int) -> tuple[int, int]:
    """Return where to cut: at words, around as many different terms as possible, early rather."""
    if len(flat) <= length:
        return 0, len(flat)
    low = min(_richest(found, length), len(flat) - length)
    high = low + length
    if low:
        low = _next_word(flat, low, high)
    if high < len(flat) and (space := flat.rfind(" ", low + 1, high + 1)) > low + length // 2:
        high = space
    return low, high


def _richest(found: list[tuple[int, int, str]], length: int) -> int:
    """Return where the piece with the most different terms begins, the first of equals.

    The piece is moved along the text: whoever fills a post with one word keeps nobody waiting.
    """
    best, low = 0, 0
    inside: Counter[str] = Counter()
    first = last = 0  # of `found`, those that are inside
    for start, _, _ in found:
        begins = max(0, start - _LEAD)
        while last < len(found) and found[last][1] <= begins + length:
            inside[found[last][2]] += 1
            last += 1
        while found[first][0] < begins:
            if first < last:
                inside[found[first][2]] -= 1
            else:
                last = first + 1  # a word longer than the piece, which never was inside
            first += 1
        inside = +inside
        if len(inside) > best:
            best, low = len(inside), begins
    return low


def _next_word(flat: str, low: int, high: int) -> int:
    if flat[low - 1] == " ":
        return low
    space = flat.find(" ", low, min(high, low + _LEAD))
    return space + 1 if space >= 0 else low
