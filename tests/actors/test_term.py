"""The time a process has left."""

from __future__ import annotations

import threading
import time
from collections import Counter

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from actors.term import Term, boottime
from storage.errors import LeaseLost
from storage.rows import Hold
from tests.examples import examples

PATIENCE = 10.0


class Hands:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.time = 0.0

    def __call__(self) -> float:
        return self.time


@pytest.fixture
def hands() -> Hands:
    """The clock of the term."""
    return Hands()


@pytest.fixture
def term(hands: Hands) -> Term:
    """A term that ends at 10."""
    term = Term(hands)
    term.began("one", 10)
    return term


def test_a_hold_is_good_until_the_deadline(term: Term, hands: Hands) -> None:
    """Right before it the check passes; at it the hold is refused with the account."""
    hold = Hold(account=42, incarnation="one", epoch=1)
    hands.time = 9.999
    term.check(hold)
    hands.time = 10
    with pytest.raises(LeaseLost, match="42"):
        term.check(hold)


def test_nobody_elses_hold_is_good(term: Term) -> None:
    """A hold of another incarnation is refused while this one lives."""
    with pytest.raises(LeaseLost):
        term.check(Hold(account=42, incarnation="two", epoch=1))


def test_a_renewal_in_time_moves_the_deadline(term: Term, hands: Hands) -> None:
    """What is renewed before its end goes on until the new one."""
    hands.time = 9
    assert term.renewed("one", 19)
    hands.time = 18.9
    assert term.holds("one")


def test_a_renewal_that_comes_late_revives_nothing(term: Term, hands: Hands) -> None:
    """At the deadline the term is over for good, though the database has renewed."""
    hands.time = 10
    assert not term.renewed("one", 20)
    assert not term.holds("one")


def test_what_has_ended_is_not_renewed(term: Term) -> None:
    """Neither one that was ended nor one that never began."""
    term.ended("one")
    assert not term.renewed("one", 20)
    assert not term.renewed("two", 20)
    assert not term.holds("one")


def test_the_end_of_another_ends_nothing(term: Term) -> None:
    """A word about an old incarnation does not hurt the new one."""
    term.began("two", 10)
    term.ended("one")
    assert term.holds("two")


def test_watchers_hear_of_the_end_once(term: Term) -> None:
    """By an end or a successor; again by nothing; not at all if forgotten."""
    heard: Counter[str] = Counter()
    term.on_loss("one", lambda: heard.update(["kept"]))
    forget = term.on_loss("one", lambda: heard.update(["forgotten"]))
    forget()
    forget()
    term.began("two", 10)
    term.on_loss("two", lambda: heard.update(["second"]))
    term.ended("two")
    term.ended("two")
    assert heard == Counter(["kept", "second"])


def test_who_comes_after_the_end_hears_at_once(term: Term) -> None:
    """No watcher waits for what has happened already."""
    heard: list[str] = []
    term.ended("one")
    forget = term.on_loss("one", lambda: heard.append("late"))
    forget()
    assert heard == ["late"]


def test_waiting_ends_the_term_when_it_is_overdue() -> None:
    """A thread that waits tells the watchers at the deadline, with nobody else at work."""
    term = Term()
    told = threading.Event()
    began = term.now()
    term.began("one", began + 0.3)
    term.on_loss("one", told.set)
    waiting = threading.Thread(target=term.wait_over, args=("one",))
    waiting.start()
    assert told.wait(PATIENCE)
    assert 0.3 <= term.now() - began < 0.3 + PATIENCE
    waiting.join(PATIENCE)
    assert not waiting.is_alive()


def test_waiting_notices_a_clock_that_jumps(term: Term, hands: Hands) -> None:
    """After the machine was suspended the end is noticed soon, whatever was left before."""
    told = threading.Event()
    term.began("two", 1e9)
    term.on_loss("two", told.set)
    waiting = threading.Thread(target=term.wait_over, args=("two",))
    waiting.start()
    hands.time = 2e9
    assert told.wait(PATIENCE)
    waiting.join(PATIENCE)


