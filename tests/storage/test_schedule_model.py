"""The schedule against a model of it."""

import asyncio
import itertools
import math
from dataclasses import dataclass
from typing import ClassVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from storage import schedule
from storage.database import Database
from tests.examples import examples
from tests.storage import following
from tests.storage.following import EVERY, after

CHANNELS = (1, 2, 3)
ACCOUNTS = (1, 2, 3)
NODES = (0, 1)

channels = st.sampled_from(CHANNELS)
accounts = st.sampled_from(ACCOUNTS)
nodes = st.sampled_from(NODES)
intervals = st.sampled_from((60.0, 300.0, EVERY, 7200.0))

_examples = itertools.count(1)


def pause(every: float, failures: int) -> float:
    """Another pause for every interval and number of failures."""
    return every if failures == 0 else min(every, 10.0 * failures)


@dataclass
class Channel:
    """What the model knows of a channel."""

    next_at: float = -math.inf
    node: int | None = None
    until: float = -math.inf
    read_at: float | None = None
    failures: int = 0


@dataclass
class Follower:
    """What the model knows of an account."""

    ready: bool = True
    flood: float = -math.inf
    every: float = EVERY


class ScheduleMachine(RuleBasedStateMachine):
    """Take, keep, release and end readings, comparing what is due with the model's."""

    address: ClassVar[str]

    def __init__(self) -> None:
        super().__init__()
        # Each example works under ids of its own, and what others left is followed by nobody.
        self.base = next(_examples) * 1000
        self.runner = asyncio.Runner()
        self.db = self.runner.run(Database.open(self.address, connections=2))
        self.now = 0.0
        self.channels = {channel: Channel() for channel in CHANNELS}
        self.accounts = {account: Follower() for account in ACCOUNTS}
        self.follows: dict[tuple[int, int], float | None] = {}

    @initialize()
    def register(self) -> None:
        """All accounts follow something, and both processes live."""
        self.runner.run(self._register())

    async def _register(self) -> None:
        await self.db.execute("UPDATE subscriptions SET left_at = now()")
        self.nodes = [
            await following.register(self.db, f"{self.base} {number}") for number in NODES
        ]
        await following.account(self.db, *(self.base + account for account in ACCOUNTS))
        for account in ACCOUNTS:
            for channel in CHANNELS[: account + 1]:
                await following.follow(self.db, self.base + account, self.base + channel)
                self.follows[account, channel] = None

    @rule(seconds=st.sampled_from((1.0, 10.0, 59.0, 60.0, 300.0, EVERY, 10 * EVERY)))
    def wait(self, seconds: float) -> None:
        """Time passes."""
        self.now += seconds

    @rule(account=accounts, channel=channels, wanted=st.booleans())
    def want(self, account: int, channel: int, wanted: bool) -> None:
        """An account stops following a channel, or follows it again."""
        if (account, channel) not in self.follows and not wanted:
            return
        statement = (
            "UPDATE subscriptions SET wanted = $3, every = NULL WHERE (account, channel) = ($1, $2)"
        )
        ids = (self.base + account, self.base + channel)
        if account + 1 >= channel:
            self.runner.run(self.db.execute(statement, *ids, wanted))
            if wanted:
                self.follows[account, channel] = None
            else:
                del self.follows[account, channel]

    @rule(account=accounts, ready=st.booleans())
    def log_in_or_expire(self, account: int, ready: bool) -> None:
        """An account is logged in, or is not any more."""
        self.accounts[account].ready = ready
        state = "READY" if ready else "EXPIRED"
        statement = "UPDATE accounts SET state = $2 WHERE id = $1"
        self.runner.run(self.db.execute(statement, self.base + account, state))

    @rule(account=accounts, seconds=st.sampled_from((1.0, 60.0, 3600.0)))
    def flood(self, account: int, seconds: float) -> None:
        """Telegram lets an account wait."""
        until = max(self.accounts[account].flood, self.now + seconds)
        self.accounts[account].flood = until
        statement = (
            "INSERT INTO floods VALUES ($1, 'history', $2)"
            " ON CONFLICT (account, method) DO UPDATE SET until = excluded.until"
        )
        self.runner.run(self.db.execute(statement, self.base + account, after(until)))

    @rule(account=accounts, channel=st.none() | channels, every=intervals)
    def set_every(self, account: int, channel: int | None, every: float) -> None:
        """An account wants all its channels, or one of them, at another interval."""
        if channel is None:
            self.accounts[account].every = every
        elif (account, channel) in self.follows:
            self.follows[account, channel] = every
        else:
            return
        asked = None if channel is None else self.base + channel
        self.runner.run(
            schedule.set_every(self.db, self.base + account, every, asked, now=after(self.now))
        )
        for one, other in self.follows:
            if one == account:
                self._pull_in(other)

    def _pull_in(self, channel: int) -> None:
        if not self._readers(channel):
            return
        known = self.channels[channel]
        read_at = self.now if known.failures or known.read_at is None else known.read_at
        known.next_at = min(known.next_at, read_at + self._interval(channel))

    @rule(node=nodes, limit=st.integers(1, 4), seconds=st.sampled_from((30.0, 60.0)))
    def take(self, node: int, limit: int, seconds: float) -> None:
        """A process gets the most overdue of what is due."""
        expected = self._due()[:limit]
        found = self.runner.run(
            schedule.due(self.db, self.nodes[node], limit, now=after(self.now), seconds=seconds)
        )
        assert [each.channel - self.base for each in found] == expected
        for each in found:
            known = self.channels[each.channel - self.base]
            overdue = 0.0 if known.next_at == -math.inf else self.now - known.next_at
            assert each.overdue_by.total_seconds() == overdue
            known.node, known.until = node, self.now + seconds

    @rule(node=nodes, chosen=st.lists(channels, unique=True))
    def keep(self, node: int, chosen: list[int]) -> None:
        """A process prolongs what it has."""
        ids = [self.base + channel for channel in chosen]
        mine = {channel for channel in chosen if self.channels[channel].node == node}
        kept = self.runner.run(
            schedule.keep(self.db, self.nodes[node], ids, now=after(self.now), seconds=45)
        )
        assert kept == {self.base + channel for channel in mine}
        for channel in mine:
            known = self.channels[channel]
            known.until = max(known.until, self.now + 45)

    @rule(node=nodes, channel=channels)
    def release(self, node: int, channel: int) -> None:
        """A process lets a channel go."""
        self.runner.run(schedule.release(self.db, self.nodes[node], [self.base + channel]))
        known = self.channels[channel]
        if known.node == node:
            known.node, known.until = None, -math.inf

    @rule(node=nodes, channel=channels, ok=st.booleans())
    def end(self, node: int, channel: int, ok: bool) -> None:
        """A process has read a channel, or tried to."""
        self.runner.run(
            schedule.done(
                self.db,
                self.nodes[node],
                self.base + channel,
                ok=ok,
                now=after(self.now),
                pause=pause,
            )
        )
        known = self.channels[channel]
        if not ok and known.node not in {None, node} and known.until > self.now:
            return
        known.failures = 0 if ok else known.failures + 1
        known.next_at = self.now + pause(self._interval(channel), known.failures)
        known.read_at = self.now if ok else known.read_at
        if known.node == node:
            known.node, known.until = None, -math.inf

    @invariant()
    def freshness_agrees(self) -> None:
        """As many channels are followed and due as the model says."""
        fresh = self.runner.run(schedule.freshness(self.db, now=after(self.now)))
        followed = [channel for channel in CHANNELS if self._readers(channel)]
        due = [channel for channel in followed if self.channels[channel].next_at <= self.now]
        assert (fresh.channels, fresh.due) == (len(followed), len(due))

    def teardown(self) -> None:
        """Let the example's connections go."""
        self.runner.run(self.db.close())
        self.runner.close()

    def _readers(self, channel: int) -> dict[int, float]:
        """Who can read a channel, and how often they want it."""
        return {
            account: self.accounts[account].every if every is None else every
            for (account, followed), every in self.follows.items()
            if followed == channel and self.accounts[account].ready
        }

    def _interval(self, channel: int) -> float:
        return min(self._readers(channel).values(), default=EVERY)

    def _due(self) -> list[int]:
        """What is due now, most overdue first."""
        due = [
            channel
            for channel, known in self.channels.items()
            if known.next_at <= self.now
            and known.until <= self.now
            and any(self.accounts[each].flood <= self.now for each in self._readers(channel))
        ]
        return sorted(due, key=lambda channel: (self.channels[channel].next_at, channel))


@pytest.mark.long
@pytest.mark.timeout(110)
def test_the_schedule_is_its_model(dsn: str) -> None:
    """Whatever happens, in any order, exactly what is due is given, to one process at a time."""

    class Machine(ScheduleMachine):
        address = dsn

    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=examples(40),
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
        ),
    )
