"""Watching: stalled loops, statistics, affinity, limits, what is shown."""

from __future__ import annotations

import asyncio
import logging
import subprocess
import sys
import textwrap
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from blockbuster import blockbuster_ctx
from hypothesis import given
from hypothesis import strategies as st

from runtime import Actor, ActorSystem, Affinity, Request, StreamRequest, message, progress
from runtime import threads as kernel_threads
from runtime.once import Once
from runtime.testing import PATIENCE
from runtime.watchdog import Watchdog

pytestmark = pytest.mark.anyio


@message
class Block(Request[str]):
    pass


@message
class Recurse(Request[int]):
    depth: int


@message
class Count(StreamRequest[int, int]):
    to: int


class Counting(Actor[Count]):
    """Report every number below the one asked for, as a job."""

    async def handle(self, message: Count, /) -> object:
        return self.job(self._count(message))

    async def _count(self, request: Count) -> int:
        for number in range(request.to):
            await progress(request, number)
        return request.to


class Blocking(Actor[Block | Recurse]):
    """Block the thread until it is let go."""

    def __init__(self) -> None:
        self.blocked: Once[None] = Once()
        self.free = threading.Event()

    async def handle(self, message: Block | Recurse, /) -> object:
        match message:
            case Block():
                self.guilty_function()
                return "free"
            case Recurse(depth=depth):
                sys.setrecursionlimit(max(sys.getrecursionlimit(), depth + 1000))
                return self.recurse(depth)

    def guilty_function(self) -> None:
        self.blocked.set(None)
        self.free.wait(PATIENCE)

    def recurse(self, depth: int) -> int:
        return 0 if depth == 0 else 1 + max(self.recurse(depth - 1), 0)


async def recovered(watchdog: Watchdog) -> None:
    async with asyncio.timeout(PATIENCE):
        while watchdog.stalled:
            watchdog.look()
            await asyncio.sleep(0)


async def test_the_watchdog_names_who_stalls(
    system: ActorSystem, caplog: pytest.LogCaptureFixture
) -> None:
    """A loop that does not come round is counted once, with the guilty stack; then it recovers."""
    actor = Blocking()
    ref = await system.spawn("blocking", lambda: actor)
    watchdog = Watchdog(system._registry.living, stall=1e-9)
    ask = asyncio.create_task(ref.ask(Block()))
    await actor.blocked.wait(PATIENCE)
    with caplog.at_level(logging.INFO, "tgactors.runtime"):
        watchdog.look()
        watchdog.look()
        assert watchdog.stalled == ("blocking",)
        (seen,) = system.statistics()
        assert (seen.stalls, seen.lag > 0) == (1, True)
        actor.free.set()
        await ask
        await recovered(watchdog)
    texts = [record.getMessage() for record in caplog.records]
    stalled = [text for text in texts if text.startswith("loop.stalled")]
    assert len(stalled) == 1
    assert "guilty_function" in stalled[0]
    assert texts[-1].startswith("loop.recovered actor='blocking'")
    (seen,) = system.statistics()
    assert seen.longest > 0


async def test_the_watchdog_looks_by_itself(caplog: pytest.LogCaptureFixture) -> None:
    """A system's own watchdog reports a stall to its health while it lasts."""
    actor = Blocking()
    async with ActorSystem("watched", stall=0.02) as system:
        ref = await system.spawn("blocking", lambda: actor)
        ask = asyncio.create_task(ref.ask(Block()))
        async with asyncio.timeout(PATIENCE):
            while system.health().stalled != ("blocking",):  # noqa: ASYNC110
                await asyncio.sleep(0.001)
        assert not system.health().healthy
        actor.free.set()
        assert await ask == "free"
    assert "loop.stalled" in caplog.text


async def test_an_idle_loop_does_not_stall(system: ActorSystem) -> None:
    """A loop that waits for work has no lag, however strictly one looks."""
    ref = await system.spawn("blocking", Blocking)
    await ref.ask(Recurse(depth=0))
    async with asyncio.timeout(PATIENCE):
        while system.statistics()[0].lag:  # noqa: ASYNC110
            await asyncio.sleep(0)
    watchdog = Watchdog(system._registry.living, stall=1e-9)
    pulse = system._registry.living()[0].pulse
    assert pulse is not None
    assert pulse.waiting
    watchdog.look()
    busy = system.statistics()[0].busy
    assert 0 < busy < 5.0
    assert watchdog.stalled == ()


async def test_an_actors_stack_is_deep_and_others_keep_theirs(system: ActorSystem) -> None:
    """An actor recurses thousands deep; the process's own thread stack size is left as it was."""
    before = threading.stack_size(0)
    try:
        ref = await system.spawn("deep", Blocking)
        assert await ref.ask(Recurse(depth=5_000)) == 5_000
    finally:
        assert threading.stack_size(before) == 0


@given(soft=st.integers(0, 100_000), actors=st.integers(0, 100_000))
def test_advice_is_given_exactly_when_needed(soft: int, actors: int) -> None:
    """There is advice if and only if the limit is too low, and following it leaves none."""
    advice = kernel_threads.advice(actors, soft, hard=10**6)
    assert (advice is None) is (actors <= kernel_threads.room_for(soft))
    if advice is not None:
        wanted = int(advice.split("ulimit -n ")[1].split("`")[0])
        assert kernel_threads.advice(actors, wanted, hard=10**6) is None


