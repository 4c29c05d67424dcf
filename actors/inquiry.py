"""What a person can ask of what was read."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta

from actors.meaning_messages import DescribeMeaning, RetryWork
from actors.ports import Asks, Streams
from actors.search_messages import (
    AskRequest,
    DigestRequest,
    SearchRequest,
    SimilarRequest,
)
from actors.search_values import Answer, Digest, Found, Hit
from storage.meaning_rows import Meaning

ANSWER_SECONDS = 120.0
SEARCH_SECONDS = 60.0
DIGEST_SECONDS = 300.0
MOST_HITS = 100
MOST_LINES = 50
LONGEST = 1000
"""Characters of a query or a question."""
DAY = timedelta(days=1)


class Inquiry:
    """Searches and questions of one account; each shows only what the account may see."""

    id: int

    def _searches(self) -> Streams:
        """Whoever searches."""
        raise NotImplementedError

    def _stores(self) -> Asks:
        """Whoever keeps the posts."""
        raise NotImplementedError

    async def search(
        self,
        query: str,
        *,
        channels: Iterable[int] | None = None,
        tags: Iterable[str] = (),
        since: datetime | None = None,
        until: datetime | None = None,
        limit: int = 10,
    ) -> Found:
        """Find posts by meaning and by words in Russian and English, the best first.

        Words in quotation marks must stand together, and a word behind a minus must not occur. A
        word that occurs nowhere is taken for the nearest that does, which `Found.corrected` tells.
        Times carry an offset. Where the index or its model is down, words alone are searched for,
        and `Found.trouble` says so.
        """
        _check_limit(limit, MOST_HITS)
        request = SearchRequest(
            account=self.id,
            query=_text(query, "query"),
            channels=_ids(channels),
            tags=_words(tags),
            since=_aware(since),
            until=_aware(until),
            limit=limit,
        )
        return await self._searches().ask(request, timeout=SEARCH_SECONDS)

    async def ask(
        self,
        question: str,
        *,
        channels: Iterable[int] | None = None,
        tags: Iterable[str] = (),
        since: datetime | None = None,
        until: datetime | None = None,
        progress: Callable[[str], object] | None = None,
        timeout: float = ANSWER_SECONDS,
    ) -> Answer:
        """Answer a question from the posts, citing them by number.

        `progress` is called on the caller's loop with each piece of a model's answer as it comes.
        Where no model is configured or none can answer, the answer is made of the posts' own
        sentences, and `Answer.manner` and `Answer.trouble` say so. Raises `AskTimeout` when
        nothing has happened for `timeout` seconds.
        """
        request = AskRequest(
            account=self.id,
            question=_text(question, "question"),
            channels=_ids(channels),
            tags=_words(tags),
            since=_aware(since),
            until=_aware(until),
        )
        async with self._searches().stream(request, timeout=timeout) as pieces:
            async for piece in pieces:
                if progress is not None:
                    progress(piece)
        return pieces.result

    async def digest(
        self,
        period: timedelta = DAY,
        *,
        until: datetime | None = None,
        topics: Iterable[str] = (),
        channels: Iterable[int] | None = None,
        lines: int = 10,
        summaries: bool = True,
    ) -> Digest:
        """Sum up what was published in a period that ends now, or at `until`.

        Posts are grouped by `topics`, or by whatever was written of most; what says nearly the same
        has one line. A model that is down costs the summaries only, and `Digest.trouble` says so.
        """
        if period <= timedelta():
            raise ValueError(f"the period must be longer than nothing, not {period}")
        _check_limit(lines, MOST_LINES, "lines")
        end = _aware(until) or datetime.now(UTC)
        request = DigestRequest(
            account=self.id,
            since=end - period,
            until=end,
            channels=_ids(channels),
            topics=_words(topics),
            lines=lines,
            summaries=summaries,
        )
        return await self._searches().ask(request, timeout=DIGEST_SECONDS)

    async def similar(self, channel: int, post: int, *, limit: int = 10) -> tuple[Hit, ...]:
        """Find posts that are near in meaning to one, given as channel and post id.

        There is nothing where the account may not see it, or it is not indexed yet.
        """
        _check_limit(limit, MOST_HITS)
        request = SimilarRequest(account=self.id, channel=channel, post=post, limit=limit)
        return await self._searches().ask(request, timeout=SEARCH_SECONDS)

    async def meaning(self) -> Meaning:
        """Tell how many posts are tagged and indexed, and what the others wait for."""
        return await self._stores().ask(DescribeMeaning(account=self.id))

    async def retry(self) -> int:
        """Have what waits or was given up tagged and indexed at once; return how much it was."""
        return await self._stores().ask(RetryWork(account=self.id))


def _text(text: str, what: str) -> str:
    stripped = text.strip()
    if not stripped:
        raise ValueError(f"the {what} is empty: say what to look for")
    if len(stripped) > LONGEST:
        raise ValueError(f"the {what} has {len(stripped)} characters, more than {LONGEST}")
    return stripped


def _ids(channels: Iterable[int] | None) -> tuple[int, ...] | None:
    return None if channels is None else tuple(channels)


def _words(given: Iterable[str]) -> tuple[str, ...]:
    if isinstance(given, str):
        raise TypeError("give several as a list, and one as a list of one")
    return tuple(stripped for each in given if (stripped := each.strip().casefold()))


def _aware(moment: datetime | None) -> datetime | None:
    if moment is not None and moment.tzinfo is None:
        raise ValueError(f"{moment} has no offset: a time without one is many times")
    return moment


def _check_limit(limit: int, most: int, what: str = "limit") -> None:
    if not 1 <= limit <= most:
        raise ValueError(f"{what} must be from 1 to {most}, not {limit}")
