"""Sleeping and waking behind an unchanged reference."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from runtime import (
    Actor,
    ActorCrashed,
    ActorRef,
    ActorStopped,
    ActorSystem,
    AskTimeout,
    Backoff,
    Message,
    Refusal,
    Request,
    Urgent,
    message,
)
from runtime.testing import PATIENCE, ManualClock

pytestmark = pytest.mark.anyio

ASKS = int(os.environ.get("TGACTORS_RACE_ASKS", "6000"))
SOAK_ASKS = 340_000


class Offline(Refusal):
    """There is no connection: try again later."""


@message
class Count(Request[tuple[int, int]]):
    pass


@message
class Note(Message):
    pass


@message
class Look(Request[str], Urgent):
    pass


@message
class Work(Request[str]):
    pass


@message
class Fail(Request[str]):
    pass


@message
class Linger(Request[None]):
    """Leave a thread running behind the loop's back."""


Order = Count | Note | Look | Work | Fail | Linger


class Sleeper(Actor[Order]):
    """Count messages and starts, and keep the counts over sleep."""

    def __init__(self) -> None:
        self.count = self.starts = self.stops = 0
        self.refuses: list[BaseException] = []
        self.awake = False
        self.overlaps = 0
        self.live = self.undecided = False
        self.lingering = threading.Event()

    async def started(self) -> None:
        self.overlaps += self.awake
        self.awake = True
        self.starts += 1
        self.gate = asyncio.Event()
        self.loop = asyncio.get_running_loop()
        if self.refuses:
            raise self.refuses.pop(0)

    async def stopped(self) -> None:
        self.awake = False
        self.stops += 1

    def may_sleep(self) -> bool:
        if self.undecided:
            self.undecided = False
            raise ValueError("a bug")
        return not self.live

    async def handle(self, message: Order, /) -> object:
        match message:
            case Count() | Note():
                await asyncio.sleep(0)
                self.count += 1
                return self.count, self.starts
            case Look():
                self.gate.set()
                return "seen"
            case Work():
                return self.job(self._work())
            case Linger():
                self.thread = asyncio.get_running_loop().run_in_executor(
                    None, self.lingering.wait, PATIENCE
                )
                return None
            case Fail():
                raise ValueError("a bug")

    async def _work(self) -> str:
        await self.gate.wait()
        return "worked"


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
async def timed(clock: ManualClock) -> AsyncIterator[ActorSystem]:
    async with ActorSystem("timed", grace=0.2, clock=clock) as system:
        yield system


async def asleep(ref: ActorRef[Order], system: ActorSystem) -> None:
    """Wait until an actor's thread has ended."""
    async with asyncio.timeout(PATIENCE):
        while ref.name in {thread.name for thread in threading.enumerate()}:  # noqa: ASYNC110
            await asyncio.sleep(0.001)
    (state,) = (each.state for each in system.statistics() if each.name == ref.name)
    assert state == "asleep"


async def test_a_registered_actor_starts_at_its_first_message(system: ActorSystem) -> None:
    """Registering starts nothing; the first message, of any kind, does."""
    sleeper = Sleeper()
    ref = system.register("sleeper", lambda: sleeper)
    assert repr(ref) == "<ActorRef sleeper asleep>"
    assert "sleeper" not in {thread.name for thread in threading.enumerate()}
    assert await ref.ask(Look()) == "seen"
    assert await ref.ask(Count()) == (1, 1)
    assert system.register("sleeper", Sleeper).name == "sleeper"
    assert await system.ensure("sleeper", Sleeper).ask(Count()) == (2, 1)


async def test_an_idle_actor_sleeps_and_wakes(timed: ActorSystem, clock: ManualClock) -> None:
    """After its idle time the thread ends; the next message wakes the same object."""
    sleeper = Sleeper()
    ref = timed.register("sleeper", lambda: sleeper, idle=60.0)
    assert await ref.ask(Count()) == (1, 1)
    await clock.sleepers()
    clock.advance(59.0)
    assert await ref.ask(Count()) == (2, 1)
    clock.advance(1.0)
    await clock.sleepers()
    clock.advance(60.0)
    await asleep(ref, timed)
    assert sleeper.stops == 1
    assert await ref.ask(Count()) == (3, 2)
    assert [(each.wakes, each.restarts) for each in timed.statistics()] == [(2, 0)]


async def test_who_may_not_sleep_does_not(timed: ActorSystem, clock: ManualClock) -> None:
    """A live actor, and one with a job at work, stay awake however idle their mailbox is."""
    sleeper = Sleeper()
    sleeper.live = True
    ref = timed.register("sleeper", lambda: sleeper, idle=60.0)
    await ref.ask(Count())
    for _ in range(3):
        assert await clock.sleepers() == [60.0]
        clock.advance(60.0)
    assert await clock.sleepers() == [60.0]
    sleeper.live = False
    working = asyncio.create_task(ref.ask(Work()))
    await ref.ask(Count())
    await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(asyncio.sleep(0), sleeper.loop))
    clock.advance(60.0)
    assert await clock.sleepers() == [60.0]
    await ref.ask(Look())
    assert await working == "worked"
    clock.advance(60.0)
    await asleep(ref, timed)
    assert sleeper.starts == 1