def test_advice_knows_the_hard_limit() -> None:
    """Where `ulimit` would be refused, the advice says what has to be raised first."""
    advice = kernel_threads.advice(1000, soft=256, hard=1024)
    assert advice is not None
    assert "256 open files are enough for 64 live actors, not 1000" in advice
    assert "raise the hard limit (1024) to 3064" in advice


def test_a_low_limit_is_warned_of_at_the_start(caplog: pytest.LogCaptureFixture) -> None:
    """A system that expects more actors than the limit has room for logs the advice."""
    with caplog.at_level(logging.WARNING, "tgactors.runtime"):
        ActorSystem("large", expected=10**9)
    assert "limits.low" in caplog.text
    assert "live actors" in caplog.text


WITHOUT_DESCRIPTORS = """
    import asyncio, resource
    from runtime import Actor, ActorStopped, ActorSystem, NoThread, Request, message

    @message
    class Echo(Request[int]):
        number: int

    class Worker(Actor[Echo]):
        async def handle(self, message): return message.number

    async def main():
        async with ActorSystem() as system:
            ready = await system.spawn("ready", Worker)
            lazy = system.register("lazy", Worker)
            soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
            resource.setrlimit(resource.RLIMIT_NOFILE, (3, hard))
            try:
                await system.spawn("late", Worker)
            except NoThread as error:
                print(error)
            try:
                await lazy.ask(Echo(number=1))
            except ActorStopped as error:
                print(error)
            print(await ready.ask(Echo(number=2)))
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
            late = await system.spawn("late", Worker)
            print(await late.ask(Echo(number=3)))

    asyncio.run(main())
"""


def test_no_descriptors_left_is_an_answer() -> None:
    """Without descriptors a start is refused with advice, a wake is answered, others live on."""
    run = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(WITHOUT_DESCRIPTORS)],
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )
    late, lazy, *answers = run.stdout.splitlines()
    assert late.startswith("late got no thread or loop of its own (Too many open files): see")
    assert lazy.startswith("lazy has stopped (no loop: Too many open files)")
    assert answers == ["2", "3"]


class Client:
    """A resource that belongs to one thread."""

    def __init__(self) -> None:
        self.limit = 1

    def fetch(self, number: int) -> int:
        return number * self.limit


def test_affinity_counts_and_names(caplog: pytest.LogCaptureFixture) -> None:
    """Uses from the home thread pass; others are counted and named, never refused."""
    affinity = Affinity("client")
    client = affinity.guard(Client())
    assert client.fetch(2) == 2
    assert affinity.violations == 0

    def elsewhere() -> int:
        client.limit = 3
        total: int = client.fetch(1) + client.fetch(1)
        assert not affinity.note("by hand")
        return total

    with ThreadPoolExecutor(1, thread_name_prefix="foreign") as pool:
        assert pool.submit(elsewhere).result() == 6
    assert affinity.violations == 4
    assert repr(affinity) == "<Affinity client violations=4>"
    counts = affinity.named()
    assert [(use.split(" ")[0], count) for use, count in counts.items()] == [
        ("limit", 1),
        ("fetch", 2),
        ("by", 1),
    ]
    assert all("foreign_0" in use and "test_watch.py:" in use for use in counts)
    assert caplog.text.count("affinity.violated") == 3


def test_affinity_may_move_with_its_resource() -> None:
    """After `bind` the thread that called it is home, and the maker is not."""
    affinity = Affinity("client")
    with ThreadPoolExecutor(1) as pool:
        pool.submit(affinity.bind).result()
        assert pool.submit(affinity.note, "fetch").result()
    assert not affinity.note("fetch")
    assert affinity.violations == 1


def test_affinity_keeps_a_bounded_list_of_names() -> None:
    """However many different uses there are, all are counted and only some are kept by name."""
    affinity = Affinity("client")
    with ThreadPoolExecutor(1) as pool:
        for number in range(300):
            pool.submit(affinity.note, f"use {number}").result()
    assert affinity.violations == 300
    assert len(affinity.named()) == 100


def test_the_kernel_blocks_no_loop() -> None:
    """Asks, streams, sleep and waking hold short locks on a loop, and block in nothing else."""

    async def main() -> tuple[int, list[int], int]:
        async with ActorSystem("guarded") as system:
            ref = await system.spawn("one", Counting)
            lazy = system.register("lazy", Counting, idle=0.01)
            counted = [number async for number in ref.stream(Count(to=3))]
            await lazy.ask(Count(to=1))
            async with asyncio.timeout(PATIENCE):
                while "lazy" in {thread.name for thread in threading.enumerate()}:  # noqa: ASYNC110
                    await asyncio.sleep(0.001)
            await ref.send(Count(to=1))
            return await ref.ask(Count(to=2)), counted, await lazy.ask(Count(to=4))

    with blockbuster_ctx() as guard:
        for name in ("threading.Lock.acquire", "threading.Lock.acquire_lock"):
            guard.functions[name].deactivate()
        assert asyncio.run(main()) == (2, [0, 1, 2], 4)
