"""Finding posts by words."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass

from actors.meaning_messages import LoadPosts, SearchText, Vocabulary
from actors.ports import Asks
from actors.search_messages import SearchRequest
from actors.searching import quorum
from actors.searching.lexicon import Lexicon
from actors.searching.quorum import Term
from actors.searching.snippets import terms
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Worded:
    """What was found by words."""

    keys: Sequence[Key] = ()
    """Posts, the best first."""
    terms: tuple[str, ...] = ()
    """The words that show in a post why it was found."""
    corrected: str | None = None
    """The query whose words they have, if not the one that was given."""


class WordFinder:
    """Finds posts that have the words of a query, or those that were meant; on one loop only."""

    def __init__(self, store: Asks) -> None:
        self._store = store
        self._lexicons: OrderedDict[int, tuple[float, Lexicon]] = OrderedDict()

    async def find(self, request: SearchRequest, limit: int) -> Worded:
        """Find posts with all words; else with all words corrected; else with most of them."""
        keys = await self._with(request, request.query, limit)
        said = terms(request.query)
        if keys:
            return Worded(keys=keys, terms=said)
        lexicon = await self._lexicon(request.account)
        other = corrected(request.query, lexicon.posts)
        if other is not None and (keys := await self._with(request, other, limit, again=True)):
            return Worded(keys=keys, terms=terms(other), corrected=other)
        given = quorum.terms(request.query, lexicon)
        keys = await self._with_most(request, given)
        forms = sorted(frozenset[str]().union(*(term.forms for term in given))) if keys else ()
        return Worded(keys=keys, terms=(*said, *forms))

    async def _with_most(self, request: SearchRequest, given: Sequence[Term]) -> list[Key]:
        query = quorum.asked(given)
        if query is None:
            return []
        keys = await self._with(request, query, MOST_READ, again=True)
        posts = await self._store.ask(LoadPosts(account=request.account, posts=tuple(keys)))
        shares = {
            (each.post.channel_id, each.post.id): quorum.share(given, each.post.text)
            for each in posts
        }
        found = [key for key, share in shares.items() if share >= quorum.SHARE]
        return sorted(found, key=lambda key: -shares[key])

    async def _with(
        self, request: SearchRequest, query: str, limit: int, *, again: bool = False
    ) -> list[Key]:
        """Find posts with all words of a query, in place of the request's own, the best first."""
        search = SearchText(
            account=request.account,
            query=query,
            channels=request.channels,
            tags=request.tags,
            since=request.since,
            until=request.until,
            limit=limit,
            again=again,
        )
        found = await self._store.ask(search, timeout=STORE_SECONDS)
        return [(hit.channel_id, hit.post_id) for hit in found]

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
