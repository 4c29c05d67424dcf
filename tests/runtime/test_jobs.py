"""Long work beside the mailbox: joined, left, cancelled, limited, crashed."""

from __future__ import annotations

import asyncio
from typing import ClassVar

import anyio
import pytest

from runtime import (
    Actor,
    ActorCrashed,
    ActorRef,
    ActorStopped,
    ActorSystem,
    AskTimeout,
    JobCancelled,
    Message,
    Refusal,
    Request,
    Urgent,
    message,
)
from runtime.testing import PATIENCE

pytestmark = pytest.mark.anyio


class Declined(Refusal):
    """The work was declined: ask for something else."""


@message
class Work(Request[str]):
    name: str
    key: str | None = None


@message
class Begin(Message):
    name: str
    key: str


@message
class Stop(Request[bool], Urgent):
    key: str


@message
class Ping(Request[str], Urgent):
    pass


@message
class Hang(Request[str]):
    pass


@message
class Sync(Request[str]):
    """Be answered after what was sent before."""


Order = Work | Begin | Stop | Ping | Hang | Sync


class Foreman(Actor[Order]):
    """Do work as jobs; each waits for its name to be let through, or for its end to be told."""

    jobs_at_once: ClassVar[int] = 3

    def __init__(self) -> None:
        self.begun: list[str] = []
        self.ended: list[str] = []
        self.stubborn = False

    async def started(self) -> None:
        self.loop = asyncio.get_running_loop()
        self.changed = asyncio.Condition()
        self.outcomes: dict[str, object] = {}

    async def handle(self, message: Order, /) -> object:
        match message:
            case Work(name=name, key=key) | Begin(name=name, key=key):
                return self.job(self._work(name), key=key)
            case Stop(key=key):
                return self.cancel(key)
            case Ping():
                return "pong"
            case Sync():
                return "in order"
            case Hang():
                return await self._work("hang")

    async def _work(self, name: str) -> str:
        await self._note(self.begun, name)
        try:
            async with self.changed:
                await self.changed.wait_for(lambda: name in self.outcomes)
        finally:
            with anyio.CancelScope(shield=True):
                await self._end(name)
        outcome = self.outcomes[name]
        if isinstance(outcome, BaseException):
            raise outcome
        return str(outcome)

    async def _end(self, name: str) -> None:
        if name.startswith("slow"):
            async with self.changed:
                await self.changed.wait_for(lambda: f"end of {name}" in self.outcomes)
        await self._note(self.ended, name)

    async def _note(self, notes: list[str], name: str) -> None:
        async with self.changed:
            notes.append(name)
            self.changed.notify_all()

    async def let(self, name: str, outcome: object) -> None:
        """Let a job end, from the test's loop."""

        async def on_loop() -> None:
            async with self.changed:
                self.outcomes[name] = outcome
                self.changed.notify_all()

        await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(on_loop(), self.loop))

    async def until(self, notes: list[str], *names: str) -> None:
        """Wait on the test's loop until these have been noted, in this order."""

        async def on_loop() -> None:
            async with asyncio.timeout(PATIENCE), self.changed:
                await self.changed.wait_for(lambda: notes[-len(names) :] == list(names))

        await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(on_loop(), self.loop))


@pytest.fixture
def foreman() -> Foreman:
    return Foreman()


@pytest.fixture
async def ref(system: ActorSystem, foreman: Foreman) -> ActorRef[Order]:
    return await system.spawn("foreman", lambda: foreman)


def ask(ref: ActorRef[Order], name: str, key: str | None = None) -> asyncio.Task[str]:
    return asyncio.create_task(ref.ask(Work(name=name, key=key), timeout=PATIENCE))


async def settled(ref: ActorRef[Order], foreman: Foreman) -> None:
    """Wait until what was sent before is handled, and who left before is known to have left."""
    await ref.ask(Sync())
    await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(asyncio.sleep(0), foreman.loop))


