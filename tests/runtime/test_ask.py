"""Asking: answers, deadlines, contexts, threads and loops."""

from __future__ import annotations

import asyncio
import contextvars
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import structlog

from runtime import (
    Actor,
    ActorRef,
    ActorSystem,
    AskOnLoop,
    AskTimeout,
    AskToSelf,
    Job,
    Refusal,
    Request,
    message,
)
from runtime.replies import Port

pytestmark = pytest.mark.anyio

trace: contextvars.ContextVar[str] = contextvars.ContextVar("trace", default="none")


class Declined(Refusal):
    """{what} was declined: ask for something else."""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what


@message
class Echo(Request[str]):
    text: str


@message
class Decline(Request[str]):
    what: str


@message
class Wait(Request[str]):
    pass


@message
class Where(Request[tuple[str, str, int]]):
    in_job: bool = False


@message
class AskYourself(Request[str]):
    pass


Question = Echo | Decline | Wait | Where | AskYourself


class Oracle(Actor[Question]):
    """Answer questions; `gate` holds back those who ask to wait."""

    def __init__(self, seen: list[object] | None = None) -> None:
        self.seen = [] if seen is None else seen
        self.me: ActorRef[Question] | None = None

    async def started(self) -> None:
        self.gate = asyncio.Event()
        self.loop = asyncio.get_running_loop()

    def release(self) -> None:
        self.loop.call_soon_threadsafe(self.gate.set)

    async def handle(self, message: Question, /) -> object:
        self.seen.append(message)
        match message:
            case Echo(text=text):
                return text
            case Decline(what=what):
                raise Declined(what)
            case Wait():
                await self.gate.wait()
                return "waited"
            case Where(in_job=in_job):
                return self.job(self._where()) if in_job else await self._where()
            case AskYourself():
                assert self.me is not None
                return await self.me.ask(Echo(text="me"))

    async def _where(self) -> tuple[str, str, int]:
        await asyncio.sleep(0)
        bound = structlog.contextvars.get_contextvars().get("account", "none")
        return trace.get(), bound, threading.get_ident()


async def in_thread(work: Callable[[], object]) -> object:
    with ThreadPoolExecutor(1) as pool:
        return await asyncio.wrap_future(pool.submit(work))


async def test_answers_come_in_the_order_asked(system: ActorSystem) -> None:
    """A hundred asks at once are answered each with its own reply, handled in order."""
    seen: list[object] = []
    ref = await system.spawn("oracle", lambda: Oracle(seen))
    texts = [str(n) for n in range(100)]
    assert await asyncio.gather(*(ref.ask(Echo(text=text)) for text in texts)) == texts
    assert seen == [Echo(text=text) for text in texts]


async def test_a_refusal_is_an_answer(system: ActorSystem) -> None:
    """A refusal reaches its asker as a value without a traceback, and the actor lives on."""
    ref = await system.spawn("oracle", Oracle)
    with pytest.raises(Declined, match="tea was declined: ask for something else") as caught:
        await ref.ask(Decline(what="tea"))
    assert caught.value.what == "tea"
    assert caught.value.__context__ is None
    frames = {Path(str(entry.path)).name for entry in caught.traceback}
    assert frames == {"test_ask.py", "ref.py", "replies.py"}
    assert await ref.ask(Echo(text="alive")) == "alive"
    assert system.statistics()[0].restarts == 0


async def test_an_ask_ends_at_its_deadline(system: ActorSystem) -> None:
    """An ask that is not answered in time ends with AskTimeout, which is a TimeoutError too."""
    ref = await system.spawn("oracle", Oracle)
    with pytest.raises(AskTimeout, match="oracle did not answer before the deadline") as caught:
        await ref.ask(Wait(), timeout=0.02)
    assert isinstance(caught.value, TimeoutError)


async def test_deadlines_end_in_their_own_order(system: ActorSystem) -> None:
    """An ask with a near deadline ends before an older one with a far deadline."""
    ref = await system.spawn("oracle", Oracle)
    far = asyncio.create_task(ref.ask(Wait(), timeout=20.0))
    await asyncio.sleep(0)
    with pytest.raises(AskTimeout):
        await ref.ask(Wait(), timeout=0.02)
    assert not far.done()
    far.cancel()
    with pytest.raises(asyncio.CancelledError):
        await far


async def test_an_abandoned_ask_is_never_handled(system: ActorSystem) -> None:
    """Asks that timed out, or were cancelled, while they waited are skipped."""
    oracle = Oracle()
    ref = await system.spawn("oracle", lambda: oracle)
    blocker = asyncio.create_task(ref.ask(Wait()))
    cancelled = asyncio.create_task(ref.ask(Echo(text="cancelled")))
    await asyncio.sleep(0)
    with pytest.raises(AskTimeout):
        await ref.ask(Echo(text="late"), timeout=0.02)
    cancelled.cancel()
    with pytest.raises(asyncio.CancelledError):
        await cancelled
    last = asyncio.create_task(ref.ask(Echo(text="last")))
    await asyncio.sleep(0)
    oracle.release()
    assert await blocker == "waited"
    assert await last == "last"
    assert oracle.seen == [Wait(), Echo(text="last")]


