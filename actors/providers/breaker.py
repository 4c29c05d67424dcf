"""The decision when a provider that has failed is asked again.

Theory of operation. A breaker is a value: what a call came to makes the next one of it, and while
it is open nobody is asked. A provider that asks for time gets what it asks for; one that only says
"too many" gets a growing time. One that is broken is asked on, since one bad answer says little,
until several in a row say that it is down; then it rests, longer each time. Calls that were on
their way when it opened change nothing: they tell of the time before.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from actors.providers.failure import Failed, Outcome

FIRST_PAUSE = timedelta(seconds=30)
LONGEST_BUSY = timedelta(hours=1)
"""The longest pause after a "too many" without a time."""
LONGEST_TOLD = timedelta(hours=25)
"""The longest pause that a provider may ask for: a day, and a clock that differs."""
LONGEST_BROKEN = timedelta(minutes=10)
MISCONFIGURED_PAUSE = timedelta(minutes=10)
BROKEN_IN_A_ROW = 5
"""After so many broken answers without another one between them a provider is taken as down."""


@dataclass(frozen=True, slots=True)
class Breaker:
    """Until when a provider is left alone, and what counts towards the next time."""

    until: datetime | None = None
    why: str = ""
    busy: int = 0
    """Times it has said "too many", without saying how long, since it last answered."""
    broken: int = 0
    """Broken answers since the last one that was not."""

    def open_until(self, now: datetime) -> datetime | None:
        """Return until when nobody is asked; None if it is not open."""
        return self.until if self.until is not None and self.until > now else None

    def answered(self, now: datetime) -> Breaker:
        """Note an answer, also a refusal: somebody is there."""
        return self if self.open_until(now) else Breaker()

    def failed(self, failed: Failed, now: datetime) -> Breaker:
        """Note how a call has failed."""
        match failed.outcome:
            case Outcome.OK | Outcome.REFUSED:
                return self.answered(now)
            case Outcome.BUSY:
                return self._too_many(failed, now)
            case Outcome.MISCONFIGURED:
                return self._open(now + MISCONFIGURED_PAUSE, failed.why, now)
            case Outcome.BROKEN:
                return self._down(failed, now)

    def _too_many(self, failed: Failed, now: datetime) -> Breaker:
        if failed.until is not None and failed.until > now:
            told = min(failed.until, now + LONGEST_TOLD)
            return self._open(told, failed.why, now)
        if self.open_until(now):
            return self
        pause = _growing(self.busy, LONGEST_BUSY)
        return replace(self._open(now + pause, failed.why, now), busy=self.busy + 1)

    def _down(self, failed: Failed, now: datetime) -> Breaker:
        if self.open_until(now):
            return self
        broken = self.broken + 1
        if broken < BROKEN_IN_A_ROW:
            return replace(self, broken=broken)
        pause = _growing(broken - BROKEN_IN_A_ROW, LONGEST_BROKEN)
        return replace(self._open(now + pause, failed.why, now), broken=broken)

    def _open(self, until: datetime, why: str, now: datetime) -> Breaker:
        known = self.open_until(now)
        if known is not None and known >= until:
            return self
        return replace(self, until=until, why=why)


def _growing(times: int, longest: timedelta) -> timedelta:
    # The exponent is bounded: a timedelta overflows as a float does.
    return min(longest, FIRST_PAUSE * (1 << min(times, 16)))
