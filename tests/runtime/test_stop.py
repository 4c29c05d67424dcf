"""Stopping: in order, within a deadline, from anywhere, leaving nothing."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
import textwrap
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import anyio
import pytest

from runtime import (
    Actor,
    ActorCrashed,
    ActorRef,
    ActorStopped,
    ActorSystem,
    AskOnLoop,
    Backoff,
    Message,
    Request,
    StopFromWithin,
    StopOverdue,
    message,
)
from runtime.once import Once
from runtime.testing import PATIENCE, crash

pytestmark = pytest.mark.anyio


@message
class Echo(Request[int]):
    number: int


@message
class Block(Request[str]):
    """Block the thread itself, as a bug would."""


@message
class Hang(Request[str]):
    pass


@message
class Ignore(Request[str]):
    """Work on as a job that ignores its cancellation."""


@message
class StopAll(Message):
    soon: bool


Order = Echo | Block | Hang | Ignore | StopAll


class Log:
    """What the actors of one test did, in order, and what lets the stubborn ones go."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.free = threading.Event()
        self.reached: Once[None] = Once()
        self.system: ActorSystem | None = None


class Worker(Actor[Order]):
    def __init__(self, name: str, log: Log, *, start_hangs: bool = False) -> None:
        self.name = name
        self.log = log
        self.start_hangs = start_hangs

    async def started(self) -> None:
        self.log.lines.append(f"{self.name} started")
        if self.start_hangs:
            self.log.reached.set(None)
            await asyncio.Event().wait()

    async def stopped(self) -> None:
        self.log.lines.append(f"{self.name} stopped")

    async def handle(self, message: Order, /) -> object:
        match message:
            case Echo(number=number):
                return number
            case Block():
                self.log.reached.set(None)
                self.log.free.wait(PATIENCE)
                return "unblocked"
            case Hang():
                self.log.reached.set(None)
                await asyncio.Event().wait()
                return "never"
            case Ignore():
                return self.job(self._ignore())
            case StopAll(soon=soon):
                await self._stop_all(soon=soon)
                return None

    async def _ignore(self) -> str:
        self.log.reached.set(None)
        with anyio.CancelScope(shield=True):
            while not self.log.free.is_set():  # noqa: ASYNC110  this is the bug to be survived
                await asyncio.sleep(0.001)
        return "ignored"

    async def _stop_all(self, *, soon: bool) -> None:
        assert self.log.system is not None
        if soon:
            self.log.system.stop_soon()
        else:
            await self.log.system.stop()


@pytest.fixture
def log() -> Log:
    return Log()


async def spawn(system: ActorSystem, name: str, log: Log) -> ActorRef[Order]:
    return await system.spawn(name, lambda: Worker(name, log))


async def test_stop_goes_in_reverse_of_start(system: ActorSystem, log: Log) -> None:
    """Spawned actors stop one after another, the last one first, and their threads are gone."""
    for name in ("one", "two", "three"):
        await spawn(system, name, log)
    await system.stop()
    assert log.lines[3:] == ["three stopped", "two stopped", "one stopped"]
    assert not {"one", "two", "three"} & {thread.name for thread in threading.enumerate()}
    assert repr(system) == "<ActorSystem test stopped actors=0>"
    with pytest.raises(ActorStopped, match="its system has stopped"):
        await spawn(system, "four", log)
    await system.stop()


async def test_neighbours_that_were_ensured_stop_together(system: ActorSystem, log: Log) -> None:
    """Ensured actors side by side do not wait for each other, only for the spawned ones around."""
    await spawn(system, "store", log)
    hanging = [system.ensure(name, partial(Worker, name, log)) for name in "ab"]
    await spawn(system, "door", log)
    asks = [asyncio.create_task(ref.ask(Hang())) for ref in hanging]
    await log.reached.wait(PATIENCE)
    stopping = asyncio.create_task(system.stop())
    expected = {"store": "running", "a": "stopping", "b": "stopping"}
    async with asyncio.timeout(PATIENCE):
        while {each.name: each.state for each in system.statistics()} != expected:  # noqa: ASYNC110
            await asyncio.sleep(0)
    for ask in asks:
        ask.cancel()
    await stopping
    assert (log.lines[-1], log.lines.index("door stopped")) == ("store stopped", 4)


async def test_a_handler_that_hangs_is_cancelled_at_the_deadline(
    system: ActorSystem, log: Log
) -> None:
    """After the stop's timeout the rest is cancelled, its asker told, its actor released."""
    ref = await spawn(system, "hanging", log)
    ask = asyncio.create_task(ref.ask(Hang()))
    behind = asyncio.create_task(ref.ask(Echo(number=1)))
    await log.reached.wait(PATIENCE)
    await system.stop(timeout=0.05)
    for each in (ask, behind):
        with pytest.raises(ActorStopped, match="it did not stop in time"):
            await each
    assert log.lines == ["hanging started", "hanging stopped"]