async def test_a_thread_without_a_loop_asks(system: ActorSystem) -> None:
    """`ask_sync` brings replies, refusals and timeouts to a plain thread."""
    ref = await system.spawn("oracle", Oracle)
    assert await in_thread(lambda: ref.ask_sync(Echo(text="hello"))) == "hello"
    with pytest.raises(Declined):
        await in_thread(lambda: ref.ask_sync(Decline(what="tea")))
    with pytest.raises(AskTimeout):
        await in_thread(lambda: ref.ask_sync(Wait(), timeout=0.02))


async def test_ask_sync_refuses_to_block_a_loop(system: ActorSystem) -> None:
    """`ask_sync` on a running loop raises, and sends nothing."""
    seen: list[object] = []
    ref = await system.spawn("oracle", lambda: Oracle(seen))
    with pytest.raises(AskOnLoop, match="use `await` instead"):
        ref.ask_sync(Echo(text="blocking"))
    await ref.ask(Echo(text="next"))
    assert seen == [Echo(text="next")]


async def test_asking_oneself_is_refused(system: ActorSystem) -> None:
    """An actor that asks itself is told so at once instead of waiting for ever."""
    oracle = Oracle()
    ref = oracle.me = await system.spawn("oracle", lambda: oracle)
    with pytest.raises(AskToSelf, match="call the method instead"):
        await ref.ask(AskYourself())


@pytest.mark.parametrize("in_job", [False, True])
async def test_the_askers_context_reaches_the_work(system: ActorSystem, in_job: bool) -> None:
    """A handler and a job see the asker's context variables and its bound log context."""
    ref = await system.spawn("oracle", Oracle)
    trace.set("t-1")
    with structlog.contextvars.bound_contextvars(account="42"):
        seen = await ref.ask(Where(in_job=in_job))
    assert seen[:2] == ("t-1", "42")
    assert seen[2] != threading.get_ident()


async def test_one_askers_context_is_not_the_nexts(system: ActorSystem) -> None:
    """Two asks with different contexts each see their own, on the same thread."""
    ref = await system.spawn("oracle", Oracle)

    async def ask(as_: str) -> tuple[str, str, int]:
        trace.set(as_)
        return await ref.ask(Where())

    one, two = await asyncio.gather(ask("one"), ask("two"))
    assert (one[0], two[0]) == ("one", "two")
    assert one[2] == two[2]


async def test_many_loops_ask_one_actor(system: ActorSystem) -> None:
    """Five threads with loops of their own and five without all get their own answers."""
    ref = await system.spawn("oracle", Oracle)

    async def a_hundred(mine: str) -> list[str]:
        return await asyncio.gather(*(ref.ask(Echo(text=f"{mine}{n}")) for n in range(100)))

    def on_a_loop(mine: str) -> list[str]:
        return asyncio.run(a_hundred(mine))

    def without(mine: str) -> list[str]:
        return [ref.ask_sync(Echo(text=f"{mine}{n}")) for n in range(100)]

    with ThreadPoolExecutor(10) as pool:
        runs = [(m, pool.submit(on_a_loop if m < "f" else without, m)) for m in "abcdefghij"]
        for mine, run in runs:
            answers = await asyncio.wrap_future(run)
            assert answers == [f"{mine}{n}" for n in range(100)]


async def test_a_job_describes_its_key_and_its_work() -> None:
    """`job` only describes work: an actor is a plain object, whose job a test may await."""
    job = await Oracle().handle(Where(in_job=True))
    assert isinstance(job, Job)
    assert job.key is None
    assert (await job.work)[0] == "none"


def test_a_reply_that_meets_the_flush_is_not_lost() -> None:
    """A reply handed over just as the outbox is found empty still comes home."""

    async def main() -> list[str]:
        port = Port(asyncio.get_running_loop())
        first, second = port.expect("actor", 5.0), port.expect("actor", 5.0)

        class Outbox(deque[Any]):
            """An outbox to which another thread appends as soon as it is found empty."""

            prodded = False

            def __bool__(self) -> bool:
                if len(self) == 0 and not self.prodded:
                    self.prodded = True
                    port.deliver(second, "second", None)
                    return False
                return len(self) > 0

        port._outbox = Outbox()
        first.answer("first")
        return [await first.wait(), await second.wait()]

    assert asyncio.run(main()) == ["first", "second"]
