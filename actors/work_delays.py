"""The decision what becomes of a post's work after it was tried, as a table.

Theory of operation. Work ends in one of three ways: its result is kept, it is skipped as there is
nothing to be had, or it is given up after so many failures. Whatever else happens puts it back
with a time, at most a day away, at which it is claimed again like all work that is due: nothing
waits for anybody to remember it. What the post has nothing to do with never counts as a failure,
so an outage of any length gives no post up.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias, assert_never

from actors.providers.outcomes import Embedded, Later, Refused, Tagged
from actors.reasons import TOKENS_SPENT
from runtime import ActorCrashed

MOST_FAILURES = 8
"""As often a post's work may fail; it is also how often it is claimed and not finished."""
FIRST_SECONDS = 15.0
"""The pause after a first failure; it doubles with each that follows."""
MOST_SECONDS = 3600.0
UNKNOWN_SECONDS = 30.0
"""The pause when nobody knows when there will be an answer."""
SPREAD_SECONDS = 1.0
"""What waits for the same moment does not come in the same instant."""
FURTHEST = timedelta(days=1)
"""Nobody is believed who says that he will answer later than that."""

PATIENCE = 8
"""So many posts in a row without an answer, and nobody answers: each alone proves little."""
SHORT = timedelta(seconds=60)
"""A wait that a worker waits itself; a longer one each post is told."""

_JITTER = 0.25


@dataclass(frozen=True, slots=True)
class Keep:
    """The result is kept."""


@dataclass(frozen=True, slots=True)
class Skip:
    """There is nothing to be had, and there never will be for this text."""

    reason: str


@dataclass(frozen=True, slots=True)
class PutBack:
    """It is tried again."""

    until: datetime
    reason: str
    failed: bool
    """Whether this attempt counts."""


@dataclass(frozen=True, slots=True)
class GiveUp:
    """It has failed too often."""

    reason: str


Decision: TypeAlias = Keep | Skip | PutBack | GiveUp
Outcome: TypeAlias = Tagged | Embedded | Refused | Later


def after(outcome: Outcome, attempts: int, now: datetime, chance: float) -> Decision:
    """Decide about work that was claimed `attempts` times, this one included.

    `chance` is from 0 to 1.
    """
    match outcome:
        case Tagged(tags=()):
            return Skip("there is nothing in it to tag")
        case Tagged() | Embedded():
            return Keep()
        case Refused():
            return Skip(f"refused: {outcome.reason}")
        case Later():
            return _again(outcome, attempts, now, chance)
        case _:
            assert_never(outcome)


def _again(later: Later, attempts: int, now: datetime, chance: float) -> Decision:
    if not later.blameless and attempts >= MOST_FAILURES:
        return GiveUp(f"it has failed {attempts} times, the last time: {later.reason}")
    growing = now + _about(FIRST_SECONDS * 2.0 ** max(attempts - 1, 0), chance)
    if later.until is not None:
        spread = timedelta(seconds=SPREAD_SECONDS * chance)
        until = min(max(later.until, now), now + FURTHEST) + spread
        # One provider has answered, if to no use: it may do better long before the others answer,
        # who get their turn before the work is given up.
        if not later.blameless and attempts < MOST_FAILURES - 1:
            until = min(until, growing)
    elif later.blameless:
        until = now + _about(UNKNOWN_SECONDS, chance)
    else:
        until = growing
    return PutBack(until, later.reason, failed=not later.blameless)


def _about(seconds: float, chance: float) -> timedelta:
    return timedelta(seconds=min(seconds * (1 + _JITTER * chance), MOST_SECONDS))


def poor(until: datetime, now: datetime, chance: float) -> PutBack:
    """Decide about work that nobody can pay for until then."""
    spread = timedelta(seconds=SPREAD_SECONDS * chance)
    return PutBack(max(until, now) + spread, TOKENS_SPENT, failed=False)


def outage(trouble: Exception) -> Later:
    """Say of trouble on the way to a provider, or to the vectors, what it means for the work.

    A crash may be the text's doing: the same one is not to crash an actor for ever.
    """
    if isinstance(trouble, ActorCrashed):
        return Later(reason=f"{trouble.actor} crashed at it", until=None, blameless=False)
    return Later(reason=str(trouble), until=None, blameless=True)


def pause(unanswered: int, until: datetime | None, now: datetime) -> float:
    """Return for how many seconds a worker claims nothing, 0 for none.

    `unanswered` posts in a row have got no answer, the last of them until then. A worker that went
    on would claim and put back everything there is, again and again.
    """
    if unanswered < PATIENCE:
        return 0.0
    if until is None:
        return FIRST_SECONDS
    wait = until - now
    return 0.0 if wait > SHORT else max(wait.total_seconds(), 0.0)
