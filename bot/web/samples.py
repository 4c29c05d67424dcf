"""What was the case in the last 24 hours, for plots: a few numbers now and then, in memory."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Final

from bot.web.facts import Facts

EVERY_SECONDS: Final = 30.0
MOST: Final = int(24 * 3600 / EVERY_SECONDS)
POINTS: Final = 288
"""Of a plot: 5 minutes each if it shows a day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """What was the case at one moment; None: nobody knows."""

    at: datetime
    stored: float | None
    """Posts stored in the hour before."""
    overdue: float | None
    """Seconds for which the first channel that is due has been so."""
    unread: float | None
    """Channels unread for three intervals."""
    accounts: float | None
    """Accounts that are logged in."""
    due: float | None
    """Posts that are to be tagged or indexed."""
    depth: float
    """Messages in all mailboxes."""
    lag: float
    """Seconds by which the latest of all loops was late."""
    requests: float
    """HTTP requests a second since the sample before."""


COLUMNS: Final = tuple(field.name for field in fields(Sample) if field.name != "at")


class Samples:
    """The samples of a day, the oldest give way."""

    def __init__(self, most: int = MOST) -> None:
        self._kept: deque[Sample] = deque(maxlen=most)

    def __len__(self) -> int:
        """How many there are."""
        return len(self._kept)

    def add(self, sample: Sample) -> None:
        """Keep one."""
        self._kept.append(sample)

    def series(self, points: int = POINTS) -> dict[str, list[float | None]]:
        """Return each number as a line of at most so many points, oldest first, with their times.

        Where samples are more than points, each point shows the worst of its time: what lasted
        half a minute must not be lost in a day.
        """
        kept = list(self._kept)
        size = max(1, -(-len(kept) // points))
        parts = [kept[start : start + size] for start in range(0, len(kept), size)]
        found: dict[str, list[float | None]] = {
            "at": [part[-1].at.timestamp() for part in parts],
        }
        for name in COLUMNS:
            found[name] = [_most([getattr(each, name) for each in part]) for part in parts]
        return found


def sampled(facts: Facts, *, lag: float, requests: float) -> Sample:
    """Make a sample of what is known."""
    seen, actors = facts.observed, facts.statistics.actors
    return Sample(
        at=facts.at,
        stored=None if seen is None else seen.stored[-1],
        overdue=None if seen is None else seen.overdue,
        unread=None if seen is None else seen.unread,
        accounts=None if seen is None else seen.accounts.get("READY", 0),
        due=None if seen is None else sum(each.due for each in seen.work),
        depth=sum(each.depth for each in actors),
        lag=max([lag, *(each.lag for each in actors)]),
        requests=requests,
    )


def _most(values: list[float | None]) -> float | None:
    known = [each for each in values if each is not None]
    return max(known, default=None)