async def test_a_bug_about_sleep_is_a_crash(timed: ActorSystem, clock: ManualClock) -> None:
    """An actor whose `may_sleep` raises restarts like after any other crash."""
    sleeper = Sleeper()
    ref = timed.register("sleeper", lambda: sleeper, idle=60.0, backoff=Backoff(first=0.0))
    await ref.ask(Count())
    await clock.sleepers()
    sleeper.undecided = True
    clock.advance(60.0)
    await clock.sleepers()
    (seen,) = timed.statistics()
    assert (seen.restarts, seen.last_error) == (1, "ValueError: a bug")


async def test_a_refused_wake_is_answered(system: ActorSystem) -> None:
    """Who woke an actor that refuses to start is told so; the next message tries again."""
    sleeper = Sleeper()
    sleeper.refuses = [Offline()]
    ref = system.register("sleeper", lambda: sleeper)
    with pytest.raises(Offline, match="There is no connection"):
        await ref.ask(Count())
    await asleep(ref, system)
    assert await ref.ask(Count()) == (1, 2)
    assert system.statistics()[0].restarts == 0


async def test_a_crashed_wake_is_tried_again(system: ActorSystem) -> None:
    """A wake that fails by a bug restarts like any crash; its message waits and is handled."""
    made: list[Sleeper] = []

    def make() -> Sleeper:
        made.append(Sleeper())
        if len(made) == 1:
            made[0].refuses = [ValueError("a bug")]
        return made[-1]

    ref = system.register("sleeper", make)
    assert await ref.ask(Count()) == (1, 1)
    assert len(made) == 2


async def test_crashing_makes_a_new_object(system: ActorSystem) -> None:
    """Only sleep keeps the object: a crash may have broken it."""
    ref = system.register("sleeper", Sleeper)
    assert await ref.ask(Count()) == (1, 1)
    with pytest.raises(ActorCrashed):
        await ref.ask(Fail())
    assert await ref.ask(Count()) == (1, 1)


async def test_a_new_thread_waits_for_the_old_one(timed: ActorSystem, clock: ManualClock) -> None:
    """Who wakes while the former thread still closes its loop is served after that."""
    sleeper = Sleeper()
    ref = timed.register("sleeper", lambda: sleeper, idle=60.0)
    await ref.ask(Linger())
    await clock.sleepers()
    clock.advance(60.0)
    async with asyncio.timeout(PATIENCE):
        while timed.statistics()[0].state != "asleep":  # noqa: ASYNC110
            await asyncio.sleep(0)
    with pytest.raises(AskTimeout):
        await ref.ask(Count(), timeout=0.1)
    assert sleeper.starts == 1
    sleeper.lingering.set()
    assert (await ref.ask(Count())) == (1, 2)


async def test_ten_thousand_registered_actors_cost_no_threads(system: ActorSystem) -> None:
    """Registered actors are entries in a table; only the one that is asked gets a thread."""
    before = threading.active_count()
    refs = [system.register(f"account-{n}", Sleeper, idle=60.0) for n in range(10_000)]
    assert threading.active_count() <= before + 1  # the watchdog
    assert await refs[7].ask(Count()) == (1, 1)
    assert threading.active_count() <= before + 2
    health = system.health()
    assert (health.actors, health.awake) == (10_000, 1)


async def test_a_sleeping_actor_stops_without_waking(timed: ActorSystem) -> None:
    """A stop ends those who sleep in place, and refuses their next message."""
    sleeper = Sleeper()
    ref = timed.register("sleeper", lambda: sleeper)
    await timed.stop()
    with pytest.raises(ActorStopped):
        await ref.ask(Count())
    assert sleeper.starts == 0


async def check_race_against_sleep(asks: int) -> None:
    """Ask and tell from four threads an actor that falls asleep at every chance."""
    sleeper = Sleeper()

    async def on_a_loop(ref: ActorRef[Order], count: int) -> int:
        answers = [await ref.ask(Count(), timeout=PATIENCE) for _ in range(count)]
        return len(answers)

    def in_a_thread(ref: ActorRef[Order], count: int) -> int:
        for _ in range(count // 2):
            ref.tell(Note())
            ref.ask_sync(Count(), timeout=PATIENCE)
        return count // 2 * 2

    async with ActorSystem("race") as system:
        ref = system.register("sleeper", lambda: sleeper, idle=1e-6)
        with ThreadPoolExecutor(4) as pool:
            each = asks // 4
            runs = [pool.submit(lambda: asyncio.run(on_a_loop(ref, each))) for _ in range(2)]
            runs += [pool.submit(in_a_thread, ref, each) for _ in range(2)]
            done = sum([await asyncio.wrap_future(run) for run in runs])
    assert done > asks - 8
    assert sleeper.count == done
    assert sleeper.starts == sleeper.stops > done // 1000
    assert sleeper.overlaps == 0


@pytest.mark.usefixtures("hurried")
async def test_no_message_is_lost_when_an_actor_falls_asleep() -> None:
    """Every message that meets a sleeper or one falling asleep is handled, once, by one thread."""
    await check_race_against_sleep(ASKS // 4)


@pytest.mark.soak
@pytest.mark.timeout(1800)
@pytest.mark.usefixtures("hurried")
async def test_no_message_is_lost_when_an_actor_falls_asleep_for_long() -> None:
    """The same, a third of a million messages long."""
    await check_race_against_sleep(SOAK_ASKS)
