"""What an account may still use."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from actors.pacing import Limit
from actors.providers.allowance import FREE_LIMITS, Allowance, limits_of

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


def test_only_free_models_have_limits() -> None:
    """OpenRouter grants 20 requests a minute and 50 a day for models that cost nothing."""
    assert limits_of("deepseek/deepseek-chat-v3.1:free") == FREE_LIMITS
    assert (Limit(20, MINUTE), Limit(50, DAY)) == FREE_LIMITS
    assert limits_of("deepseek/deepseek-chat-v3.1") == ()


def test_the_twenty_first_of_a_minute_waits() -> None:
    """It may be sent a minute after the first, and says which limit it is."""
    allowance = Allowance(limits=FREE_LIMITS)
    for _ in range(19):
        allowance = allowance.sent(NOON)
    assert allowance.spent_until(NOON) is None
    spent = allowance.sent(NOON).spent_until(NOON)
    assert spent == (NOON + MINUTE, "grants 20 requests a minute, and they are used")


def test_the_fifty_first_of_a_day_waits() -> None:
    """However slowly they are sent, the fifty-first waits until the first is a day old."""
    allowance = Allowance(limits=FREE_LIMITS)
    for number in range(50):
        allowance = allowance.sent(NOON + number * MINUTE)
    spent = allowance.spent_until(NOON + 50 * MINUTE)
    assert spent == (NOON + DAY, "grants 50 requests a day, and they are used")
    assert allowance.spent_until(NOON + DAY) is None


@given(st.lists(st.integers(0, 20_000), max_size=120))
def test_no_stretch_of_time_holds_more_than_a_limit(pauses: list[int]) -> None:
    """Sent as early as it lets them, requests keep every limit at every time."""
    allowance, now, sends = Allowance(limits=FREE_LIMITS), NOON, []
    for pause in pauses:
        now += timedelta(seconds=pause)
        now = max(now, (allowance.spent_until(now) or (now, ""))[0])
        allowance = allowance.sent(now)
        sends.append(now)
    for limit in FREE_LIMITS:
        for end in sends:
            assert sum(end - limit.within < at <= end for at in sends) <= limit.most


def test_a_clock_that_was_set_back_does_not_block_for_longer() -> None:
    """Requests of the future count as sent just now."""
    allowance = Allowance(limits=FREE_LIMITS)
    for _ in range(19):
        allowance = allowance.sent(NOON + 10 * DAY)
    spent = allowance.sent(NOON).spent_until(NOON)
    assert spent is not None
    assert spent[0] == NOON + MINUTE


def test_the_tokens_of_a_day_end_with_it() -> None:
    """When the cap is reached nothing is sent until midnight in UTC, and then it is again."""
    allowance = Allowance(tokens_per_day=100).used(99, NOON)
    assert allowance.spent_until(NOON) is None
    spent = allowance.used(1, NOON).spent_until(NOON)
    midnight = datetime(2026, 3, 2, tzinfo=UTC)
    assert spent is not None
    assert spent[0] == midnight
    assert "TGACTORS_TOKENS_PER_DAY" in spent[1]
    assert allowance.used(1, NOON).spent_until(midnight) is None


def test_the_day_is_that_of_utc() -> None:
    """The same moment told in another zone is of the same day."""
    there = NOON.astimezone(timezone(timedelta(hours=14)))
    allowance = Allowance(tokens_per_day=100).used(60, NOON).used(60, there)
    assert allowance.spent_until(NOON) is not None


def test_tokens_of_yesterday_do_not_count() -> None:
    """A new day begins with none."""
    allowance = Allowance(tokens_per_day=100).used(99, NOON).used(99, NOON + DAY)
    assert allowance.spent_until(NOON + DAY) is None


@given(st.lists(st.integers(0, 10**9)))
def test_without_limits_nothing_is_ever_spent(tokens: list[int]) -> None:
    """An account without limits and cap is always asked, and keeps no list."""
    allowance = Allowance()
    for count in tokens:
        allowance = allowance.sent(NOON).used(count, NOON)
    assert allowance.spent_until(NOON) is None
    assert allowance.sends == ()
