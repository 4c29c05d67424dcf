"""Times as people type them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.periods import length, point

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("given_", "expected"),
    [
        ("90min", timedelta(minutes=90)),
        ("24h", timedelta(days=1)),
        (" 7D ", timedelta(days=7)),
        ("2 w", timedelta(weeks=2)),
        ("0h", None),
        ("7", None),
        ("-1d", None),
        ("99999w", None),
        ("", None),
    ],
)
def test_a_length_of_time(given_: str, expected: timedelta | None) -> None:
    """A number with a unit is a length of time; nothing, too much and anything else is none."""
    assert length(given_) == expected


@pytest.mark.parametrize(
    ("given_", "expected"),
    [
        ("1d", NOW - timedelta(days=1)),
        ("2026-01-31T10:00+03:00", datetime(2026, 1, 31, 7, tzinfo=UTC)),
        ("2026-01-31", datetime(2026, 1, 31).astimezone(UTC)),
        ("yesterday", None),
        ("2026-13-01", None),
    ],
)
def test_a_point_in_time(given_: str, expected: datetime | None) -> None:
    """A length of time ago, or a date; one without an offset is local."""
    assert point(given_, NOW) == expected


@given(st.text(max_size=20))
def test_nothing_typed_raises(given_: str) -> None:
    """Whatever is typed is read or refused, and what is read has an offset."""
    found = point(given_, NOW)
    assert found is None or found.tzinfo is not None
