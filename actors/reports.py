"""Reports, as they are kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from actors.values import ParseReport, Unread

_TIMES = ("flood_until", "counted_at")


def as_plain(report: ParseReport) -> dict[str, Any]:
    """Return a report in values that JSON has, but for when it began, which is kept beside it."""
    plain = asdict(report)
    del plain["began_at"]
    return plain | {name: _written(plain[name]) for name in _TIMES}


def of_plain(plain: Mapping[str, Any], began_at: datetime) -> ParseReport:
    """Return the report that was kept."""
    return ParseReport(
        **{
            **plain,
            "unread": tuple(Unread(**each) for each in plain["unread"]),
            **{name: _read(plain.get(name)) for name in _TIMES},
            "began_at": began_at,
        }
    )


def _written(time: datetime | None) -> str | None:
    return None if time is None else time.isoformat()


def _read(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
