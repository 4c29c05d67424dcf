"""Times and lengths of time as people type them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Final

_LENGTH: Final = re.compile(r"(\d{1,5})\s*(min|h|d|w)")
_UNITS: Final = {
    "min": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
    "w": timedelta(weeks=1),
}
_LONGEST: Final = timedelta(days=36_500)


def length(given: str) -> timedelta | None:
    """Read a length of time: 90min, 24h, 7d or 2w; None if it is none of these."""
    found = _LENGTH.fullmatch(given.strip().lower())
    if found is None:
        return None
    read = int(found[1]) * _UNITS[found[2]]
    return read if timedelta() < read <= _LONGEST else None


def point(given: str, now: datetime) -> datetime | None:
    """Read a time: a length of time ago, or a date or time in ISO-8601; None if it is neither.

    A date is its first moment; what has no offset is local time.
    """
    ago = length(given)
    if ago is not None:
        return now - ago
    try:
        return datetime.fromisoformat(given.strip()).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
