"""When a channel is read next."""

from __future__ import annotations

import itertools

from hypothesis import example, given
from hypothesis import strategies as st

from actors.schedule import (
    CLEAN_SECONDS,
    CLEANED_AT_ONCE,
    CONFIRM_SECONDS,
    JITTER,
    RETRY_SECONDS,
    clean_pause,
    confirm_pause,
    read_pause,
)

intervals = st.floats(1.0, 30 * 86_400.0)
chances = st.floats(0.0, 1.0)


@given(intervals, chances)
@example(1800.0, 0.0)
@example(1800.0, 1.0)
def test_a_channel_that_was_read_is_read_again_within_its_interval(
    every: float, chance: float
) -> None:
    """After a success the pause is the interval less at most a tenth: never more."""
    assert every * (1 - JITTER) <= read_pause(every, 0, chance) <= every


@given(intervals, st.integers(1, 10_000), chances)
def test_a_failure_is_tried_again_no_later_than_a_success(
    every: float, failures: int, chance: float
) -> None:
    """However often reading has failed, the next try is within the interval."""
    assert 0 < read_pause(every, failures, chance) <= read_pause(every, 0, chance)


def test_retries_come_ever_less_often_up_to_the_interval() -> None:
    """The pause begins at a minute and doubles with each failure until it is the interval."""
    pauses = [read_pause(1800, failures, 0) for failures in range(1, 9)]
    assert pauses == [60, 120, 240, 480, 960, 1800, 1800, 1800]
    assert pauses[0] == RETRY_SECONDS


def test_what_was_due_together_drifts_apart() -> None:
    """Different chances give different times, evenly over a tenth of the interval."""
    pauses = [read_pause(1800, 0, chance / 10) for chance in range(11)]
    assert [round(a - b, 6) for a, b in itertools.pairwise(pauses)] == [18] * 10


@given(st.integers(0, 100), chances)
def test_memberships_are_confirmed_within_six_hours(failures: int, chance: float) -> None:
    """Whatever chance says, half an hour is left for a late tick and a slow answer."""
    assert confirm_pause(failures, chance) <= CONFIRM_SECONDS <= 5.5 * 3600


def test_what_nobody_follows_is_removed_by_the_hour_and_at_once_if_there_is_more() -> None:
    """As many as may be removed together mean that there may be others."""
    assert clean_pause(CLEANED_AT_ONCE) == 0
    assert clean_pause(CLEANED_AT_ONCE - 1) == clean_pause(0) == CLEAN_SECONDS == 3600
