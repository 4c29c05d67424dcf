"""The decision what becomes of a post's work after it was tried."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.providers.outcomes import Embedded, Later, Refused, Spent, Tagged
from actors.work_delays import (
    FIRST_SECONDS,
    FURTHEST,
    MOST_FAILURES,
    MOST_SECONDS,
    PATIENCE,
    SPREAD_SECONDS,
    UNKNOWN_SECONDS,
    Decision,
    GiveUp,
    Keep,
    Outcome,
    PutBack,
    Skip,
    after,
    outage,
    pause,
    poor,
)
from runtime import ActorCrashed, AskTimeout
from storage.errors import DatabaseUnreachable

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
SPENT = Spent(provider="openai", model="m", prompt_tokens=9, completion_tokens=3)
DOWN = Later(reason="it is down", until=None, blameless=True)
BAD = Later(reason="it answers nonsense", until=None, blameless=False)
SOON = timedelta(seconds=SPREAD_SECONDS)

chances = st.floats(0, 1)
attempts = st.integers(1, 20)
times = st.timedeltas(timedelta(days=-999), timedelta(days=99_999)).map(NOW.__add__)
laters = st.builds(
    Later, reason=st.just("a reason"), until=st.none() | times, blameless=st.booleans()
)


@pytest.mark.parametrize(
    ("outcome", "decision"),
    [
        (Tagged(tags=("погода",), spent=SPENT), Keep()),
        (Embedded(vectors=((1.0,),), spent=SPENT), Keep()),
        (Tagged(tags=(), spent=SPENT), Skip("there is nothing in it to tag")),
        (Refused(reason="gigachat: blacklist"), Skip("refused: gigachat: blacklist")),
    ],
)
def test_an_answer_ends_the_work_however_often_it_was_tried(
    outcome: Outcome, decision: Decision
) -> None:
    """Tags and vectors are kept; a text that is refused, or says nothing, is skipped for good."""
    for number in range(1, MOST_FAILURES + 2):
        assert after(outcome, number, NOW, 0.5) == decision


def test_failures_are_tried_ever_less_often_and_the_eighth_is_the_last() -> None:
    """Fifteen seconds, doubled each time; then it is given up, with what was wrong."""
    pauses = []
    for number in range(1, MOST_FAILURES):
        decision = after(BAD, number, NOW, 0)
        assert isinstance(decision, PutBack)
        assert decision.failed
        pauses.append((decision.until - NOW).total_seconds())
    assert pauses[0] == FIRST_SECONDS
    assert all(later == 2 * sooner for sooner, later in pairwise(pauses))
    last = after(BAD, MOST_FAILURES, NOW, 0)
    assert last == GiveUp("it has failed 8 times, the last time: it answers nonsense")


@given(st.none() | times, attempts, chances)
def test_what_the_post_has_nothing_to_do_with_never_counts(
    until: datetime | None, number: int, chance: float
) -> None:
    """However long an outage lasts, it gives no post up."""
    decision = after(replace(DOWN, until=until), number, NOW, chance)
    assert isinstance(decision, PutBack)
    assert not decision.failed


def test_an_outage_of_unknown_length_is_tried_every_half_minute() -> None:
    """However often, as attempts do not count meanwhile."""
    for number in (1, 5, 20):
        decision = after(DOWN, number, NOW, 0)
        assert decision == PutBack(NOW + timedelta(seconds=UNKNOWN_SECONDS), DOWN.reason, False)


@given(times, attempts, chances)
def test_a_time_that_was_told_is_kept_to(until: datetime, number: int, chance: float) -> None:
    """Within a second after it, or of now if it has passed; a day is the most that is believed."""
    decision = after(replace(DOWN, until=until), number, NOW, chance)
    assert isinstance(decision, PutBack)
    told = min(max(until, NOW), NOW + FURTHEST)
    assert told <= decision.until <= told + SOON


def test_one_answer_of_no_use_does_not_make_a_post_wait_for_tomorrow() -> None:
    """Who gave it is asked again soon; only before the end the others, busy till then, are too."""
    later = replace(BAD, until=NOW + FURTHEST)
    decisions = [after(later, number, NOW, 0) for number in range(1, MOST_FAILURES)]
    pauses = [each.until - NOW for each in decisions if isinstance(each, PutBack)]
    assert pauses[0] == timedelta(seconds=FIRST_SECONDS)
    assert all(each < timedelta(hours=1) for each in pauses[:-1])
    assert pauses[-1] == FURTHEST


@given(laters, attempts, chances)
def test_no_work_waits_longer_than_a_day(later: Later, number: int, chance: float) -> None:
    """Nor is it ever put back to before now, or without its reason."""
    decision = after(later, number, NOW, chance)
    if isinstance(decision, PutBack):
        assert NOW <= decision.until <= NOW + FURTHEST + SOON
        assert decision.reason == later.reason
        if later.until is None:
            assert decision.until <= NOW + timedelta(seconds=MOST_SECONDS)


def test_what_failed_together_is_not_tried_together() -> None:
    """Chance spreads every pause that is not told."""
    for later in (DOWN, BAD, replace(DOWN, until=NOW + FURTHEST / 2)):
        decisions = [after(later, 3, NOW, chance / 4) for chance in range(5)]
        assert len({decision.until for decision in decisions if isinstance(decision, PutBack)}) == 5


@pytest.mark.parametrize(("hours", "waits"), [(5, 5), (-1, 0)])
def test_what_nobody_can_pay_waits_for_the_next_day(hours: int, waits: int) -> None:
    """It is no failure, and its reason names the tokens."""
    decision = poor(NOW + timedelta(hours=hours), NOW, 0.5)
    assert decision.until == NOW + timedelta(hours=waits) + SOON / 2
    assert not decision.failed
    assert "tokens" in decision.reason


def test_trouble_on_the_way_is_nobodys_fault_but_a_crash_may_be() -> None:
    """Of a crash no more is told than who: its cause may hold what the post says."""
    assert outage(AskTimeout("providers")).blameless
    assert outage(DatabaseUnreachable("here", "it is off")).blameless
    crash = outage(ActorCrashed("providers", "ValueError('secret')"))
    assert not crash.blameless
    assert crash.reason == "providers crashed at it"


def test_a_worker_pauses_when_nobody_answers_and_somebody_soon_will() -> None:
    """A single post without an answer stops nothing; a long wait each post is to be told."""
    soon, late = NOW + timedelta(seconds=40), NOW + timedelta(hours=3)
    assert pause(PATIENCE - 1, soon, NOW) == 0
    assert pause(PATIENCE, soon, NOW) == 40
    assert pause(PATIENCE, None, NOW) == FIRST_SECONDS
    assert pause(PATIENCE, late, NOW) == 0
    assert pause(PATIENCE, NOW - timedelta(seconds=1), NOW) == 0


# The state machine, as the queue and this table make it together.

ENDS = ("kept", "skipped", "dead")


@dataclass(frozen=True)
class State:
    """A post's work: due, claimed by a worker, waiting for a time, or at one of its ends."""

    name: str
    attempts: int = 0

    def next(self) -> set[State]:
        """Whatever may become of it without its post being changed."""
        match self.name:
            case "due" if self.attempts >= MOST_FAILURES:
                return {State("dead")}
            case "due":
                return {State("claimed", self.attempts + 1)}
            case "waiting":  # its time comes
                return {State("due", self.attempts)}
            case "claimed":
                killed = State("due", self.attempts)
                return {killed, *(self._judged(after(each, self.attempts, NOW, 0)) for each in ALL)}
            case _:
                return set()

    def _judged(self, decision: Decision) -> State:
        match decision:
            case Keep():
                return State("kept")
            case Skip():
                return State("skipped")
            case GiveUp():
                return State("dead")
            case PutBack():
                return State("waiting", self.attempts - (not decision.failed))


ALL: tuple[Outcome, ...] = (
    Tagged(tags=("a",), spent=SPENT),
    Tagged(tags=(), spent=SPENT),
    Refused(reason="no"),
    *(Later(reason="r", until=until, blameless=b) for until in (None, NOW) for b in (True, False)),
)


def reachable() -> set[State]:
    """Every state there can be."""
    found, new = set[State](), {State("due")}
    while new:
        found |= new
        new = {each for state in new for each in state.next()} - found
    return found


def test_every_state_that_is_not_an_end_is_left_by_a_worker() -> None:
    """No work is ever where nobody selects it, and none of the ends is left."""
    states = reachable()
    assert {state.name for state in states} == {"due", "claimed", "waiting", *ENDS}
    for state in states:
        assert bool(state.next()) is (state.name not in ENDS)


def test_work_that_fails_comes_to_an_end() -> None:
    """The way on which every attempt counts ends with the work given up."""
    state, steps = State("due"), 0
    while state.name not in ENDS:
        state = max(state.next(), key=lambda each: (each.attempts, each.name == "waiting"))
        steps += 1
        assert steps <= 3 * MOST_FAILURES
    assert state.name == "dead"
