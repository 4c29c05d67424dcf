"""The decision when an account may make a call.

Theory of operation. Telegram punishes some calls with hours of waiting, and tells only then. So an
account keeps to limits of its own: of each limited method, at most so many in any stretch of time.
It also keeps what Telegram told it to wait. Both are values. Whoever sends brings its `Pace` up to
date with `at`, asks `free_at`, and keeps what `sent` counts before it makes the call, so that a
program that is killed has counted too much at worst.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

Method = Literal["history", "dialogs", "resolve", "join"]
"""What is paced apart: a wait for one of them stops none of the others."""


@dataclass(frozen=True, slots=True)
class Limit:
    """At most so many calls in any stretch of time that is so long."""

    most: int
    within: timedelta


LIMITS: Mapping[str, tuple[Limit, ...]] = {
    "resolve": (Limit(10, timedelta(minutes=1)), Limit(150, timedelta(days=1))),
    "join": (Limit(1, timedelta(minutes=1)), Limit(20, timedelta(days=1))),
}
"""What is limited before Telegram limits it; every other method only waits when told to."""

LONGEST = max(limit.within for limits in LIMITS.values() for limit in limits)
"""How long a call counts."""


@dataclass(frozen=True, slots=True)
class Pace:
    """What one account has to wait for, and what it has sent that counts."""

    floods: Mapping[str, datetime] = field(default_factory=dict)
    """Until when Telegram lets a method wait."""
    sends: Mapping[str, tuple[datetime, ...]] = field(default_factory=dict)
    """When calls of a limited method were made, in any order."""

    def at(self, now: datetime) -> Pace:
        """Drop what is over; a call in the future, of before the clock was set back, was just now.

        Otherwise it would count for as long as the clock was set back.
        """
        floods = {method: until for method, until in self.floods.items() if until > now}
        counting = {
            method: tuple(min(at, now) for at in sends if at + LONGEST > now)
            for method, sends in self.sends.items()
        }
        return Pace(floods, {method: sends for method, sends in counting.items() if sends})

    def free_at(self, method: str, now: datetime) -> datetime:
        """Return the earliest time, now or later, at which a call may be made."""
        sends = sorted(self.sends.get(method, ()))
        times = [now, self.floods.get(method, now)]
        times += [
            sends[-limit.most] + limit.within
            for limit in LIMITS.get(method, ())
            if len(sends) >= limit.most
        ]
        return max(times)

    def flooded(self, method: str, until: datetime) -> Pace:
        """Note what Telegram said; an earlier end than is known changes nothing."""
        known = self.floods.get(method, until)
        return Pace({**self.floods, method: max(until, known)}, self.sends)

    def sent(self, method: str, now: datetime) -> Pace:
        """Count a call that is about to be made."""
        if method not in LIMITS:
            return self
        return Pace(self.floods, {**self.sends, method: (*self.sends.get(method, ()), now)})
