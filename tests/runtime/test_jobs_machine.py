"""Jobs in any order of start, join, leave, cancel, finish and crash."""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Callable
from typing import Any, TypeVar

import anyio
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from runtime.actor import Job
from runtime.errors import ActorCrashed, Condition, JobCancelled, Refusal
from runtime.jobs import Jobs
from runtime.mailbox import Envelope
from runtime.messages import Message, message
from runtime.replies import Reply
from tests.examples import examples

T = TypeVar("T")

LIMIT = 3


@message
class Order(Message):
    pass


class Declined(Refusal):
    """Declined."""


class Kept(Reply):
    """A reply that keeps what it is told."""

    __slots__ = ("told",)

    def __init__(self) -> None:
        super().__init__("kept")
        self.told: list[object] = []

    def answer(self, value: Any) -> None:
        self.told.append(value)

    def refuse(self, error: BaseException) -> None:
        self.told.append(type(error))


class JobsMachine(RuleBasedStateMachine):
    """Jobs of three keys and of none; a list of waiters per job says who is owed what."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.gates: dict[int, asyncio.Future[str]] = {}
        self.at_work: dict[int, str | None] = {}
        self.unwinding: dict[int, asyncio.Future[None]] = {}
        self.everyone: list[Kept] = []
        self.numbers = 0
        self.faults: list[BaseException] = []
        self.over = asyncio.Event()
        self.main = self.loop.create_task(self._main())
        self.settle()

    async def _main(self) -> None:
        async with anyio.create_task_group() as group:
            self.jobs = Jobs(
                "machine", group, limit=LIMIT, refusals=(Refusal,), crashed=self._crashed
            )
            await self.over.wait()
            await self.jobs.gone(5.0)

    def _crashed(self, fault: BaseException) -> Condition:
        self.faults.append(fault)
        return ActorCrashed("machine", repr(fault))

    def do(self, act: Callable[[], T]) -> T:
        """Do something on the loop, and let it run until nothing moves."""

        async def turns() -> T:
            result = act()
            for _ in range(20):
                await asyncio.sleep(0)
            return result

        return self.loop.run_until_complete(turns())

    def settle(self) -> None:
        self.do(lambda: None)

    async def _work(self, number: int, key: str | None, *, slow_end: bool) -> str:
        gate = self.gates[number] = self.loop.create_future()
        self.at_work[number] = key
        try:
            return str(await gate)
        except asyncio.CancelledError:
            if slow_end:
                last = self.unwinding[number] = self.loop.create_future()
                with anyio.CancelScope(shield=True):
                    await last
            raise
        finally:
            del self.at_work[number]
            self.gates.pop(number)

    @rule(key=st.sampled_from(["a", "b", "c", None]), told=st.booleans(), slow_end=st.booleans())
    def start(self, key: str | None, told: bool, slow_end: bool) -> None:
        self.numbers += 1
        reply = None if told else Kept()
        job = Job(key, self._work(self.numbers, key, slow_end=slow_end))
        envelope = Envelope(Order(), contextvars.copy_context(), reply)
        if reply is not None:
            self.everyone.append(reply)
        self.do(lambda: self.jobs.start(job, envelope))

    @precondition(lambda self: self.gates)
    @rule(data=st.data(), how=st.sampled_from(["value", "refusal", "crash"]))
    def finish(self, data: st.DataObject, how: str) -> None:
        number = data.draw(st.sampled_from(sorted(self.gates)))
        gate = self.gates[number]
        if gate.done():
            return
        if how == "value":
            gate.set_result("done")
        else:
            gate.set_exception(Declined() if how == "refusal" else ValueError("a bug"))
        self.settle()

    @precondition(lambda self: any(not each.told for each in self.everyone))
    @rule(data=st.data())
    def leave(self, data: st.DataObject) -> None:
        waiting = [n for n, each in enumerate(self.everyone) if not each.told]
        reply = self.everyone.pop(data.draw(st.sampled_from(waiting)))
        self.do(reply.give_up)
        assert reply.told == []

    @rule(key=st.sampled_from(["a", "b", "c"]))
    def cancel(self, key: str) -> None:
        waiting = [each for each in self.everyone if not each.told]
        found = self.do(lambda: self.jobs.cancel(key))
        told = [each for each in waiting if each.told]
        assert all(each.told == [JobCancelled] for each in told)
        assert found or not told
        assert not self.do(lambda: self.jobs.cancel(key))

    @precondition(lambda self: self.unwinding)
    @rule(data=st.data())
    def end_unwinding(self, data: st.DataObject) -> None:
        number = data.draw(st.sampled_from(sorted(self.unwinding)))
        self.unwinding.pop(number).set_result(None)
        self.settle()

    @invariant()
    def one_per_key_and_few_at_once(self) -> None:
        keys = [key for key in self.at_work.values() if key is not None]
        assert len(keys) == len(set(keys))
        assert len(self.at_work) <= LIMIT

    @invariant()
    def nobody_is_answered_twice(self) -> None:
        assert all(len(each.told) <= 1 for each in self.everyone)

    @invariant()
    def no_waiter_without_a_job(self) -> None:
        waiting = sum(1 for each in self.everyone if not each.told)
        owed = list(self.jobs.owed())
        assert len(owed) == len(set(map(id, owed))) == waiting

    @invariant()
    def no_job_without_a_waiter(self) -> None:
        for running in self.jobs._all:
            assert running.waiting or running.lingers or running.over

    @invariant()
    def none_waits_for_its_turn_while_there_is_room(self) -> None:
        blocked = [each for each in self.jobs._all if each.scope is None and each.after is None]
        assert not blocked or len(self.at_work) == LIMIT

    def teardown(self) -> None:
        self.do(lambda: self.jobs.cancel_all(ActorCrashed("machine", "the end")))
        while self.unwinding:
            self.unwinding.popitem()[1].set_result(None)
            self.settle()
        self.over.set()
        self.loop.run_until_complete(asyncio.wait_for(self.main, 5.0))
        assert len(self.jobs) == 0
        assert all(len(each.told) == 1 for each in self.everyone)
        assert all(isinstance(fault, ValueError) for fault in self.faults)
        self.loop.close()


TestJobsMachine = JobsMachine.TestCase
TestJobsMachine.settings = settings(
    max_examples=examples(60), stateful_step_count=40, deadline=None
)


def test_a_cancelled_waiter_is_told_once() -> None:
    """Who is told of a cancellation hears nothing more when the job has unwound."""
    machine = JobsMachine()
    machine.start(key="a", told=False, slow_end=False)
    machine.start(key="a", told=False, slow_end=False)
    machine.cancel(key="a")
    assert [each.told for each in machine.everyone] == [[JobCancelled]] * 2
    machine.teardown()