async def left(task: asyncio.Task[str]) -> None:
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_a_second_request_joins_the_first(ref: ActorRef[Order], foreman: Foreman) -> None:
    """Two requests with one key run one job and get the same answer; other keys run beside it."""
    first, other = ask(ref, "first", "k"), ask(ref, "other", "o")
    await foreman.until(foreman.begun, "first", "other")
    second = ask(ref, "second", "k")
    assert await ref.ask(Sync()) == "in order"
    await foreman.let("other", "beside")
    assert await other == "beside"
    await foreman.let("first", "done")
    assert [await first, await second] == ["done", "done"]
    assert foreman.begun == ["first", "other"]


async def test_jobs_without_a_key_join_nothing(ref: ActorRef[Order], foreman: Foreman) -> None:
    """Two jobs with the key None both run."""
    tasks = [ask(ref, name) for name in ("one", "two")]
    await foreman.until(foreman.begun, "one", "two")
    for name in ("two", "one"):
        await foreman.let(name, name)
    assert [await task for task in tasks] == ["one", "two"]


async def test_the_last_waiter_who_leaves_cancels(ref: ActorRef[Order], foreman: Foreman) -> None:
    """A joined job survives its first leaver, and is cancelled when the last one has left."""
    first, second = ask(ref, "job", "k"), ask(ref, "joins", "k")
    await foreman.until(foreman.begun, "job")
    await settled(ref, foreman)
    await left(first)
    await settled(ref, foreman)
    await foreman.let("job", "done")
    assert await second == "done"
    tasks = [ask(ref, "again", "k"), ask(ref, "joins", "k")]
    await foreman.until(foreman.begun, "job", "again")
    await settled(ref, foreman)
    for task in tasks:
        await left(task)
    await foreman.until(foreman.ended, "job", "again")


async def test_a_deadline_is_a_leaving_too(ref: ActorRef[Order], foreman: Foreman) -> None:
    """A job whose only waiter's deadline passes is cancelled."""
    with pytest.raises(AskTimeout):
        await ref.ask(Work(name="job"), timeout=0.05)
    await foreman.until(foreman.ended, "job")


async def test_work_nobody_waits_for_goes_on(ref: ActorRef[Order], foreman: Foreman) -> None:
    """A job begun by a tell is not cancelled when the one who joined it leaves."""
    ref.tell(Begin(name="told", key="k"))
    joined = ask(ref, "joins", "k")
    await foreman.until(foreman.begun, "told")
    await settled(ref, foreman)
    await left(joined)
    again = ask(ref, "again", "k")
    await settled(ref, foreman)
    await foreman.let("told", "done")
    assert await again == "done"
    assert foreman.begun == ["told"]


async def test_a_handler_whose_asker_leaves_is_cancelled(
    ref: ActorRef[Order], foreman: Foreman
) -> None:
    """Work awaited in the handler ends when its asker leaves, and the mailbox goes on."""
    asker = asyncio.create_task(ref.ask(Hang(), timeout=PATIENCE))
    await foreman.until(foreman.begun, "hang")
    await left(asker)
    await foreman.until(foreman.ended, "hang")
    after = ask(ref, "after")
    await foreman.until(foreman.begun, "hang", "after")
    await foreman.let("after", "alive")
    assert await after == "alive"


async def test_cancel_tells_everyone_who_waits(ref: ActorRef[Order], foreman: Foreman) -> None:
    """Cancelling by key ends the job and tells all its waiters; with no such job, it says so."""
    tasks = [ask(ref, "job", "k"), ask(ref, "joins", "k")]
    await foreman.until(foreman.begun, "job")
    await settled(ref, foreman)
    assert await ref.ask(Stop(key="k")) is True
    for task in tasks:
        with pytest.raises(JobCancelled, match="foreman was told to cancel this work"):
            await task
    await foreman.until(foreman.ended, "job")
    assert await ref.ask(Stop(key="unknown")) is False


