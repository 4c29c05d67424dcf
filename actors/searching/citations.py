"""Citations like [1] in a model's answer, of sources that really were before it."""

from __future__ import annotations

import re

_BEGUN = r"(?:\[[\d\s,;]{0,200})"
_CITATION = re.compile(rf"({_BEGUN}*)\[(?=[\s,;]*\d)([\d\s,;]{{1,200}})\]")
"""One, with others before it that were begun and never ended: [0[7]."""
_OPEN = re.compile(rf"{_BEGUN}+\Z")
_NUMBER = re.compile(r"\d+")


class Citations:
    """Lets an answer through piece by piece, less what it cites and never saw.

    A citation that is not whole yet waits for its end; [1, 2] becomes [1][2].
    """

    def __init__(self, sources: int) -> None:
        self._sources = sources
        self._held = ""
        self._cited: set[int] = set()

    @property
    def cited(self) -> frozenset[int]:
        """The numbers cited so far."""
        return frozenset(self._cited)

    def feed(self, piece: str) -> str:
        """Take the answer's next piece, and return what can be shown of it."""
        text = self._held + piece
        begun = _OPEN.search(text)
        whole = text[: begun.start()] if begun else text
        self._held = text[len(whole) :]
        return _CITATION.sub(self._checked, whole)

    def end(self) -> str:
        """Return what still waits: the answer has ended, it is no citation."""
        held, self._held = self._held, ""
        return held

    def _checked(self, citation: re.Match[str]) -> str:
        numbers = [int(number) for number in _NUMBER.findall(citation.group(2))]
        real = list(dict.fromkeys(n for n in numbers if 1 <= n <= self._sources))
        self._cited.update(real)
        if not real:
            return ""  # nor what was begun before it, which could end behind it now: [0[7]]
        return citation.group(1) + "".join(f"[{number}]" for number in real)


def checked(text: str, sources: int) -> tuple[str, frozenset[int]]:
    """Return a whole answer less what it cites and never saw, with the numbers it cites."""
    citations = Citations(sources)
    return citations.feed(text) + citations.end(), citations.cited
