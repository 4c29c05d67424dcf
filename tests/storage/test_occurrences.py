"""The decision when something that happens by the clock on the wall happens next."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.errors import UnknownTimezone
from storage.occurrences import WEEK, next_occurrence, zone_of

BERLIN = ZoneInfo("Europe/Berlin")
"""Forward on 2026-03-29 from 02:00 to 03:00, back on 2026-10-25 from 03:00 to 02:00."""

SATURDAY, SUNDAY = 6, 7

zones = st.sampled_from(
    [
        "UTC",
        "Europe/Berlin",
        "Europe/Moscow",
        "America/Sao_Paulo",  # its clocks went forward at midnight
        "Australia/Lord_Howe",  # by half an hour
        "Pacific/Apia",  # it skipped a whole day
        "Asia/Kathmandu",
    ]
).map(ZoneInfo)
moments = st.datetimes(
    min_value=datetime(2010, 1, 1),  # noqa: DTZ001  hypothesis wants it so
    max_value=datetime(2040, 1, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
)
times = st.times(timezones=st.none())
weeks = st.frozensets(st.integers(1, 7), min_size=1)


def utc(*parts: int) -> datetime:
    """Return a moment by its parts."""
    return datetime(*parts, tzinfo=UTC)  # type: ignore[arg-type, misc]


@given(at=times, days=weeks, zone=zones, after=moments)
def test_it_is_later_and_at_that_time_there(
    at: time, days: frozenset[int], zone: ZoneInfo, after: datetime
) -> None:
    """The clock there shows that time on a chosen day, unless it skips it: then it is after it."""
    found = next_occurrence(at, days, zone, after)
    assert after < found <= after + timedelta(days=9)
    there = found.astimezone(zone)
    wanted = datetime.combine(there.date(), at)
    shown = there.replace(tzinfo=None)
    if shown == wanted:
        assert there.isoweekday() in days
        assert there.fold == 0
    else:
        assert _is_skipped(found, zone, at)


@given(at=times, days=weeks, zone=zones, after=moments)
def test_none_is_passed_over(
    at: time, days: frozenset[int], zone: ZoneInfo, after: datetime
) -> None:
    """A moment just before the next one has the same next one: nothing lies between."""
    found = next_occurrence(at, days, zone, after)
    assert next_occurrence(at, days, zone, found - timedelta(microseconds=1)) == found
    assert next_occurrence(at, days, zone, found) > found


@given(at=times, zone=zones, after=moments)
def test_every_day_has_one(at: time, zone: ZoneInfo, after: datetime) -> None:
    """Thirty days have thirty, but for what the clocks add or take at both ends."""
    count, moment = 0, after
    first = next_occurrence(at, WEEK, zone, after)
    while (moment := next_occurrence(at, WEEK, zone, moment)) <= first + timedelta(days=30):
        count += 1
    assert count in {29, 30, 31}


@pytest.mark.parametrize(
    ("at", "after", "expected"),
    [
        # Skipped: the clocks go from 02:00 to 03:00, and 02:30 becomes 03:30.
        (time(2, 30), utc(2026, 3, 28, 12), utc(2026, 3, 29, 1, 30)),
        (time(2, 30), utc(2026, 3, 29, 1, 30), utc(2026, 3, 30, 0, 30)),
        # Twice: the first counts, and after it the next day's.
        (time(2, 30), utc(2026, 10, 24, 12), utc(2026, 10, 25, 0, 30)),
        (time(2, 30), utc(2026, 10, 25, 0, 30), utc(2026, 10, 26, 1, 30)),
        (time(2, 30), utc(2026, 10, 25, 1, 0), utc(2026, 10, 26, 1, 30)),
        # Nine o'clock stays nine o'clock on both sides.
        (time(9), utc(2026, 3, 28, 8, 30), utc(2026, 3, 29, 7)),
        (time(9), utc(2026, 3, 28, 7, 30), utc(2026, 3, 28, 8)),
        (time(9), utc(2026, 10, 25, 7), utc(2026, 10, 25, 8)),
    ],
)
def test_clocks_that_change(at: time, after: datetime, expected: datetime) -> None:
    """A skipped time comes after the skip, a doubled one once, and others by the wall."""
    assert next_occurrence(at, WEEK, BERLIN, after) == expected


@pytest.mark.parametrize(
    ("days", "expected"),
    [({SATURDAY}, date(2026, 5, 9)), ({SUNDAY}, date(2026, 5, 3)), ({1, 3}, date(2026, 5, 4))],
)
def test_only_chosen_days(days: set[int], expected: date) -> None:
    """From a Saturday at noon on, the days are those of the week there."""
    found = next_occurrence(time(9), days, BERLIN, utc(2026, 5, 2, 10))
    assert found.astimezone(BERLIN).date() == expected


def test_days_are_those_of_the_place() -> None:
    """Where it is Sunday already, Saturday's has passed, though elsewhere it is Saturday."""
    after = utc(2026, 5, 2, 16)
    found = next_occurrence(
        time(0, 30), {SUNDAY}, ZoneInfo("Asia/Tokyo"), after - timedelta(hours=1)
    )
    assert found == utc(2026, 5, 2, 15, 30)
    found = next_occurrence(time(0, 30), {SUNDAY}, ZoneInfo("Asia/Tokyo"), after)
    assert found == utc(2026, 5, 9, 15, 30)


def test_a_day_that_a_place_skips_is_not_forgotten() -> None:
    """Samoa had no 30 December 2011, a Friday: what was due on it came when it would have."""
    apia = ZoneInfo("Pacific/Apia")
    found = next_occurrence(time(9), {5}, apia, utc(2011, 12, 30, 18))
    assert found == utc(2011, 12, 30, 19)


def test_a_week_without_days_has_none() -> None:
    """It is refused, rather than looked for without an end."""
    with pytest.raises(ValueError, match="no day is chosen"):
        next_occurrence(time(9), set(), BERLIN, utc(2026, 5, 2))


@pytest.mark.parametrize(
    "name", ["", "Europe", "Europe/Nowhere", "../etc/passwd", "/etc/passwd", "a\0b", "x" * 300]
)
def test_what_is_no_time_zone_is_refused(name: str) -> None:
    """Whatever somebody writes: the refusal says what one looks like."""
    with pytest.raises(UnknownTimezone, match="Europe/Moscow"):
        zone_of(name)


def _is_skipped(found: datetime, zone: ZoneInfo, at: time) -> bool:
    """Whether the clocks there had gone forward shortly before, past the time that was wanted."""
    before = found - timedelta(days=1, hours=1)
    jump = found.astimezone(zone).utcoffset() or timedelta()
    earlier = before.astimezone(zone).utcoffset() or timedelta()
    moved = jump - earlier
    if moved <= timedelta():
        return False
    return (found.astimezone(zone).replace(tzinfo=None) - moved).time() == at