@pytest.mark.parametrize("end", ["ended", "began"])
def test_waiting_is_over_when_the_term_is(term: Term, end: str) -> None:
    """An end by others frees the thread that waits."""
    waiting = threading.Thread(target=term.wait_over, args=("one",))
    waiting.start()
    if end == "ended":
        term.ended("one")
    else:
        term.began("two", 1e9)
    waiting.join(PATIENCE)
    assert not waiting.is_alive()


def test_a_watcher_that_races_the_end_is_told_exactly_once() -> None:
    """Registered before, while or after the term ends in another thread: one call each."""
    heard: Counter[int] = Counter()
    for turn in range(300):
        term = Term()
        term.began("one", term.now() + 100)
        ready = threading.Barrier(3)

        def end(term: Term = term, ready: threading.Barrier = ready) -> None:
            ready.wait(PATIENCE)
            term.ended("one")

        threads = [threading.Thread(target=end) for _ in range(2)]
        for thread in threads:
            thread.start()
        ready.wait(PATIENCE)
        term.on_loss("one", lambda turn=turn: heard.update([turn]))  # type: ignore[misc]
        for thread in threads:
            thread.join(PATIENCE)
    assert heard == Counter(range(300))


def test_the_clock_counts_suspended_time() -> None:
    """It is the machine's own since it was started, which no setting of the time moves."""
    assert boottime() >= time.monotonic() - 1e-3
    before = time.clock_gettime(time.CLOCK_BOOTTIME)
    assert before <= boottime() <= time.clock_gettime(time.CLOCK_BOOTTIME)


class TermMachine(RuleBasedStateMachine):
    """Begin, renew, end and let time pass, with two incarnations and a model of what holds."""

    names = st.sampled_from(["one", "two"])

    def __init__(self) -> None:
        super().__init__()
        self.hands = Hands()
        self.term = Term(self.hands)
        self.lives: tuple[str, float] | None = None
        self.watched: Counter[str] = Counter()
        self.heard: Counter[str] = Counter()

    def _is_over(self) -> None:
        if self.lives is not None:
            self.heard_due(self.lives[0])
        self.lives = None

    def heard_due(self, name: str) -> None:
        """Every watcher of the incarnation has been told by now."""
        assert self.heard[name] == self.watched[name]

    @rule(name=names, seconds=st.integers(1, 9))
    def begin(self, name: str, seconds: int) -> None:
        """A beginning ends what was before."""
        self.term.began(name, self.hands.time + seconds)
        self._is_over()
        self.lives = name, self.hands.time + seconds

    @rule(name=names, seconds=st.integers(1, 9))
    def renew(self, name: str, seconds: int) -> None:
        """A renewal counts while the term lives, and never after."""
        until = self.hands.time + seconds
        lives = self._holds(name)
        assert self.term.renewed(name, until) == lives
        if lives:
            self.lives = name, until

    @rule(name=names)
    def end(self, name: str) -> None:
        """An end is told to all watchers of the incarnation that lives."""
        self.term.ended(name)
        if self.lives is not None and self.lives[0] == name:
            self._is_over()

    @rule(seconds=st.integers(1, 5))
    def wait(self, seconds: int) -> None:
        """Time passes."""
        self.hands.time += seconds

    @rule(name=names)
    def watch(self, name: str) -> None:
        """A watcher of what does not live hears at once."""
        self.watched[name] += 1
        self.term.on_loss(name, lambda: self.heard.update([name]))
        if self.lives is None or self.lives[0] != name:
            self.heard_due(name)

    @precondition(lambda self: self.lives is not None and not self._holds(self.lives[0]))
    @rule()
    def notice(self) -> None:
        """The thread that waits ends what is overdue."""
        assert self.lives is not None
        self.term.wait_over(self.lives[0])
        self._is_over()

    @invariant()
    def agrees(self) -> None:
        """What holds is what the model says, and nobody is told before the end."""
        for name in ("one", "two"):
            assert self.term.holds(name) == self._holds(name)
            assert self.heard[name] <= self.watched[name]

    def _holds(self, name: str) -> bool:
        return self.lives is not None and self.lives[0] == name and self.hands.time < self.lives[1]


TestTermMachine = TermMachine.TestCase
TestTermMachine.settings = settings(
    max_examples=examples(100), stateful_step_count=40, deadline=None
)
