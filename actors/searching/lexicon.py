"""The words of an account's posts."""

from __future__ import annotations

from collections.abc import Mapping

from actors.searching.spelling import nearest
from actors.searching.words import STEM, akin


class Lexicon:
    """In how many posts each folded word is, and which words are forms of one."""

    def __init__(self, posts: Mapping[str, int]) -> None:
        self.posts = posts
        self.most = max(posts.values(), default=0)
        """In how many posts the commonest word is: about as many as there are."""
        self._by_beginning: dict[str, list[str]] = {}
        for word in posts:
            self._by_beginning.setdefault(word[:STEM], []).append(word)

    def forms(self, word: str) -> frozenset[str]:
        """Return the words that a folded one may stand for: its forms, or those of the nearest.

        Nothing if posts have none that is near to it.
        """
        return self._forms(word) or self._forms(nearest(word, self.posts) or "")

    def _forms(self, word: str) -> frozenset[str]:
        known = self._by_beginning.get(word[:STEM], ())
        return frozenset(each for each in known if akin(word, each))
