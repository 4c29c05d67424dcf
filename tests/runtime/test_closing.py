"""The closing contract: accepted means answered, whatever races it."""

from __future__ import annotations

import asyncio
import contextvars
import os
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from runtime import (
    Actor,
    ActorCrashed,
    ActorRef,
    ActorStopped,
    ActorSystem,
    Backoff,
    Intensity,
    MailboxFull,
    Message,
    Request,
    message,
)
from runtime.mailbox import Envelope, Mailbox

pytestmark = pytest.mark.anyio

ASKS = int(os.environ.get("TGACTORS_RACE_ASKS", "6000"))
"""Asks in each race of the gate."""
SOAK_ASKS = 340_000
"""Asks in each race of a soak: the three races make a million."""


@message
class Count(Request[int]):
    pass


@message
class Noted(Message):
    pass


@message
class Fail(Request[int]):
    pass


class Tally(Actor[Count | Noted | Fail]):
    """Count what is handled, over restarts, in a list of its owner."""

    def __init__(self, handled: list[str]) -> None:
        self.handled = handled

    async def handle(self, message: Count | Noted | Fail, /) -> object:
        match message:
            case Count():
                self.handled.append("ask")
                return len(self.handled)
            case Noted():
                self.handled.append("tell")
                return None
            case Fail():
                raise ValueError("a fault was injected")


def ask_until_closed(ref: ActorRef[Count | Noted | Fail], outcomes: Counter[str]) -> None:
    """Tell and ask from a plain thread until refused, and count what became of it."""
    while not outcomes["stopped"]:
        try:
            for _ in range(10):
                ref.tell(Noted())
                outcomes["told"] += 1
        except MailboxFull:
            outcomes["full"] += 1
        except ActorStopped:
            outcomes["stopped"] += 1
        try:
            ref.ask_sync(Count(), timeout=20.0)
            outcomes["answered"] += 1
        except ActorStopped:
            outcomes["stopped"] += 1


async def ask_in_waves(ref: ActorRef[Count | Noted | Fail], outcomes: Counter[str]) -> None:
    """Ask from a loop, fifty at once, until refused."""
    while not outcomes["stopped"]:
        wave = [ref.ask(Count(), timeout=20.0) for _ in range(50)]
        for outcome in await asyncio.gather(*wave, return_exceptions=True):
            name = "answered" if isinstance(outcome, int) else type(outcome).__name__
            outcomes["stopped" if name == "ActorStopped" else name] += 1


async def race_against_close(rounds_of: int) -> tuple[Counter[str], Counter[str]]:
    """Stop an actor under asks and tells from four threads; return outcomes and handled."""
    handled: list[str] = []
    tallies = [Counter[str]() for _ in range(5)]
    async with ActorSystem("race") as system:
        ref = await system.spawn("tally", lambda: Tally(handled), bound=40)
        with ThreadPoolExecutor(4) as pool:
            runs = [
                pool.submit(ask_until_closed, ref, tallies[0]),
                pool.submit(ask_until_closed, ref, tallies[1]),
                pool.submit(lambda: asyncio.run(ask_in_waves(ref, tallies[2]))),
                pool.submit(lambda: asyncio.run(ask_in_waves(ref, tallies[3]))),
            ]
            while len(handled) < rounds_of:
                await ref.ask(Count())
                tallies[4]["answered"] += 1
            await system.stop()
            for run in runs:
                await asyncio.wait_for(asyncio.wrap_future(run), 30.0)
    return sum(tallies, Counter[str]()), Counter(handled)


async def check_race_against_close(asks: int) -> None:
    done = 0
    while done < asks:
        outcomes, handled = await race_against_close(200)
        assert set(outcomes) <= {"answered", "stopped", "told", "full"}
        assert outcomes["answered"] == handled["ask"]
        assert outcomes["told"] == handled["tell"]
        assert outcomes["stopped"] >= 4
        done += outcomes["answered"]


