"""Token buckets, by a clock of the test's own."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.web.rates import BURST_SECONDS, Rates, neighbourhood


class Clock:
    """A clock that goes when it is told to."""

    now = 100.0

    def __call__(self) -> float:
        """Tell the time."""
        return self.now


def test_lets_a_burst_in_and_then_the_rate() -> None:
    """After a burst it says how long to wait; whoever waits so long is let in, once."""
    clock = Clock()
    rates = Rates(2.0, clock=clock)
    assert [rates.take("a") for _ in range(int(2 * BURST_SECONDS))] == [0.0] * 10
    assert rates.take("a") == 0.5
    clock.now += 0.5
    assert rates.take("a") == 0.0
    assert rates.take("a") == 0.5


def test_keeps_everybody_apart() -> None:
    """What one has used up is not another's loss."""
    rates = Rates(0.1, clock=Clock())
    assert (rates.take("a"), rates.take("a"), rates.take("b")) == (0.0, 10.0, 0.0)


def test_forgets_whoever_was_seen_longest_ago() -> None:
    """The table has a bound: who asks again and again stays in it."""
    rates = Rates(0.1, most=3, clock=Clock())
    assert rates.take("busy") == 0.0
    for stranger in range(50):
        assert rates.take(str(stranger)) == 0.0
        assert rates.take("busy") > 0.0
        assert len(rates) <= 3


def test_zero_is_no_limit() -> None:
    """With a rate of 0 nobody waits, and nothing is kept."""
    rates = Rates(0.0, clock=Clock())
    assert {rates.take("a") for _ in range(100)} == {0.0}
    assert len(rates) == 0


@given(st.lists(st.floats(0, 20), min_size=1, max_size=60))
def test_never_lets_more_in_than_burst_and_rate(pauses: list[float]) -> None:
    """Whatever the pauses, in all the time no more are let in than the burst and the rate allow."""
    clock = Clock()
    rates = Rates(0.5, clock=clock)
    let_in = 0
    for pause in pauses:
        clock.now += pause
        let_in += rates.take("a") == 0.0
    assert let_in <= 0.5 * BURST_SECONDS + 0.5 * sum(pauses) + 1e-6


def test_takes_a_network_of_ipv6_for_one() -> None:
    """A subscriber has a whole /64, and one address of IPv4."""
    assert neighbourhood("2001:db8:1:2::1") == neighbourhood("2001:db8:1:2:ffff::9")
    assert neighbourhood("2001:db8:1:2::1") != neighbourhood("2001:db8:1:3::1")
    assert neighbourhood("192.0.2.1") != neighbourhood("192.0.2.2")
    assert neighbourhood("nowhere") == "nowhere"
