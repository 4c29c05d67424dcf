"""Leases against a model of them."""

import asyncio
import itertools
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import Any, ClassVar, TypeVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from storage import accounts, leases
from storage.database import Database
from storage.errors import AccountHeld, LeaseLost
from storage.rows import Claimed, Hold
from tests.examples import examples

T = TypeVar("T")

PLACES = (0, 1, 2)
ACCOUNTS = (1, 2)
WATCHED = 0.02  # seconds: nobody renews meanwhile, so longer would show nothing more
LONG = 600.0
DEAD = "the program ended during the login"

_examples = itertools.count(1)


@dataclass
class Node:
    """What the model knows of a process."""

    place: int
    alive: bool = True
    """Not run out."""
    revoked: bool = False
    """For good; resigned counts as such."""


@dataclass
class Account:
    """What the model knows of an account."""

    state: str | None = None
    holder: str | None = None
    counts: Hold | None = None
    issued: list[Hold] = field(default_factory=list)


class LeaseMachine(RuleBasedStateMachine):
    """Three processes live, die and come back, and claim two accounts from each other."""

    address: ClassVar[str]

    def __init__(self) -> None:
        super().__init__()
        # Each example works under ids of its own, so that none has to clean up.
        self.base = next(_examples) * 1000
        self.runner = asyncio.Runner()
        self.db = self.run(Database.open(self.address, connections=2))
        self.nodes: dict[str, Node] = {}
        self.at: dict[int, str] = {}
        self.accounts = {number: Account() for number in ACCOUNTS}
        for place in PLACES:
            self.register(place)

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Wait for one thing after the other."""
        return self.runner.run(work)

    def teardown(self) -> None:
        """Let the example's connections go."""
        self.run(self.db.close())
        self.runner.close()

    @rule(place=st.sampled_from(PLACES))
    def register(self, place: int) -> None:
        """A process that starts at a place proves that the one before is dead."""
        where = f"{self.base}:{place}"
        me = self.run(leases.register(self.db, name=where, place=where, ttl=LONG))
        for each in self.nodes.values():
            each.revoked = each.revoked or each.place == place
        for account in self.accounts.values():
            if account.holder is not None and self.nodes[account.holder].place == place:
                self._end_login(account)
        self.nodes[me], self.at[place] = Node(place), me

    @rule(place=st.sampled_from(PLACES), number=st.sampled_from(ACCOUNTS))
    def claim(self, place: int, number: int) -> None:
        """A claim succeeds unless its process was revoked, or another one lives that holds."""
        me, account = self.at[place], self.accounts[number]
        if self.nodes[me].revoked:
            expected: type = LeaseLost
        elif account.holder not in {None, me} and self._lives(account.holder):
            expected = AccountHeld
        else:
            expected = Claimed
        before = account.counts
        result = self._claim(me, number)
        assert type(result) is expected
        account.state = account.state or "NEW"
        if isinstance(result, Claimed):
            if account.holder not in {None, me}:
                self.nodes[str(account.holder)].revoked = True
            self._end_login(account)
            assert result.row.state == account.state
            assert before is None or result.hold.epoch > before.epoch
            account.holder, account.counts = me, result.hold
            account.issued.append(result.hold)

    @rule(number=st.sampled_from(ACCOUNTS), data=st.data())
    def release(self, number: int, data: st.DataObject) -> None:
        """Only the hold that counts can be given back."""
        account = self.accounts[number]
        if account.issued:
            hold = data.draw(st.sampled_from(account.issued), "hold")
            self.run(leases.release(self.db, hold))
            if hold == account.counts:
                account.holder = account.counts = None

    @rule(place=st.sampled_from(PLACES))
    def renew(self, place: int) -> None:
        """Whoever was not revoked lives on, also after having run out unseen."""
        me = self.nodes[self.at[place]]
        assert self.run(leases.renew(self.db, self.at[place], ttl=LONG)) == (not me.revoked)
        me.alive = me.alive or not me.revoked

    @rule(place=st.sampled_from(PLACES))
    def expire(self, place: int) -> None:
        """A lease runs out."""
        statement = "UPDATE nodes SET expires_at = now() WHERE incarnation = $1"
        self.run(self.db.execute(statement, self.at[place]))
        self.nodes[self.at[place]].alive = False

    @rule(place=st.sampled_from(PLACES))
    def resign(self, place: int) -> None:
        """All that the process held is nobody's."""
        me = self.at[place]
        self.run(leases.resign(self.db, me))
        self.nodes[me].revoked = True
        for account in self.accounts.values():
            if account.holder == me:
                account.holder = account.counts = None

    @rule(
        number=st.sampled_from(ACCOUNTS),
        state=st.sampled_from(["QR_WAIT", "PASSWORD_WAIT", "LOGGED_OUT"]),
    )
    def write(self, number: int, state: str) -> None:
        """Of all the holds there ever were, one counts at most, and its write is accepted."""
        account = self.accounts[number]
        accepted = [hold for hold in account.issued if self._write(hold, state)]
        counts = account.counts
        counts = None if counts and self.nodes[counts.incarnation].revoked else counts
        assert accepted == ([] if counts is None else [counts])
        if accepted:
            account.state = state

    @invariant()
    def others_see_the_state(self) -> None:
        """A login is seen as long as its process lives."""
        for number, account in self.accounts.items():
            row = self.run(accounts.load(self.db, self.base + number))
            over = self._in_login(account) and not self._lives(account.holder)
            seen = None if row is None else (row.state, row.reason)
            if over:
                assert seen == ("NEW", DEAD)
            else:
                assert (None if row is None else row.state) == account.state

    def _claim(self, me: str, number: int) -> Claimed | Exception:
        work = leases.claim(self.db, me, self.base + number, ttl=WATCHED, margin=0)
        try:
            return self.run(work)
        except (AccountHeld, LeaseLost) as refused:
            return refused

    def _write(self, hold: Hold, state: str) -> bool:
        try:
            self.run(accounts.transition(self.db, hold, state, None))
        except LeaseLost:
            return False
        return True

    def _lives(self, who: str | None) -> bool:
        return who is not None and self.nodes[who].alive and not self.nodes[who].revoked

    @staticmethod
    def _in_login(account: Account) -> bool:
        return account.state in {"QR_WAIT", "PASSWORD_WAIT"}

    def _end_login(self, account: Account) -> None:
        if self._in_login(account):
            account.state = "NEW"


@pytest.mark.long
@pytest.mark.timeout(110)
def test_leases_are_their_model(dsn: str) -> None:
    """Whatever processes do, an account has never two holders whose writes are accepted."""

    class Machine(LeaseMachine):
        address = dsn

    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=examples(40),
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
        ),
    )
