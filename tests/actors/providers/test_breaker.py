"""When a provider that has failed is asked again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.providers.breaker import (
    BROKEN_IN_A_ROW,
    LONGEST_BROKEN,
    LONGEST_BUSY,
    LONGEST_TOLD,
    MISCONFIGURED_PAUSE,
    Breaker,
)
from actors.providers.failure import Failed, Outcome

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def after(outcome: Outcome, until: datetime | None = None) -> Failed:
    """A failure."""
    return Failed(outcome, f"is {outcome.value}", until=until)


def pauses(outcome: Outcome, times: int) -> list[float]:
    """For how many seconds each of some failures in a row opens, each as soon as it is possible."""
    breaker, now, seconds = Breaker(), NOON, []
    for _ in range(times):
        breaker = breaker.failed(after(outcome), now)
        until = breaker.open_until(now) or now
        seconds.append((until - now).total_seconds())
        now = until
    return seconds


def test_a_busy_provider_gets_the_time_it_asks_for() -> None:
    """It is open until then, and not a moment longer."""
    until = NOON + timedelta(hours=5)
    breaker = Breaker().failed(after(Outcome.BUSY, until), NOON)
    assert breaker.open_until(NOON) == until
    assert breaker.open_until(until) is None


def test_the_latest_time_counts() -> None:
    """A call that was on its way may learn of a longer wait, and a shorter one changes nothing."""
    breaker, hour = Breaker(), timedelta(hours=1)
    for hours in (2, 5, 3):
        breaker = breaker.failed(after(Outcome.BUSY, NOON + hours * hour), NOON)
    assert breaker.open_until(NOON) == NOON + 5 * hour


def test_no_provider_gets_more_than_a_day() -> None:
    """A time in the year 3000 is a mistake, and is not obeyed."""
    breaker = Breaker().failed(after(Outcome.BUSY, NOON.replace(year=3000)), NOON)
    assert breaker.open_until(NOON) == NOON + LONGEST_TOLD


def test_a_time_that_is_over_is_none() -> None:
    """A busy provider whose clock is behind is not asked again at once."""
    breaker = Breaker().failed(after(Outcome.BUSY, NOON - timedelta(hours=1)), NOON)
    assert breaker.open_until(NOON) == NOON + timedelta(seconds=30)


def test_a_busy_provider_without_a_time_gets_ever_more() -> None:
    """It is 30 seconds, then twice as long each time, an hour at most."""
    longest = LONGEST_BUSY.total_seconds()
    assert pauses(Outcome.BUSY, 9) == [30, 60, 120, 240, 480, 960, 1920, longest, longest]


def test_one_broken_answer_never_opens() -> None:
    """Only the fifth in a row does, for 30 seconds, then twice as long, 10 minutes at most."""
    longest = LONGEST_BROKEN.total_seconds()
    quiet = [0.0] * (BROKEN_IN_A_ROW - 1)
    assert pauses(Outcome.BROKEN, 11) == [*quiet, 30, 60, 120, 240, 480, longest, longest]


@pytest.mark.parametrize("between", ["answer", "refusal"])
def test_an_answer_begins_the_count_anew(between: str) -> None:
    """Four broken answers, one good or refusing, and four again open nothing."""
    breaker = Breaker()
    for number in range(9):
        if number == 4:
            refusal = after(Outcome.REFUSED)
            breaker = (
                breaker.answered(NOON) if between == "answer" else breaker.failed(refusal, NOON)
            )
        else:
            breaker = breaker.failed(after(Outcome.BROKEN), NOON)
    assert breaker.open_until(NOON) is None


def test_an_answer_begins_the_growing_anew() -> None:
    """After an answer a busy provider without a time gets 30 seconds again."""
    breaker, now = Breaker(), NOON
    for _ in range(3):
        breaker = breaker.failed(after(Outcome.BUSY), now)
        now = breaker.open_until(now) or now
    breaker = breaker.answered(now).failed(after(Outcome.BUSY), now)
    assert breaker.open_until(now) == now + timedelta(seconds=30)


def test_a_misconfigured_provider_rests_for_ten_minutes() -> None:
    """It is asked again then: somebody may have changed the key there."""
    breaker = Breaker().failed(after(Outcome.MISCONFIGURED), NOON)
    assert breaker.open_until(NOON) == NOON + MISCONFIGURED_PAUSE
    assert breaker.why == "is misconfigured"


def test_calls_of_before_do_not_close_it() -> None:
    """An answer to a call that was on its way does not overrule a "too many"."""
    until = NOON + timedelta(minutes=5)
    breaker = Breaker().failed(after(Outcome.BUSY, until), NOON).answered(NOON)
    assert breaker.open_until(NOON) == until


@pytest.mark.parametrize("outcome", [Outcome.BUSY, Outcome.BROKEN])
def test_calls_of_before_do_not_count_twice(outcome: Outcome) -> None:
    """Several calls that fail together open it once, for the first pause."""
    breaker = Breaker()
    for _ in range(20):
        breaker = breaker.failed(after(outcome), NOON)
    assert breaker.open_until(NOON) == NOON + timedelta(seconds=30)


outcomes = st.sampled_from(Outcome)
times = st.none() | st.integers(-100, 200_000).map(lambda after: NOON + timedelta(seconds=after))


@given(st.lists(st.tuples(outcomes, times, st.integers(0, 4000)), max_size=40))
def test_it_never_gets_shorter_and_always_ends(
    failures: list[tuple[Outcome, datetime | None, int]],
) -> None:
    """Whatever comes, an open breaker stays open until its time, and that is a day away at most."""
    breaker, now = Breaker(), NOON
    for outcome, until, pause in failures:
        now += timedelta(seconds=pause)
        known = breaker.open_until(now)
        breaker = breaker.failed(after(outcome, until), now)
        told = breaker.open_until(now)
        assert known is None or (told is not None and told >= known)
        assert told is None or told <= now + LONGEST_TOLD