async def test_a_cancelled_job_is_not_joined(ref: ActorRef[Order], foreman: Foreman) -> None:
    """A request that meets a job being cancelled starts anew once that one has ended."""
    first = ask(ref, "slow", "k")
    await foreman.until(foreman.begun, "slow")
    assert await ref.ask(Stop(key="k"))
    with pytest.raises(JobCancelled):
        await first
    second, third = ask(ref, "second", "k"), ask(ref, "third", "k")
    other = ask(ref, "other", "o")
    await foreman.until(foreman.begun, "slow", "other")
    await left(second)
    await settled(ref, foreman)
    await left(third)
    await settled(ref, foreman)
    fourth, later = ask(ref, "fourth", "k"), ask(ref, "later", "l")
    await foreman.until(foreman.begun, "slow", "other", "later")
    await foreman.let("end of slow", "")
    await foreman.until(foreman.begun, "slow", "other", "later", "fourth")
    for name, task in (("other", other), ("later", later), ("fourth", fourth)):
        await foreman.let(name, name)
        assert await task == name


async def test_a_refusing_job_is_an_answer(ref: ActorRef[Order], foreman: Foreman) -> None:
    """A refusal from a job goes to all its waiters, and the actor lives on."""
    tasks = [ask(ref, "job", "k"), ask(ref, "joins", "k")]
    await foreman.until(foreman.begun, "job")
    await settled(ref, foreman)
    await foreman.let("job", Declined())
    for task in tasks:
        with pytest.raises(Declined):
            await task
    assert await ref.ask(Sync()) == "in order"


async def test_a_crashing_job_ends_its_siblings(
    system: ActorSystem, ref: ActorRef[Order], foreman: Foreman
) -> None:
    """A crash in one job answers ActorCrashed to all jobs, and the actor restarts once."""
    tasks = [ask(ref, "job"), ask(ref, "sibling")]
    await foreman.until(foreman.begun, "job", "sibling")
    await foreman.let("job", ValueError("a bug"))
    for task in tasks:
        with pytest.raises(ActorCrashed, match="ValueError: a bug"):
            await task
    assert await ref.ask(Sync()) == "in order"
    assert system.statistics()[0].restarts == 1


async def test_jobs_beyond_the_limit_wait_their_turn(
    ref: ActorRef[Order], foreman: Foreman
) -> None:
    """With three at once, the fourth and fifth start in order as others end; one may leave."""
    tasks = [ask(ref, name) for name in "abcde"]
    await foreman.until(foreman.begun, "a", "b", "c")
    await settled(ref, foreman)
    await left(tasks[3])
    await settled(ref, foreman)
    await foreman.let("b", "b")
    await foreman.until(foreman.begun, "a", "b", "c", "e")
    for name in "ace":
        await foreman.let(name, name)
    assert [await task for task in (*tasks[:3], tasks[4])] == ["a", "b", "c", "e"]


async def test_a_stop_gives_jobs_their_grace(system: ActorSystem, foreman: Foreman) -> None:
    """A job still at work when the grace is over answers ActorStopped."""
    ref = await system.spawn("foreman", lambda: foreman)
    task = ask(ref, "job")
    await foreman.until(foreman.begun, "job")
    await system.stop()
    with pytest.raises(ActorStopped, match="foreman has stopped"):
        await task
    assert foreman.ended == ["job"]


async def test_urgent_messages_pass_work(ref: ActorRef[Order], foreman: Foreman) -> None:
    """While a handler hangs and the mailbox is full behind it, an urgent ask is answered."""
    hanging = asyncio.create_task(ref.ask(Hang(), timeout=PATIENCE))
    await foreman.until(foreman.begun, "hang")
    for number in range(1000):
        ref.tell(Begin(name=str(number), key=str(number)))
    assert await ref.ask(Ping(), timeout=PATIENCE) == "pong"
    await left(hanging)
