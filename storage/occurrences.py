"""The decision when something that happens by the clock on the wall happens next.

Theory of operation. An occurrence belongs to a day and a time of a place. A time that the place
skips that day, as its clocks go forward, is as long after the skip as it would have been after its
beginning; one that comes twice, as they go back, counts the first time only. So each chosen day has
one occurrence, whatever the clocks do.
"""

from collections.abc import Set
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from storage.errors import UnknownTimezone

WEEK = frozenset(range(1, 8))
"""Every day of the week: 1 is Monday."""


def next_occurrence(at: time, days: Set[int], zone: ZoneInfo, after: datetime) -> datetime:
    """Return the first moment after another at which it is that time on one of the days there."""
    here = after.astimezone(zone).date()
    # A day that a place skips whole lies behind it there while its occurrence is still to come.
    for distance in range(-1, len(WEEK) + 2):
        day = here + timedelta(days=distance)
        if day.isoweekday() in days and (found := _moment(day, at, zone)) > after:
            return found
    msg = f"no day is chosen in {sorted(days)}: 1 is Monday and 7 is Sunday"
    raise ValueError(msg)


def check_times(at: time, days: Set[int]) -> None:
    """Raise ValueError for what is no time on the wall, or no days of a week."""
    if at.tzinfo is not None:
        msg = f"{at} has an offset: it is to be a time on the wall, by the visitor's own time zone"
        raise ValueError(msg)
    if not days or not days <= WEEK:
        msg = f"days are some of 1 to 7, 1 is Monday, not {sorted(days)}"
        raise ValueError(msg)


def zone_of(name: str) -> ZoneInfo:
    """Return a place's time zone by its IANA name; reads files. Raises UnknownTimezone."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise UnknownTimezone(name) from error


def _moment(day: date, at: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, at.replace(fold=0), tzinfo=zone).astimezone(UTC)
