"""Times as the person who reads them counts them."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo


def moment(time: datetime | None, timezone: str) -> str:
    """Say when, to the minute, in a time zone named as IANA does; a dash for never."""
    return "–" if time is None else f"{time.astimezone(ZoneInfo(timezone)):%d.%m.%Y %H:%M}"


def clock(time: datetime, timezone: str) -> str:
    """Say when on this day, to the second."""
    return f"{time.astimezone(ZoneInfo(timezone)):%H:%M:%S}"