@pytest.mark.parametrize("request_", [Block(), Ignore()])
async def test_what_cannot_be_cancelled_is_named(request_: Block | Ignore, log: Log) -> None:
    """A blocked thread, or a job that ignores its end, is named; its askers are answered."""
    system = ActorSystem("stuck", grace=0.02)
    stuck = await spawn(system, "stuck", log)
    other = await spawn(system, "other", log)
    asks = [asyncio.create_task(stuck.ask(each)) for each in (request_, Block())]
    await log.reached.wait(PATIENCE)
    with pytest.raises(StopOverdue, match=r"still running: stuck\. Look for blocking calls there"):
        await system.stop(timeout=0.05)
    for ask in asks:
        with pytest.raises(ActorStopped):
            await ask
    with pytest.raises(ActorStopped):
        await other.ask(Echo(number=1))
    assert [each.state for each in system.statistics()] == ["failed"]
    log.free.set()
    await system.stop()


async def test_a_successor_waits_for_the_end_of_its_predecessor(
    system: ActorSystem, log: Log
) -> None:
    """A job that ignores its end fails its actor, and nobody takes the name while it works on."""
    ref = await system.spawn("one", partial(Worker, "one", log), release_within=0.05)
    ignoring = asyncio.create_task(ref.ask(Ignore()))
    await log.reached.wait(PATIENCE)
    crash(ref)
    with pytest.raises(ActorCrashed):
        await ignoring
    down = await asyncio.wait_for(ref.watch(), PATIENCE)
    assert (down.failed, down.reason) == (True, "a job ignores its cancellation")
    with pytest.raises(ActorStopped, match="its predecessor still runs"):
        system.ensure("one", partial(Worker, "one", log))
    log.free.set()
    async with asyncio.timeout(PATIENCE):
        while "one" in {thread.name for thread in threading.enumerate()}:  # noqa: ASYNC110
            await asyncio.sleep(0)
    assert log.lines == ["one started", "one stopped"]
    successor = system.ensure("one", partial(Worker, "one", log))
    assert await successor.ask(Echo(number=1)) == 1


async def test_a_stop_may_come_from_another_thread(system: ActorSystem, log: Log) -> None:
    """`stop_sync` blocks a plain thread until all is over, and refuses to block a loop."""
    await spawn(system, "one", log)
    with pytest.raises(AskOnLoop):
        system.stop_sync()
    with ThreadPoolExecutor(1) as pool:
        await asyncio.wrap_future(pool.submit(system.stop_sync))
    assert log.lines[-1] == "one stopped"
    await asyncio.wait_for(system.wait_stopped(), PATIENCE)


async def test_an_actor_may_ask_for_the_stop(system: ActorSystem, log: Log) -> None:
    """An actor cannot wait for its own end, but may have all stopped soon."""
    log.system = system
    ref = await spawn(system, "one", log)
    with pytest.raises(StopFromWithin, match="use `stop_soon`"):
        await ref.ask(StopAll(soon=False))  # type: ignore[arg-type]
    ref.tell(StopAll(soon=True))
    await asyncio.wait_for(system.wait_stopped(), PATIENCE)
    assert log.lines[-1] == "one stopped"


async def test_a_stop_while_starting_does_not_wait_for_the_start(
    system: ActorSystem, log: Log
) -> None:
    """An actor whose start hangs, and that owes nothing, is cancelled at once and released."""
    spawning = asyncio.create_task(
        system.spawn("slow", lambda: Worker("slow", log, start_hangs=True))
    )
    await log.reached.wait(PATIENCE)
    await asyncio.wait_for(system.stop(), 5.0)
    with pytest.raises(ActorStopped):
        await spawning
    assert log.lines == ["slow started", "slow stopped"]


async def test_a_stop_ends_the_pause_before_a_restart(system: ActorSystem, log: Log) -> None:
    """An actor that waits to restart, with nothing to do, does not wait on."""
    ref = await system.spawn(
        "one", lambda: Worker("one", log), backoff=Backoff(first=60.0, jitter=0.0)
    )
    crash(ref)
    async with asyncio.timeout(PATIENCE):
        while system.statistics()[0].state != "restarting":  # noqa: ASYNC110
            await asyncio.sleep(0)
    await asyncio.wait_for(system.stop(), 5.0)


