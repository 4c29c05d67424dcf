"""The tagger that needs no provider: statistics of a channel's words, and meaning where it is had.

A text's words and pairs of words are weighed by how they are written, by how rare they are in the
channel, and by how near their meaning is to the whole text's. Measured on thirty posts that were
labelled beforehand (tests/actors/providers/labelled_posts.py): 93 % of them get a tag that the
person gave, 83 % without the model; of the tags shown, three in ten are the person's.
"""

from __future__ import annotations

import math
from collections import Counter, OrderedDict
from collections.abc import Sequence
from typing import Final

from actors.providers.candidates import Candidate, candidates, plain
from actors.providers.ports import Embeddings, EmbeddingsDown
from actors.providers.tag_texts import MOST, text_key

_CHANNELS: Final = 64
_TEXTS: Final = 128
"""As many texts of a channel are remembered; the oldest go."""
_WORDS: Final = 200
"""As many words of a text are."""
_WEIGHED: Final = 31
"""As many candidates are embedded: with the text itself one call."""
_NEAR: Final = 0.25
"""What a candidate is worth whose meaning has nothing to do with the text's."""
_FEWEST: Final = 3
_ENOUGH: Final = 0.4
"""The part of the best score below which a tag is worth showing only if there are too few."""


class Vocabulary:
    """In how many of a channel's latest texts each word occurs."""

    def __init__(self) -> None:
        self._texts: OrderedDict[bytes, frozenset[str]] = OrderedDict()
        self._counts: Counter[str] = Counter()

    def rarity(self, stems: Sequence[str], key: bytes) -> float:
        """Tell how rare words are in the other texts of the channel; 1 where nothing is known."""
        own = self._texts.get(key, frozenset())
        others = len(self._texts) - (key in self._texts)
        most = max(self._counts[stem] - (stem in own) for stem in stems)
        return 1 + math.log((others + 1) / (most + 1)) / math.log(_TEXTS + 1)

    def add(self, stems: Sequence[str], key: bytes) -> None:
        """Remember a text's words; one that is remembered counts once."""
        if key in self._texts:
            return
        self._texts[key] = frozenset(stems[:_WORDS])
        self._counts.update(self._texts[key])
        if len(self._texts) > _TEXTS:
            _, gone = self._texts.popitem(last=False)
            self._counts.subtract(gone)
            self._counts = +self._counts


class LocalTagger:
    """Finds tags in a text itself, offline; the same ones whenever it has seen the same texts."""

    def __init__(self, embeddings: Embeddings | None = None) -> None:
        self._embeddings = embeddings
        self._channels: OrderedDict[int | None, Vocabulary] = OrderedDict()

    async def tag(self, text: str, channel: int | None) -> tuple[str, ...]:
        """Return up to seven tags, none for a text without content; fewer than three if need be."""
        key = text_key(text)
        readable = plain(text)
        found = candidates(readable)
        vocabulary = self._vocabulary(channel)
        scored = [(each.weight * vocabulary.rarity(each.stems, key), each) for each in found]
        vocabulary.add([each.stems[0] for each in found if len(each.stems) == 1], key)
        best = sorted(scored, key=_by_score)[:_WEIGHED]
        nearness = await self._nearness(readable, [each.tag for _, each in best])
        weighed = [
            (score * (_NEAR + near), each)
            for (score, each), near in zip(best, nearness, strict=True)
        ]
        return _chosen(sorted(weighed, key=_by_score))

    def _vocabulary(self, channel: int | None) -> Vocabulary:
        vocabulary = self._channels.setdefault(channel, Vocabulary())
        self._channels.move_to_end(channel)
        if len(self._channels) > _CHANNELS:
            self._channels.popitem(last=False)
        return vocabulary

    async def _nearness(self, text: str, tags: list[str]) -> list[float]:
        """Tell how near each tag's meaning is to the text's; all alike if no model answers."""
        alike = [1.0] * len(tags)
        if self._embeddings is None or not tags:
            return alike
        try:
            whole, *parts = await self._embeddings.embed([text, *tags])
        except EmbeddingsDown:
            return alike
        return [max(0.0, sum(a * b for a, b in zip(whole, part, strict=True))) for part in parts]


def _by_score(scored: tuple[float, Candidate]) -> tuple[float, str]:
    return (-scored[0], scored[1].tag)


def _chosen(scored: list[tuple[float, Candidate]]) -> tuple[str, ...]:
    """Take the best, and no word twice."""
    chosen: list[str] = []
    used: set[str] = set()
    for score, each in scored:
        enough = len(chosen) >= _FEWEST and score < _ENOUGH * scored[0][0]
        if enough or len(chosen) == MOST:
            break
        if used.isdisjoint(each.stems):
            chosen.append(each.tag)
            used.update(each.stems)
    return tuple(chosen)
