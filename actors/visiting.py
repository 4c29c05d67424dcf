"""What somebody can choose at the bot, and what they are allowed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, time

from actors.bot_messages import (
    Choose,
    LoadDigestPlan,
    LoadLimits,
    PlanDigest,
    TakeQuestion,
    UnplanDigest,
)
from actors.inquiry import MOST_LINES
from actors.ports import Asks
from storage.bot_rows import DigestPlan, LanguageChoice, Limits, Visitor
from storage.occurrences import WEEK, check_times


class Visiting:
    """Choices of one account."""

    id: int

    def _stores(self) -> Asks:
        """Whoever keeps what is chosen."""
        raise NotImplementedError

    async def choose(
        self, *, language: LanguageChoice | None = None, timezone: str | None = None
    ) -> Visitor:
        """Keep the language of the bot's answers, or the time zone of digests; None: as it is.

        The language "spoken" is the one of the person's Telegram, as it is from time to time. A
        time zone is an IANA name, like Europe/Moscow. Raises `UnknownTimezone`, or
        `UnknownVisitor` for somebody who never wrote to the bot.
        """
        request = Choose(account=self.id, language=language, timezone=timezone)
        return await self._stores().ask(request)

    async def limits(self) -> Limits:
        """Return how many channels the account may follow, and how many questions it may ask."""
        return await self._stores().ask(LoadLimits(account=self.id))

    async def take_question(self) -> datetime | None:
        """Count a question against the account's limit; if none is left, tell when there is one.

        None: it may be asked. Raises `UnknownAccount` for one that is not registered.
        """
        return await self._stores().ask(TakeQuestion(account=self.id))

    async def plan_digest(
        self,
        at: time,
        days: Iterable[int] = WEEK,
        *,
        topics: Iterable[str] = (),
        lines: int = 10,
        channels: Iterable[int] | None = None,
    ) -> DigestPlan:
        """Get digests at a time of the days of one's own time zone, instead of those before.

        Days are counted from 1, Monday, to 7. A time that a day skips is as long after the skip,
        and one that comes twice counts once. Raises `UnknownAccount` for one that is not
        registered.
        """
        chosen = frozenset(days)
        check_times(at, chosen)
        if not 1 <= lines <= MOST_LINES:
            raise ValueError(f"lines must be from 1 to {MOST_LINES}, not {lines}")
        request = PlanDigest(
            account=self.id,
            at=at,
            days=chosen,
            topics=tuple(topics),
            channels=None if channels is None else tuple(channels),
            lines=lines,
        )
        return await self._stores().ask(request)

    async def digest_plan(self) -> DigestPlan | None:
        """Return when digests come, and of what; None: there are none."""
        return await self._stores().ask(LoadDigestPlan(account=self.id))

    async def unplan_digest(self) -> bool:
        """Get no more digests; False if there were none."""
        return await self._stores().ask(UnplanDigest(account=self.id))
