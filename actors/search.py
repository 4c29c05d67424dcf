"""The actor that searches, answers and sums up."""

from __future__ import annotations

from typing import assert_never

from actors.answerer import Answerer
from actors.digester import Digester
from actors.finder import Finder
from actors.ports import Asks, Streams
from actors.search_messages import (
    AskRequest,
    DigestRequest,
    SearchMessage,
    SearchRequest,
    SimilarRequest,
)
from actors.search_values import Answer
from runtime import Actor, progress
from storage.errors import StorageError


class SearchActor(Actor[SearchMessage]):
    """Find posts, and make answers of them, on a loop of its own: folding and spelling take time.

    It asks the store, which knows what each account may see, and shows nothing else.
    """

    refusals = (*Actor.refusals, StorageError)
    jobs_at_once = 500  # most wait for a model, and a search must not wait for them

    def __init__(
        self, store: Asks, vectors: Asks, providers: Streams, *, cap: int | None = None
    ) -> None:
        """Describe it; `cap` is how many tokens an account may spend a day."""
        self._finder = Finder(store, vectors, providers)
        self._answerer = Answerer(store, providers, self._finder, cap=cap)
        self._digester = Digester(store, providers, cap=cap)

    async def handle(self, message: SearchMessage, /) -> object:
        """Do each search as a job of its own."""
        match message:
            case SearchRequest():
                return self.job(self._finder.find(message))
            case SimilarRequest():
                return self.job(self._finder.similar(message))
            case AskRequest():
                return self.job(self._answer(message))
            case DigestRequest():
                return self.job(self._digester.digest(message))
            case _:
                assert_never(message)

    async def _answer(self, request: AskRequest) -> Answer:
        async def show(text: str) -> None:
            await progress(request, text)

        return await self._answerer.answer(request, show)