@pytest.mark.usefixtures("hurried")
async def test_no_ask_is_lost_when_an_actor_stops() -> None:
    """While an actor stops under load, every ask is answered or refused, and told is done."""
    await check_race_against_close(ASKS)


@pytest.mark.soak
@pytest.mark.timeout(1200)
@pytest.mark.usefixtures("hurried")
async def test_no_ask_is_lost_when_an_actor_stops_for_long() -> None:
    """The same, a third of a million asks long."""
    await check_race_against_close(SOAK_ASKS)


async def check_race_against_restart(asks: int) -> None:
    handled: list[str] = []
    outcomes = Counter[str]()
    over = threading.Event()

    async def ask_all(ref: ActorRef[Count | Noted | Fail], count: int) -> Counter[str]:
        mine = Counter[str]()
        for _ in range(count // 50):
            wave = [ref.ask(Count(), timeout=20.0) for _ in range(50)]
            for outcome in await asyncio.gather(*wave, return_exceptions=True):
                mine[type(outcome).__name__] += 1
        return mine

    async def crash_now_and_then(ref: ActorRef[Count | Noted | Fail]) -> int:
        crashes = 0
        while not over.is_set():
            with pytest.raises(ActorCrashed, match="a fault was injected"):
                await ref.ask(Fail())
            crashes += 1
            await ref.ask(Count())
            outcomes["int"] += 1
        return crashes

    async with ActorSystem("race") as system:
        ref = await system.spawn(
            "tally",
            lambda: Tally(handled),
            intensity=Intensity(restarts=10**9),
            backoff=Backoff(first=0.0),
        )
        crasher = asyncio.create_task(crash_now_and_then(ref))
        with ThreadPoolExecutor(3) as pool:
            runs = [pool.submit(lambda: asyncio.run(ask_all(ref, asks // 3))) for _ in range(3)]
            for run in runs:
                mine = await asyncio.wait_for(asyncio.wrap_future(run), 60.0 + asks / 500)
                outcomes.update(mine)
        over.set()
        crashes = await crasher
        restarts = system.statistics()[0].restarts
    assert set(outcomes) <= {"int", "ActorCrashed"}
    assert outcomes["int"] == len(handled)
    assert outcomes.total() >= asks - 150
    assert restarts == crashes > 0


@pytest.mark.usefixtures("hurried")
async def test_no_ask_is_lost_when_an_actor_restarts() -> None:
    """While an actor crashes and restarts under load, every ask is answered exactly once."""
    await check_race_against_restart(ASKS)


@pytest.mark.soak
@pytest.mark.timeout(1200)
@pytest.mark.usefixtures("hurried")
async def test_no_ask_is_lost_when_an_actor_restarts_for_long() -> None:
    """The same, a third of a million asks long."""
    await check_race_against_restart(SOAK_ASKS)


async def test_what_was_accepted_is_done_before_the_end() -> None:
    """Tells accepted before a stop are all handled by the time it returns."""
    handled: list[str] = []
    async with ActorSystem("drain") as system:
        ref = await system.spawn("tally", lambda: Tally(handled))
        for _ in range(500):
            ref.tell(Noted())
    assert len(handled) == 500
    with pytest.raises(ActorStopped, match="tally has stopped"):
        ref.tell(Noted())
    with pytest.raises(ActorStopped):
        await ref.ask(Count())


def test_closing_waits_for_the_lock() -> None:
    """While a close is being decided, a put neither passes it nor is accepted behind it."""
    mailbox = Mailbox("box", 10, lambda: None)
    begun = threading.Event()

    def put() -> str:
        begun.set()
        try:
            mailbox.put(Envelope(Noted(), contextvars.Context()))
        except ActorStopped:
            return "refused"
        return "accepted"

    with ThreadPoolExecutor(1) as pool, mailbox._lock:
        outcome = pool.submit(put)
        assert begun.wait(10.0)
        with pytest.raises(TimeoutError):
            outcome.result(timeout=0.1)
        mailbox.work.close("box", "the test closed it")
    assert outcome.result(timeout=10.0) == "refused"
    assert mailbox.depth == 0
