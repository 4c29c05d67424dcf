"""How many messages are too many."""

from hypothesis import given
from hypothesis import strategies as st

from sandbox.botapi.pace import UNLIMITED, Limits, Pace, Rate


def test_a_chat_takes_a_burst_and_then_a_message_a_second() -> None:
    """The wait is in whole seconds, and another chat has its own."""
    pace = Pace(Limits(chat=Rate(1.0, 3), overall=None))
    assert [pace.take(1, 0.0) for _ in range(4)] == [None, None, None, 1]
    assert pace.take(2, 0.0) is None
    assert pace.take(1, 0.9) == 1
    assert pace.take(1, 1.0) is None
    assert [pace.take(1, 100.0) for _ in range(4)] == [None, None, None, 1]


def test_all_chats_share_one_limit() -> None:
    """The thirty-first message of a second is refused, whoever it is for."""
    pace = Pace(Limits())
    assert [pace.take(chat, 0.0) for chat in range(1, 31)] == [None] * 30
    assert pace.take(99, 0.0) == 1
    assert pace.take(99, 0.04) is None


def test_a_group_has_a_limit_of_its_own() -> None:
    """Twenty messages a minute."""
    pace = Pace(Limits())
    assert [pace.take(-100, 0.0) for _ in range(20)] == [None] * 20
    assert pace.take(-100, 0.0) == 3
    assert pace.take(-100, 3.0) is None


def test_an_album_counts_each_of_its_messages() -> None:
    """One that is larger than a burst needs a full one, and is paid for afterwards."""
    pace = Pace(Limits(chat=Rate(1.0, 3), overall=None))
    assert pace.take(1, 0.0, 5) is None
    assert pace.take(1, 0.0) == 3
    assert pace.take(1, 3.0) is None


@given(st.lists(st.integers(-5, 5), max_size=50))
def test_without_limits_any_pace_will_do(chats: list[int]) -> None:
    """No message is ever refused."""
    pace = Pace(UNLIMITED)
    assert all(pace.take(chat, 0.0) is None for chat in chats)


@given(st.lists(st.floats(0.0, 2.0), min_size=1, max_size=60))
def test_no_window_has_more_than_a_burst_and_the_rate(pauses: list[float]) -> None:
    """However somebody sends, in t seconds no more than burst + t messages pass."""
    pace, now, passed = Pace(Limits(chat=Rate(1.0, 3), overall=None)), 0.0, []
    for pause in pauses:
        now += pause
        if pace.take(1, now) is None:
            passed.append(now)
    for first, begin in enumerate(passed):
        for last, end in enumerate(passed[first:], start=first):
            assert last - first + 1 <= 3 + (end - begin) + 1e-6


def test_waiting_as_told_is_enough() -> None:
    """Who waits for the seconds that were named is not refused again."""
    pace, now = Pace(Limits(chat=Rate(0.3, 2), overall=None)), 0.0
    for _ in range(20):
        if (wait := pace.take(1, now)) is not None:
            now += wait
            assert pace.take(1, now) is None
    assert now > 0
