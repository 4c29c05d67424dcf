"""Reports, as they are kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from actors.values import ParseReport, Unread


def as_plain(report: ParseReport) -> dict[str, Any]:
    """Return a report in values that JSON has, but for when it began, which is kept beside it."""
    until = report.flood_until
    plain = asdict(report) | {"flood_until": None if until is None else until.isoformat()}
    del plain["began_at"]
    return plain


def of_plain(plain: Mapping[str, Any], began_at: datetime) -> ParseReport:
    """Return the report that was kept."""
    until = plain["flood_until"]
    return ParseReport(
        **{
            **plain,
            "unread": tuple(Unread(**each) for each in plain["unread"]),
            "flood_until": None if until is None else datetime.fromisoformat(until),
            "began_at": began_at,
        }
    )
