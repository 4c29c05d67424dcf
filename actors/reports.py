"""Reports, as they are kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from actors.values import ParseReport, Unread


def as_plain(report: ParseReport) -> dict[str, Any]:
    """Return a report in values that JSON has."""
    until = report.flood_until
    return asdict(report) | {"flood_until": None if until is None else until.isoformat()}


def of_plain(plain: Mapping[str, Any]) -> ParseReport:
    """Return the report that was kept."""
    until = plain["flood_until"]
    return ParseReport(
        **{
            **plain,
            "unread": tuple(Unread(**each) for each in plain["unread"]),
            "flood_until": None if until is None else datetime.fromisoformat(until),
        }
    )
