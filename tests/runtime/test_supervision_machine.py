"""Supervision against a counter, by a clock that the test moves."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from runtime import (
    Actor,
    ActorCrashed,
    ActorRef,
    ActorStopped,
    ActorSystem,
    Backoff,
    Intensity,
    Request,
    message,
)
from runtime.testing import PATIENCE, ManualClock

T = TypeVar("T")

PAUSE = 1.0


@message
class Fail(Request[int]):
    pass


@message
class Generation(Request[int]):
    pass


class SupervisionMachine(RuleBasedStateMachine):
    """Crash, ask and let time pass; how many crashes the window holds says what must follow."""

    @initialize(restarts=st.integers(0, 3), within=st.sampled_from([2.0, 5.0, 20.0]))
    def open(self, restarts: int, within: float) -> None:
        self.loop = asyncio.new_event_loop()
        self.clock = ManualClock()
        self.restarts, self.within = restarts, within
        self.made = 0
        self.crashes: list[float] = []
        self.gone = False
        self.system = ActorSystem("machine", grace=0.2, clock=self.clock)
        self.ref: ActorRef[Fail | Generation] = self.run(self._spawn())

    async def _spawn(self) -> ActorRef[Fail | Generation]:
        machine = self

        class Fragile(Actor[Fail | Generation]):
            def __init__(self) -> None:
                machine.made += 1
                self.generation = machine.made

            async def handle(self, message: Fail | Generation, /) -> object:
                if isinstance(message, Fail):
                    raise ValueError("a bug")
                return self.generation

        return await self.system.spawn(
            "fragile",
            Fragile,
            intensity=Intensity(self.restarts, self.within),
            backoff=Backoff(first=PAUSE, factor=1.0, jitter=0.0),
        )

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.loop.run_until_complete(asyncio.wait_for(work, PATIENCE))

    def outcome(self, request: Fail | Generation) -> object:
        try:
            return self.run(self.ref.ask(request, timeout=PATIENCE))
        except (ActorCrashed, ActorStopped) as error:
            return type(error)

    @rule(seconds=st.integers(1, 10))
    def time_passes(self, seconds: int) -> None:
        self.clock.advance(seconds)

    @precondition(lambda self: not self.gone)
    @rule()
    def crash(self) -> None:
        assert self.outcome(Fail()) is ActorCrashed
        now = self.clock.now()
        self.crashes.append(now)
        if sum(1 for at in self.crashes if now - at < self.within) > self.restarts:
            self.gone = True
            down = self.run(self.ref.watch())
            assert (down.failed, down.reason.startswith("it crashed too often")) == (True, True)
        else:
            assert self.run(self.clock.sleepers()) == [PAUSE]
            assert self.system.statistics()[0].state == "restarting"
            self.clock.advance(PAUSE)

    @rule()
    def ask(self) -> None:
        expected = ActorStopped if self.gone else len(self.crashes) + 1
        assert self.outcome(Generation()) == expected

    @rule()
    def look(self) -> None:
        health = self.system.health()
        assert health.healthy is not self.gone
        assert health.restarts == len(self.crashes) - self.gone

    def teardown(self) -> None:
        if hasattr(self, "system"):
            self.run(self.system.stop())
            self.loop.close()


TestSupervisionMachine = SupervisionMachine.TestCase
TestSupervisionMachine.settings = settings(max_examples=20, stateful_step_count=20, deadline=None)
