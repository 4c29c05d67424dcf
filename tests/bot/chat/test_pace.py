"""The pace of outgoing messages."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.chat.pace import OVERALL, Pace

WISHES = st.lists(
    st.tuples(st.integers(1, 3), st.floats(0, 2, allow_nan=False)), min_size=1, max_size=80
)


def moments(wishes: list[tuple[int, float]]) -> list[tuple[int, float]]:
    """Return when each message is sent, wished for some seconds after the one before."""
    pace, now, ready = Pace(), 1000.0, []
    for chat, pause in wishes:
        now += pause
        ready.append((now + pace.in_chat(chat, now), chat))
    return [(chat, at + pace.overall(at)) for at, chat in sorted(ready, key=lambda each: each[0])]


def test_a_burst_then_one_a_second() -> None:
    """Three messages go at once, and each further one a second after the other."""
    assert [at - 1000 for _, at in moments([(1, 0.0)] * 5)] == [0, 0, 0, 1, 2]


def test_one_chat_does_not_hold_up_another() -> None:
    """While one chat waits, another's message goes at once."""
    sent = moments([(1, 0.0)] * 5 + [(2, 0.0)])
    assert [at - 1000 for chat, at in sent if chat == 2] == [0]


def test_what_the_api_says_is_kept() -> None:
    """After a hold nothing is promised before its end, and then one message at a time."""
    pace = Pace()
    pace.hold(1, 1030.0)
    assert pace.in_chat(1, 1000.0) == 30.0
    assert pace.in_chat(1, 1000.0) == 31.0
    assert pace.in_chat(2, 1000.0) == 0.0


@given(WISHES)
def test_no_limit_is_ever_passed(wishes: list[tuple[int, float]]) -> None:
    """In no window of a second are there more than 30 messages, nor in a chat's more than 4."""
    sent = moments(wishes)
    for chat, begin in sent:
        window = [(c, at) for c, at in sent if begin <= at < begin + 0.999]
        assert len(window) <= OVERALL.a_second + OVERALL.burst
        assert sum(c == chat for c, _ in window) <= 4


@given(WISHES)
def test_a_chat_keeps_its_order(wishes: list[tuple[int, float]]) -> None:
    """What is to be sent first is sent first."""
    for chat in {chat for chat, _ in wishes}:
        times = [at for c, at in moments(wishes) if c == chat]
        assert times == sorted(times)
