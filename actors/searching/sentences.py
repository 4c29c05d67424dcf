"""Sentences of posts: the first one, or those that speak of what was asked."""

from __future__ import annotations

import re
from collections.abc import Sequence

from actors.searching.words import akin, words

HEADLINE = 140
"""Characters of a headline."""
SENTENCE = 300
MOST = 3
"""Sentences of an answer made of posts."""

_SPACE = re.compile(r"\s+")
_END = re.compile(r"(?:(?<=[.!?…])|(?<=[.!?…][\"»”)]))\s+(?![a-zа-яё—–-])|\n+")
_SHORT = 3
"""Letters up to which a word says little: of, и, как, the."""


def headline(text: str, most: int = HEADLINE) -> str:
    """Return the beginning of a text on one line: its first sentence, or less."""
    flat = next(filter(None, map(_flat, _END.split(text.strip()))), "")
    return cut(flat, most)


def cut(flat: str, most: int) -> str:
    """Shorten a line at a word."""
    if len(flat) <= most:
        return flat
    space = flat.rfind(" ", most // 2, most)
    return flat[: space if space > 0 else most - 1].rstrip(" ,;:—–-") + "…"


def extract(question: str, texts: Sequence[str], most: int = MOST) -> list[tuple[int, str]]:
    """Return sentences that speak of a question, each with the index of its text; best first.

    Texts are given the best first: of sentences as good as each other, the first text's is taken.
    One text gives one sentence. Where none speaks of it, the first text's first sentence stands.
    """
    asked = {word for _, _, word in words(question) if len(word) > _SHORT}
    best: list[tuple[int, int, str]] = []
    for index, text in enumerate(texts):
        sentences = [flat for piece in _END.split(text) if (flat := _flat(piece))]
        scored = [(_hits(asked, sentence), sentence) for sentence in sentences]
        if scored:
            hits, sentence = max(scored, key=lambda each: each[0])
            best.append((hits, index, cut(sentence, SENTENCE)))
    best.sort(key=lambda each: (-each[0], each[1]))
    speaking = [(index, sentence) for hits, index, sentence in best[:most] if hits]
    return speaking or [(index, sentence) for _, index, sentence in best[:1]]


def _hits(asked: set[str], sentence: str) -> int:
    said = [word for _, _, word in words(sentence)]
    return sum(any(akin(word, other) for other in said) for word in asked)


def _flat(text: str) -> str:
    return _SPACE.sub(" ", text).strip()
