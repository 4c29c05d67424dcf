"""The decision when a channel is read next, and an account's channels are listed next.

Theory of operation. A time is always set from now on, never from when it was due: whatever the
downtime, each thing is due once after it. Chance only ever shortens a pause, so an interval is a
promise, and what became due together drifts apart. What fails is tried again soon, then ever less
often, but never less often than what succeeds.
"""

from __future__ import annotations

JITTER = 0.1
"""The part of a pause that chance may take away."""

RETRY_SECONDS = 60.0
"""The pause after a first failure; it doubles with each that follows."""

CONFIRM_SECONDS = 6 * 3600 * 0.9
"""An account's memberships are confirmed at least every six hours, late ticks and all."""

CLEAN_SECONDS = 3600.0
"""How often what nobody follows is looked for."""

CLEANED_AT_ONCE = 10
"""Channels that are removed together; the rest has to wait for the next look."""

_MOST_DOUBLINGS = 30  # more than any interval needs


def read_pause(every: float, failures: int, chance: float) -> float:
    """Return the seconds until a channel is read again.

    `failures` in a row have led here, 0 after a success; `chance` is from 0 to 1.
    """
    return _pause(every, failures) * (1 - JITTER * chance)


def confirm_pause(failures: int, chance: float) -> float:
    """Return the seconds until an account's memberships are confirmed again, as above."""
    return read_pause(CONFIRM_SECONDS, failures, chance)


def clean_pause(removed: int) -> float:
    """Return the seconds until what nobody follows is removed again, when so many were just now."""
    return 0.0 if removed >= CLEANED_AT_ONCE else CLEAN_SECONDS


def _pause(every: float, failures: int) -> float:
    if failures == 0:
        return every
    return min(every, RETRY_SECONDS * 2.0 ** min(failures - 1, _MOST_DOUBLINGS))
