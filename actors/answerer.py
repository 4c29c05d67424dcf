"""Answering questions from posts."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

from actors.finder import STORE_SECONDS, Finder
from actors.meaning_messages import KeepSpending, PoorUntil
from actors.ports import Asks, Streams
from actors.provider_messages import Complete
from actors.providers.outcomes import (
    Completed,
    Completion,
    NoProvider,
    Priority,
    Spent,
    costs_of,
)
from actors.search_messages import AskRequest, SearchRequest
from actors.search_values import Answer, Found, Hit, Source, Trouble, in_words
from actors.searching import prompts
from actors.searching.citations import Citations, checked
from actors.searching.sentences import extract
from runtime import ActorError
from storage.meaning_rows import Spending

SOURCES = 8
"""Posts that an answer is made from, at most."""
ANSWER_SECONDS = 90.0
"""Seconds without any text after which a model is given up."""
NOTHING = "No post of the channels that may be searched says anything about it."

Show = Callable[[str], Awaitable[None]]


class Answerer:
    """Answers for one house; on the search actor's loop only."""

    def __init__(
        self, store: Asks, providers: Streams, finder: Finder, *, cap: int | None = None
    ) -> None:
        """Describe it; `cap` is how many tokens an account may spend a day."""
        self._cap = cap
        self._store = store
        self._providers = providers
        self._finder = finder

    async def answer(self, request: AskRequest, show: Show) -> Answer:
        """Answer by a model, by sentences of the posts where none can, or say that nothing is.

        What is shown is the answer as it comes; if the model breaks off, the one that is returned
        replaces it.
        """
        found = await self._finder.find(
            SearchRequest(
                account=request.account,
                query=request.question,
                channels=request.channels,
                tags=request.tags,
                since=request.since,
                until=request.until,
                limit=SOURCES,
            )
        )
        hits = [hit for hit in found.hits if hit.post.text.strip()]
        if not hits:
            return _nothing(request, found)
        citations = Citations(len(hits))
        text, completion = await self._by_model(request, hits, citations, show)
        match completion:
            case Completed():
                return Answer(
                    question=request.question,
                    text=text,
                    sources=_sources(hits, citations.cited),
                    manner="model",
                    model=completion.spent.model,
                    trouble=found.trouble,
                    troubles=found.troubles,
                )
            case NoProvider():
                return _extracted(request, hits, found.troubles)
            case Trouble():
                why = completion
            case _:
                why = _unanswered(completion.reason)
        return _extracted(request, hits, (*found.troubles, why))

    async def _by_model(
        self, request: AskRequest, hits: Sequence[Hit], citations: Citations, show: Show
    ) -> tuple[str, Completion | Trouble]:
        """Let a model answer; return the text shown, and what became of it or why nothing did."""
        limit = PoorUntil(account=request.account, cap=self._cap)
        poor = await self._store.ask(limit, timeout=STORE_SECONDS)
        if poor is not None:
            why = f"your tokens for today are spent; there are new ones at {poor:%H:%M %Z}."
            return "", replace(_unanswered(why), code="tokens_spent", until=poor)
        prompt = prompts.question(request.question, _numbered(hits))
        ask = Complete(system=prompts.ANSWER, prompt=prompt, priority=Priority.QUESTION)
        shown = []
        try:
            async with self._providers.stream(ask, timeout=ANSWER_SECONDS) as pieces:
                async for piece in pieces:
                    if text := citations.feed(piece):
                        shown.append(text)
                        await show(text)
            completion = pieces.result
        except ActorError as failure:
            return "", _unanswered(str(failure))
        await self._pay(request.account, completion)
        if isinstance(completion, Completed) and not shown:
            shown.append(citations.feed(completion.text))
        if rest := citations.end():
            shown.append(rest)
            await show(rest)
        text = "".join(shown).strip()
        if isinstance(completion, Completed) and not text:
            return "", _unanswered("its answer was empty.")
        return text, completion

    async def _pay(self, account: int, completion: Completion) -> None:
        """Count what was asked, also where the answer was of no use."""
        costs = tuple(spending(account, each, "ask") for each in costs_of(completion))
        if costs:
            await self._store.ask(KeepSpending(spendings=costs))


def spending(account: int, spent: Spent, purpose: str) -> Spending:
    """Return what an answer has cost an account."""
    return Spending(
        account=account,
        provider=spent.provider,
        model=spent.model,
        purpose="digest" if purpose == "digest" else "ask",
        prompt_tokens=spent.prompt_tokens,
        completion_tokens=spent.completion_tokens,
    )


def _unanswered(why: str) -> Trouble:
    return Trouble(code="no_model", text=f"No model has answered: {why}")


def _nothing(request: AskRequest, found: Found) -> Answer:
    return Answer(
        question=request.question,
        text=NOTHING,
        sources=(),
        manner="nothing",
        model=None,
        trouble=found.trouble,
        troubles=found.troubles,
    )


def _extracted(request: AskRequest, hits: Sequence[Hit], troubles: tuple[Trouble, ...]) -> Answer:
    """Answer by the sentences of the posts that speak of the question, less what they cite."""
    texts = [checked(hit.post.text, 0)[0] for hit in hits]
    found = extract(request.question, texts)
    return Answer(
        question=request.question,
        text=" ".join(f"{sentence} [{index + 1}]" for index, sentence in found),
        sources=_sources(hits, frozenset(index + 1 for index, _ in found)),
        manner="extract",
        model=None,
        trouble=in_words(troubles),
        troubles=troubles,
    )


def _sources(hits: Sequence[Hit], cited: frozenset[int]) -> tuple[Source, ...]:
    return tuple(
        Source(number=number, post=hit.post, cited=number in cited)
        for number, hit in enumerate(hits, start=1)
    )


def _numbered(hits: Sequence[Hit]) -> list[tuple[int, str, str]]:
    return [
        (number, f"{hit.post.channel_title}, {hit.post.published_at:%Y-%m-%d %H:%M}", hit.post.text)
        for number, hit in enumerate(hits, start=1)
    ]
