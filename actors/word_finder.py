"""Finding posts by words."""

from __future__ import annotations

import time
from collections import OrderedDict

from actors.meaning_messages import LoadPosts, SearchText, Vocabulary
from actors.ports import Asks
from actors.search_messages import SearchRequest
from actors.searching import quorum
from actors.searching.lexicon import Lexicon
from actors.searching.spelling import corrected
from actors.searching.words import folded

Key = tuple[int, int]
"""Channel and post id."""

MOST_READ = 100
"""How many posts that have some of the words are read for those that have most."""
STORE_SECONDS = 30.0
LEXICON_SECONDS = 300.0
"""How long the words of an account's posts are kept: new ones are corrected to after that."""
LEXICONS = 16


class WordFinder:
    """Finds posts that have the words of a query, or those that were meant; on one loop only."""

    def __init__(self, store: Asks) -> None:
        self._store = store
        self._lexicons: OrderedDict[int, tuple[float, Lexicon]] = OrderedDict()

    async def by_all(self, request: SearchRequest, query: str, limit: int) -> list[Key]:
        """Find posts with all words of a query, in place of the request's own, the best first."""
        search = SearchText(
            account=request.account,
            query=query,
            channels=request.channels,
            tags=request.tags,
            since=request.since,
            until=request.until,
            limit=limit,
        )
        found = await self._store.ask(search, timeout=STORE_SECONDS)
        return [(hit.channel_id, hit.post_id) for hit in found]

    async def corrected(self, request: SearchRequest) -> str | None:
        """Correct the words that are in no post; believed if a post has all that comes of it."""
        lexicon = await self._lexicon(request.account)
        other = corrected(request.query, lexicon.posts)
        if other is None or not await self.by_all(request, other, 1):
            return None
        return other

    async def by_most(self, request: SearchRequest) -> tuple[list[Key], tuple[str, ...]]:
        """Find posts that have most of the words, and the words by which they are found."""
        given = quorum.terms(request.query, await self._lexicon(request.account))
        query = quorum.asked(given)
        if query is None:
            return [], ()
        keys = await self.by_all(request, query, MOST_READ)
        posts = await self._store.ask(LoadPosts(account=request.account, posts=tuple(keys)))
        shares = {
            (each.post.channel_id, each.post.id): quorum.share(given, each.post.text)
            for each in posts
        }
        found = [key for key, share in shares.items() if share >= quorum.SHARE]
        forms = tuple(sorted(frozenset[str]().union(*(term.forms for term in given))))
        return sorted(found, key=lambda key: -shares[key]), forms

    async def _lexicon(self, account: int) -> Lexicon:
        """Return the words of an account's posts, kept for a while."""
        now = time.monotonic()
        made, known = self._lexicons.pop(account, (0.0, None))
        if known is None or now - made > LEXICON_SECONDS:
            words = await self._store.ask(Vocabulary(account=account), timeout=STORE_SECONDS)
            made, known = now, Lexicon({folded(word): posts for word, posts in words})
        self._lexicons[account] = (made, known)
        while len(self._lexicons) > LEXICONS:
            self._lexicons.popitem(last=False)
        return known