async def test_a_cancelled_stop_leaves_nothing(log: Log) -> None:
    """A stop that is itself cancelled cancels what is left at once."""
    system = ActorSystem("hasty")
    refs = [await spawn(system, name, log) for name in ("one", "two")]
    ask = asyncio.create_task(refs[1].ask(Hang()))
    await log.reached.wait(PATIENCE)
    stopping = asyncio.create_task(system.stop())
    await asyncio.sleep(0)
    stopping.cancel()
    with pytest.raises(asyncio.CancelledError):
        await stopping
    with pytest.raises(ActorStopped):
        await ask
    await refs[0].watch()


def start_many(system: ActorSystem, log: Log, thread: int) -> Counter[str]:
    """Start fifty actors and ask each; count what became of it."""
    outcomes = Counter[str]()
    for name in (f"{thread}-{number}" for number in range(50)):
        try:
            ref = system.ensure(name, partial(Worker, name, log))
            outcomes["answered"] += ref.ask_sync(Echo(number=1), timeout=PATIENCE)
        except ActorStopped:
            outcomes["refused"] += 1
        if name.endswith("-5"):
            log.reached.set(None)
    return outcomes


@pytest.mark.usefixtures("hurried")
async def test_starts_that_meet_a_stop_are_refused_or_stopped() -> None:
    """While four threads start actors, a stop ends: each start was refused, or is over."""
    for _ in range(5):
        log, outcomes = Log(), Counter[str]()
        system = ActorSystem("race")
        with ThreadPoolExecutor(4) as pool:
            runs = [pool.submit(start_many, system, log, thread) for thread in range(4)]
            await log.reached.wait(PATIENCE)
            await system.stop()
            for run in runs:
                mine = await asyncio.wrap_future(run)
                outcomes.update(mine)
        counts = Counter(line.split()[1] for line in log.lines)
        assert counts["started"] == counts["stopped"] >= 6
        assert outcomes.total() == 200
        assert outcomes["refused"] > 0


PROGRAM = """
    import asyncio, signal, sys
    from runtime import Actor, ActorSystem, Request, message

    @message
    class Echo(Request[int]):
        number: int

    class Worker(Actor[Echo]):
        async def handle(self, message): return message.number
        async def stopped(self): print("released", flush=True)

    system = ActorSystem("program")

    async def main():
        ref = await system.spawn("worker", Worker)
        assert await ref.ask(Echo(number=1)) == 1
        print("ready", flush=True)
        {ending}

    {before}
    asyncio.run(main())
    print("over", flush=True)
"""


def run(ending: str, before: str = "", *, send: int | None = None) -> tuple[int, str, str]:
    """Run a program of its own to its end; return its exit code, output and errors."""
    source = textwrap.dedent(PROGRAM).format(ending=ending, before=before)
    process = subprocess.Popen(
        [sys.executable, "-W", "default::ResourceWarning", "-c", source],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    first = ""
    if send is not None:
        assert process.stdout is not None
        first = process.stdout.readline()  # it writes no more before the signal
        process.send_signal(send)
    out, err = process.communicate(timeout=30)
    return process.returncode, first + out, err


def test_a_signal_stops_the_system() -> None:
    """SIGTERM handled by `stop_soon` releases every actor, and the program ends by itself."""
    before = "signal.signal(signal.SIGTERM, lambda *_: system.stop_soon())"
    code, out, err = run("await system.wait_stopped()", before, send=signal.SIGTERM)
    assert (code, out, err) == (0, "ready\nreleased\nover\n", "")


def test_an_interrupt_stops_the_system() -> None:
    """Ctrl-C inside `async with` releases every actor on the way out."""
    ending = "async with system: await asyncio.Event().wait()"
    code, out, err = run(ending, send=signal.SIGINT)
    assert (code, out) == (-signal.SIGINT, "ready\nreleased\n")
    assert "KeyboardInterrupt" in err


def test_a_forgotten_stop_is_said_and_made_up_for() -> None:
    """A program that ends without a stop still releases its actors, with a ResourceWarning."""
    code, out, err = run("")
    assert (code, out) == (0, "ready\nover\nreleased\n")
    assert "ResourceWarning: the actor system program was never stopped" in err
    assert "still running: worker" in err


def test_a_collected_system_is_stopped_too() -> None:
    """A system nobody refers to any more ends its actors, with a ResourceWarning."""
    before = "def forget(): globals().pop('system')"
    code, out, err = run("forget(); print('collected', flush=True)", before)
    assert (code, out) == (0, "ready\nreleased\ncollected\nover\n")
    assert "was never stopped" in err
