"""The testing kit itself, and the room's public names."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

import runtime
from runtime import Actor, ActorSystem, Refusal, Request, StreamRequest, message, progress, reply
from runtime import testing as kit
from runtime.testing import ManualClock, Probe, crash, plain

pytestmark = pytest.mark.anyio


class Declined(Refusal):
    """Declined: ask for something else."""


@message
class Double(Request[int]):
    number: int


@message
class Count(StreamRequest[int, str]):
    to: int


@message
class Stop(Request[bool]):
    key: str


class Plainest(Actor[Double | Count | Stop]):
    """An actor to be run as a plain object."""

    def __init__(self) -> None:
        self.log: list[str] = []

    async def started(self) -> None:
        self.log.append("started")

    async def stopped(self) -> None:
        self.log.append("stopped")

    async def handle(self, message: Double | Count | Stop, /) -> object:
        match message:
            case Double(number=number):
                if number < 0:
                    raise Declined
                return reply(message, 2 * number)
            case Count():
                return self.job(self._count(message), key="count")
            case Stop(key=key):
                return self.cancel(key)

    async def _count(self, request: Count) -> str:
        for number in range(request.to):
            await progress(request, number)
        return "counted"


async def test_an_actor_runs_as_a_plain_object() -> None:
    """Without a thread: started, asked with jobs and progress, cancelled, refused, stopped."""
    actor = Plainest()
    async with plain(actor) as it:
        assert await it.ask(Double(number=4)) == 8
        assert await it.stream(Count(to=3)) == ([0, 1, 2], "counted")
        assert await it.ask(Stop(key="count")) is False
        assert it.cancelled == ["count"]
        with pytest.raises(Declined):
            await it.ask(Double(number=-1))
        await it.tell(Double(number=1))
    assert actor.log == ["started", "stopped"]


async def test_a_probe_keeps_and_answers(system: ActorSystem) -> None:
    """A probe answers with values, functions and refusals, and shows what it was sent."""
    probe = Probe({Double: lambda asked: asked.number * 2, Stop: Declined(), Count: "counted"})
    ref = await system.spawn("probe", lambda: probe)
    assert await ref.ask(Double(number=2)) == 4
    assert await ref.ask(Count(to=1)) == "counted"
    with pytest.raises(Declined):
        await ref.ask(Stop(key="k"))
    ref.tell(Double(number=3))
    assert await probe.received(Double, count=2) == [Double(number=2), Double(number=3)]
    assert probe.messages[:3] == [Double(number=2), Count(to=1), Stop(key="k")]


async def test_a_manual_clock_moves_by_hand() -> None:
    """Sleepers wake exactly when the clock has been advanced far enough, on their own loops."""
    clock = ManualClock(now=10.0)
    order: list[str] = []

    async def sleep(name: str, seconds: float) -> None:
        await clock.sleep(seconds)
        order.append(name)

    def elsewhere() -> None:
        asyncio.run(sleep("other loop", 1.0))

    other = asyncio.create_task(asyncio.to_thread(elsewhere))
    here = asyncio.create_task(sleep("this loop", 5.0))
    gone = asyncio.create_task(sleep("cancelled", 5.0))
    assert await clock.sleepers(3) == [1.0, 5.0, 5.0]
    gone.cancel()
    clock.advance(4.0)
    await other
    assert order == ["other loop"]
    clock.advance(1.0)
    await here
    assert (clock.now(), order) == (15.0, ["other loop", "this loop"])


async def test_waiting_for_what_never_comes_ends() -> None:
    """The kit's waits have a deadline and say that it passed."""
    with pytest.raises(TimeoutError, match=r"0.02 s have passed and it does not hold"):
        await Probe().received(Double, timeout=0.02)
    with pytest.raises(TimeoutError):
        await ManualClock().sleepers(timeout=0.02)


async def test_crashing_what_is_asleep_does_nothing(system: ActorSystem) -> None:
    """`crash` says whether there was an incarnation to crash."""
    ref = system.register("probe", Probe)
    assert not crash(ref)
    assert (await ref.ask(Double(number=1))) is None
    assert crash(ref)


def test_the_public_names_are_pinned() -> None:
    """The room exports exactly these names."""
    pinned = (Path(__file__).parent / "public_names.txt").read_text().split()
    assert runtime.__all__ == pinned
    assert all(hasattr(runtime, name) for name in pinned)
    assert kit.__all__ == ["Injected", "ManualClock", "Plain", "Probe", "crash", "plain"]
