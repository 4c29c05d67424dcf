"""How fast an account may go."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.pacing import LIMITS, LONGEST, Pace

EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
MOMENT = timedelta(microseconds=1)

limited = st.sampled_from(sorted(LIMITS))
seconds = st.integers(0, 2 * 86_400)
times = seconds.map(lambda after: EPOCH + timedelta(seconds=after))


def pace(method: str, sends: list[datetime]) -> Pace:
    """The pace of an account that has made these calls."""
    return Pace(sends={method: tuple(sends)})


def obeys(method: str, sends: list[datetime]) -> bool:
    """Whether no stretch of time that ends with a call holds more calls than a limit allows."""
    return all(
        sum(end - limit.within < at <= end for at in sends) <= limit.most
        for limit in LIMITS[method]
        for end in sends
    )


@given(limited, st.lists(st.integers(0, 40_000), min_size=1, max_size=200))
def test_who_asks_first_never_exceeds_a_limit(method: str, pauses: list[int]) -> None:
    """Calls made as early as allowed, whenever they are wanted, keep every limit at every time."""
    now, kept, made = EPOCH, Pace(), []
    for pause in pauses:
        now += timedelta(seconds=pause)
        kept = kept.at(now)
        now = kept.free_at(method, now)
        kept = kept.sent(method, now)
        made.append(now)
    assert obeys(method, made)


@given(limited, st.integers(0, 200))
def test_bursts_are_held_to_the_limits(method: str, calls: int) -> None:
    """Calls wanted all at once are spread so that none of the limits is exceeded."""
    now, kept, made = EPOCH, Pace(), []
    for _ in range(calls):
        now = kept.free_at(method, now)
        kept = kept.sent(method, now)
        made.append(now)
    assert obeys(method, made)


@given(limited, st.lists(times, max_size=200), times)
def test_nobody_waits_longer_than_a_limit_asks(
    method: str, sends: list[datetime], now: datetime
) -> None:
    """A call a moment before the time given would break a limit, and one at that time does not."""
    sends = [at for at in sends if at <= now]
    free = pace(method, sends).free_at(method, now)

    def breaks(at: datetime) -> bool:
        return any(
            sum(at - limit.within < sent for sent in sends) >= limit.most
            for limit in LIMITS[method]
        )

    assert not breaks(free)
    assert free == now or breaks(free - MOMENT)


def test_the_limits_are_those_that_keep_accounts_out_of_trouble() -> None:
    """Names are resolved 10 a minute and 150 a day, channels joined 1 a minute and 20 a day."""
    minute, day = timedelta(minutes=1), timedelta(days=1)
    resolves, joins = [EPOCH] * 10, [EPOCH]
    assert pace("resolve", resolves[:9]).free_at("resolve", EPOCH) == EPOCH
    assert pace("resolve", resolves).free_at("resolve", EPOCH) == EPOCH + minute
    assert pace("resolve", resolves * 15).free_at("resolve", EPOCH + minute) == EPOCH + day
    assert pace("join", joins).free_at("join", EPOCH) == EPOCH + minute
    assert pace("join", joins * 19).free_at("join", EPOCH + minute) == EPOCH + minute
    assert pace("join", joins * 20).free_at("join", EPOCH + minute) == EPOCH + day


@given(st.dictionaries(st.sampled_from(["history", "dialogs", "join"]), times), times)
def test_a_wait_stops_its_own_method_only(floods: dict[str, datetime], now: datetime) -> None:
    """Until its wait is over a method is not free, and any other is free now."""
    for method in ("history", "dialogs", "resolve", "join"):
        expected = max(now, floods.get(method, now))
        assert Pace(floods=floods).free_at(method, now) == expected


def test_a_wait_and_a_limit_count_together() -> None:
    """A call is free when both its wait and its limits let it be."""
    minute = EPOCH + timedelta(minutes=1)
    sent = pace("join", [EPOCH])
    assert sent.flooded("join", EPOCH + timedelta(seconds=5)).free_at("join", EPOCH) == minute
    late = EPOCH + timedelta(hours=1)
    assert sent.flooded("join", late).free_at("join", EPOCH) == late


@given(st.lists(times, min_size=1))
def test_the_latest_end_of_a_wait_counts(untils: list[datetime]) -> None:
    """Whatever comes after it, a wait that is known lasts to the latest end that was told."""
    kept = Pace()
    for until in untils:
        kept = kept.flooded("history", until)
    assert kept.floods == {"history": max(untils)}


@given(limited, st.lists(times, max_size=200), st.dictionaries(limited, times), times, seconds)
def test_what_is_dropped_counts_no_longer(
    method: str, sends: list[datetime], floods: dict[str, datetime], now: datetime, later: int
) -> None:
    """Bringing a pace up to date changes none of its answers from then on, and drops all that is
    over.
    """  # noqa: D205
    kept = Pace(floods, {method: tuple(at for at in sends if at <= now)})
    current = kept.at(now)
    then = now + timedelta(seconds=later)
    assert current.free_at(method, then) == kept.free_at(method, then)
    assert all(until > now for until in current.floods.values())
    assert all(at + LONGEST > now for made in current.sends.values() for at in made)


@given(limited, st.integers(1, 200), st.integers(1, 100 * 86_400))
def test_a_clock_that_was_set_back_blocks_for_a_limit_at_most(
    method: str, calls: int, back: int
) -> None:
    """Calls that lie in the future are taken as made just now, once: no wait exceeds a limit."""
    now = EPOCH - timedelta(seconds=back)
    current = pace(method, [EPOCH] * calls).at(now)
    free = current.free_at(method, now)
    assert free <= now + LONGEST
    assert current.at(free).free_at(method, free) == free


@pytest.mark.parametrize("method", ["history", "dialogs", "anything"])
def test_what_is_not_limited_is_not_counted(method: str) -> None:
    """A method without limits keeps nothing, however often it is called."""
    assert Pace().sent(method, EPOCH) == Pace()


def test_a_call_counts_for_a_day() -> None:
    """A call of a day ago is dropped, and one of a moment less still counts."""
    day = timedelta(days=1)
    for age, left in ((day, 0), (day - MOMENT, 20)):
        kept = pace("join", [EPOCH] * 20).at(EPOCH + age)
        assert len(kept.sends.get("join", ())) == left
