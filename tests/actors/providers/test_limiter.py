"""The line before an account, in any order of coming, leaving and being served."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from actors.providers.limiter import Crowded, Limiter
from actors.providers.outcomes import Priority

T = TypeVar("T")

AT_ONCE = 2
LONGEST = 5


class LimiterMachine(RuleBasedStateMachine):
    """Somebody comes, leaves, is interrupted in his turn or ends it; a list says who is next."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.limiter = Limiter(AT_ONCE, LONGEST)
        self.numbers = 0
        self.tasks: dict[int, asyncio.Task[None]] = {}
        self.gates: dict[int, asyncio.Future[None]] = {}
        self.served: set[int] = set()
        self.expected: set[int] = set()
        self.line: list[tuple[Priority, int]] = []
        self.sent_away: set[int] = set()

    def do(self, act: Callable[[], T]) -> T:
        """Do something on the loop, and let it run until nothing moves."""

        async def turns() -> T:
            result = act()
            for _ in range(10):
                await asyncio.sleep(0)
            return result

        return self.loop.run_until_complete(turns())

    async def _visit(self, number: int, priority: Priority) -> None:
        async with self.limiter.turn(priority, 3600):
            self.served.add(number)
            self.gates[number] = self.loop.create_future()
            try:
                await self.gates[number]
            finally:
                self.served.discard(number)
                del self.gates[number]

    def _next(self) -> None:
        """Let the list say who has a turn now."""
        self.line.sort()
        while self.line and len(self.expected) < AT_ONCE:
            self.expected.add(self.line.pop(0)[1])

    @rule(priority=st.sampled_from(Priority))
    def come(self, priority: Priority) -> None:
        self.numbers += 1
        number = self.numbers
        task = self.do(lambda: self.loop.create_task(self._visit(number, priority)))
        self.tasks[number] = task
        if len(self.expected) == AT_ONCE and len(self.line) == LONGEST:
            last = max(self.line)
            if last[0] <= priority:
                self.sent_away.add(number)
                return
            self.line.remove(last)
            self.sent_away.add(last[1])
        self.line.append((priority, number))
        self._next()

    @precondition(lambda self: self.served)
    @rule(data=st.data())
    def end(self, data: st.DataObject) -> None:
        number = data.draw(st.sampled_from(sorted(self.served)))
        self.do(lambda: self.gates[number].set_result(None))
        self.expected.discard(number)
        self._next()

    @precondition(lambda self: self.served or self.line)
    @rule(data=st.data())
    def leave(self, data: st.DataObject) -> None:
        waiting = [number for _, number in self.line]
        number = data.draw(st.sampled_from(sorted([*self.served, *waiting])))
        self.do(self.tasks[number].cancel)
        self._gone(number)

    @precondition(lambda self: self.served and self.line)
    @rule(data=st.data())
    def leave_at_the_moment_of_the_turn(self, data: st.DataObject) -> None:
        """A turn ends, and who is given it leaves before he can take it."""
        number = data.draw(st.sampled_from(sorted(self.served)))
        heir = min(self.line)[1]

        def both() -> None:
            self.gates[number].set_result(None)
            self.loop.call_soon(self.tasks[heir].cancel)

        self.do(both)
        self._gone(number)
        self._gone(heir)

    def _gone(self, number: int) -> None:
        self.expected.discard(number)
        self.line = [each for each in self.line if each[1] != number]
        self._next()

    @invariant()
    def never_more_than_allowed(self) -> None:
        assert len(self.served) <= AT_ONCE

    @invariant()
    def the_right_ones_have_their_turn(self) -> None:
        """The most urgent, and among equals who came first; nobody is lost, no turn is."""
        assert self.served == self.expected
        assert self.limiter.active == len(self.expected)
        assert self.limiter.waiting == len(self.line)

    @invariant()
    def the_right_ones_are_sent_away(self) -> None:
        crowded = {
            number
            for number, task in self.tasks.items()
            if task.done() and not task.cancelled() and isinstance(task.exception(), Crowded)
        }
        assert crowded == self.sent_away

    def teardown(self) -> None:
        for task in self.tasks.values():
            self.do(task.cancel)
        assert self.limiter.active == 0
        assert self.limiter.waiting == 0
        self.loop.close()


TestLimiter = LimiterMachine.TestCase


@pytest.mark.anyio
async def test_nobody_waits_for_ever() -> None:
    """Whose seconds in the line are over leaves it, and takes no turn with him."""
    limiter = Limiter(1)
    async with limiter.turn(Priority.TAG, 1):
        with pytest.raises(TimeoutError):
            async with limiter.turn(Priority.QUESTION, 0):
                pass
        assert limiter.waiting == 0
    async with limiter.turn(Priority.TAG, 1):
        assert limiter.active == 1
    assert limiter.active == 0
