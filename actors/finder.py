"""Finding posts by meaning and by words."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import anyio

from actors.meaning_messages import (
    LoadCollections,
    LoadPosts,
    LoadScope,
)
from actors.ports import Asks
from actors.provider_messages import EmbedTexts
from actors.providers.outcomes import Later, Priority
from actors.search_messages import SearchRequest, SimilarRequest
from actors.search_values import Found, Hit, Trouble, in_words
from actors.searching.fusion import fused
from actors.searching.snippets import snippet
from actors.vector_messages import FetchVector, FindNearest
from actors.word_finder import Key, Worded, WordFinder
from runtime import ActorError
from runtime.logs import get_logger
from storage.errors import StorageError
from storage.meaning_rows import CollectionRow, TaggedPost
from storage.vectors.port import Near

log = get_logger("actors")

SPARE, WIDER = 10, 4
"""Of posts in the order in which they are shown so many more are loaded than are wanted, and so
many times as many each time that these are too few: what may not be seen is left out."""
DEEP = 50
"""How many posts each way of searching names at least."""
KNOWN_SECONDS = 5.0
"""How long it is not asked again which collection answers: that counts all posts."""
EMBED_SECONDS = 15.0
STORE_SECONDS = 30.0
FLOORS: Mapping[str, float] = {"use-multilingual-v3": 0.15}
"""Cosines, by model, below which a post is no answer to anything; they part only the clearest."""
NOT_INDEXED = Trouble(
    code="not_indexed", text="No post is indexed yet, so only words were searched for."
)
LOST = (ActorError, StorageError)
"""What keeps one way of searching from answering, while others may."""


@dataclass(slots=True)
class Ways:
    """What each way of searching has found."""

    worded: Worded = field(default_factory=Worded)
    near: list[Near] = field(default_factory=list)
    troubles: list[Trouble] = field(default_factory=list)
    failure: Exception | None = None

    def narrowed(self, why: object) -> None:
        """Note that only words were searched for."""
        self.troubles.append(
            Trouble(code="no_vectors", text=f"Only words were searched for: {why}")
        )


class Finder:
    """Searches for one house; on the search actor's loop only."""

    def __init__(self, store: Asks, vectors: Asks, providers: Asks) -> None:
        self._store = store
        self._vectors = vectors
        self._providers = providers
        self._words = WordFinder(store)
        self._known: tuple[float, CollectionRow] | None = None

    async def find(self, request: SearchRequest) -> Found:
        """Search by both ways at once; for the meaning of what was meant too, if it differs."""
        ways = Ways()
        async with anyio.create_task_group() as group:
            group.start_soon(self._by_words, request, ways)
            group.start_soon(self._by_meaning, request, ways)
        if ways.failure is not None:
            raise ways.failure
        other = ways.worded.corrected
        if other is not None:
            await self._by_meaning(replace(request, query=other), ways)
        hits = await self._hits(request, ways)
        troubles = tuple(dict.fromkeys(ways.troubles))
        return Found(
            query=request.query,
            corrected=other,
            hits=hits,
            trouble=in_words(troubles),
            troubles=troubles,
        )

    async def similar(self, request: SimilarRequest) -> tuple[Hit, ...]:
        """Find what is near to a post the account may see; nothing if it is in no index yet."""
        key = (request.channel, request.post)
        seen = await self._store.ask(LoadPosts(account=request.account, posts=(key,)))
        active = await self._active(None)
        if not seen or seen[0].post.id != request.post or active is None:
            return ()  # of an album that begins with what is hidden, its vector tells
        vector = await self._vectors.ask(
            FetchVector(collection=active.name, channel=key[0], post=key[1])
        )
        if vector is None:
            return ()
        asked = SearchRequest(account=request.account, query="", limit=request.limit)
        near = await self._nearest(asked, active, vector)
        ways = Ways(near=[each for each in near if (each.channel_id, each.post_id) != key])
        return await self._hits(asked, ways)

    async def _by_words(self, request: SearchRequest, ways: Ways) -> None:
        try:
            ways.worded = await self._words.find(request, _deep(request))
        except LOST as lost:
            ways.failure = lost  # raised by `find`, without a group around it

    async def _by_meaning(self, request: SearchRequest, ways: Ways) -> None:
        """Search by meaning; what keeps that from being done is told, and words are left."""
        try:
            try:
                await self._meant(request, ways, self._known)
            except StorageError:
                if self._known is None:
                    raise
                await self._meant(request, ways, None)  # another collection may answer by now
        except LOST as lost:
            self._known = None
            log.warning("search.narrowed", cause=type(lost).__name__)
            ways.narrowed(lost)

    async def _meant(
        self, request: SearchRequest, ways: Ways, known: tuple[float, CollectionRow] | None
    ) -> None:
        active = await self._active(known)
        if active is None:
            ways.troubles.append(NOT_INDEXED)
            return
        embed = EmbedTexts(texts=(request.query,), priority=Priority.QUESTION, model=active.model)
        embedded = await self._providers.ask(embed, timeout=EMBED_SECONDS)
        if isinstance(embedded, Later):
            ways.narrowed(embedded.reason)
            return
        floor = FLOORS.get(active.model, -1.0)
        near = await self._nearest(request, active, embedded.vectors[0])
        ways.near = [each for each in near if each.score >= floor]

    async def _nearest(
        self, request: SearchRequest, active: CollectionRow, vector: tuple[float, ...]
    ) -> tuple[Near, ...]:
        scope = await self._store.ask(
            LoadScope(
                account=request.account,
                channels=request.channels,
                since=request.since,
                until=request.until,
            )
        )
        if not scope.channels:
            return ()
        find = FindNearest(collection=active.name, vector=vector, scope=scope, limit=_deep(request))
        return await self._vectors.ask(find, timeout=STORE_SECONDS)

    async def _hits(self, request: SearchRequest, ways: Ways) -> tuple[Hit, ...]:
        """Fuse what was found, and show of it what the account may see."""
        near = {(each.channel_id, each.post_id): each.score for each in ways.near}
        scores = dict(fused(ways.worded.keys, list(near)))
        by_words = set(ways.worded.keys)
        return tuple(
            Hit(
                post=each.post,
                score=scores[_key(each)],
                similarity=near.get(_key(each)),
                by_words=_key(each) in by_words,
                snippet=snippet(each.post.text, ways.worded.terms),
                tags=each.tags,
            )
            for each in await self._seen(request, list(scores))
        )

    async def _seen(self, request: SearchRequest, keys: Sequence[Key]) -> list[TaggedPost]:
        """Return the first posts that the account may see as they were found, as many as wanted."""
        seen: list[TaggedPost] = []
        begin, size = 0, request.limit + SPARE
        while len(seen) < request.limit and begin < len(keys):
            some = tuple(keys[begin : begin + size])
            load = LoadPosts(account=request.account, posts=some, tags=request.tags)
            seen += [each for each in await self._store.ask(load) if _key(each) in some]
            begin, size = begin + size, WIDER * size
        return seen[: request.limit]

    async def _active(self, known: tuple[float, CollectionRow] | None) -> CollectionRow | None:
        """Return the collection that answers, as it is now or was a moment ago."""
        now = time.monotonic()
        if known is not None and now - known[0] < KNOWN_SECONDS:
            return known[1]
        rows = await self._store.ask(LoadCollections(counted=False))
        active = next((row for row in rows if row.state == "active"), None)
        self._known = None if active is None else (now, active)
        return active


def _deep(request: SearchRequest) -> int:
    return max(DEEP, 3 * request.limit)


def _key(tagged: TaggedPost) -> Key:
    return tagged.post.channel_id, tagged.post.id
