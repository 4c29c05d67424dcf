"""What an account at a provider may still use before its limits say no.

Theory of operation. A limit that is known is kept before the provider has to say so: what is beyond
it is not sent. The value counts requests in stretches of time, and tokens by the day in UTC. It is
kept in memory: a house that is opened anew begins to count anew, and the provider's own "too many"
is then the second net.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from actors.pacing import Limit

FREE_LIMITS = (Limit(20, timedelta(minutes=1)), Limit(50, timedelta(days=1)))
"""What OpenRouter grants for models that cost nothing."""


def limits_of(model: str) -> tuple[Limit, ...]:
    """Return OpenRouter's limits for a model, by its name."""
    return FREE_LIMITS if model.endswith(":free") else ()


@dataclass(frozen=True, slots=True)
class Allowance:
    """The limits of an account, and what counts against them."""

    limits: tuple[Limit, ...] = ()
    tokens_per_day: int | None = None
    sends: tuple[datetime, ...] = ()
    day: datetime | None = None
    """When the day began in which `tokens` were used."""
    tokens: int = 0

    def spent_until(self, now: datetime) -> tuple[datetime, str] | None:
        """Return when a request may be sent again, and why not now; None if it may be sent."""
        waits = [
            (self.sends[-limit.most] + limit.within, _worded(limit))
            for limit in self.limits
            if len(self.sends) >= limit.most
        ]
        if self.tokens_per_day is not None and self._used(now) >= self.tokens_per_day:
            why = "has used the tokens of the day (TGACTORS_TOKENS_PER_DAY)"
            waits.append((_day(now) + timedelta(days=1), why))
        return max([wait for wait in waits if wait[0] > now], default=None)

    def sent(self, now: datetime) -> Allowance:
        """Count a request that is about to be sent."""
        if not self.limits:
            return self
        longest = max(limit.within for limit in self.limits)
        # One in the future, of before the clock was set back, was just now.
        counting = [min(at, now) for at in self.sends if at + longest > now]
        return replace(self, sends=(*counting, now))

    def used(self, tokens: int, now: datetime) -> Allowance:
        """Count the tokens of an answer."""
        return replace(self, tokens=self._used(now) + tokens, day=_day(now))

    def _used(self, now: datetime) -> int:
        return self.tokens if self.day == _day(now) else 0


def _day(now: datetime) -> datetime:
    return now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)


def _worded(limit: Limit) -> str:
    span = "day" if limit.within == timedelta(days=1) else "minute"
    return f"grants {limit.most} requests a {span}, and they are used"
