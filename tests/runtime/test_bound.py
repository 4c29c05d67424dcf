"""The mailbox's bound: who waits, who is refused, who is admitted."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor

import pytest

from runtime import (
    Actor,
    ActorRef,
    ActorStopped,
    ActorSystem,
    MailboxFull,
    Message,
    Request,
    message,
)
from runtime.testing import PATIENCE

pytestmark = pytest.mark.anyio

BOUND = 3


@message
class Hold(Request[str]):
    pass


@message
class Echo(Request[int]):
    number: int


@message
class Note(Message):
    number: int


class Held(Actor[Hold | Echo | Note]):
    """Handle nothing more while held, and note what is handled."""

    def __init__(self) -> None:
        self.noted: list[int] = []

    async def started(self) -> None:
        self.loop = asyncio.get_running_loop()
        self.free = asyncio.Event()
        self.held = asyncio.Event()

    async def handle(self, message: Hold | Echo | Note, /) -> object:
        match message:
            case Hold():
                self.held.set()
                await self.free.wait()
                return "free"
            case Echo(number=number) | Note(number=number):
                self.noted.append(number)
                return number

    async def is_held(self) -> None:
        await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(self.held.wait(), self.loop))

    def release(self) -> None:
        self.loop.call_soon_threadsafe(self.free.set)


@pytest.fixture
def held() -> Held:
    return Held()


@pytest.fixture
async def full(system: ActorSystem, held: Held) -> ActorRef[Hold | Echo | Note]:
    """An actor that is held, with as many messages waiting as it accepts."""
    ref = await system.spawn("held", lambda: held, bound=BOUND)
    ref.tell(Hold())
    await held.is_held()
    for number in range(BOUND):
        ref.tell(Note(number=number))
    return ref


async def begun(*tasks: asyncio.Task[int] | asyncio.Task[None]) -> None:
    """Let tasks take their first step."""
    for _ in tasks:
        await asyncio.sleep(0)


async def test_a_tell_at_the_bound_is_refused(
    full: ActorRef[Hold | Echo | Note], held: Held
) -> None:
    """`tell` never waits: at the bound it raises MailboxFull."""
    with pytest.raises(MailboxFull, match="held has as many messages waiting as it accepts"):
        full.tell(Note(number=9))
    held.release()


async def test_an_ask_waits_for_room(full: ActorRef[Hold | Echo | Note], held: Held) -> None:
    """Asks at the bound wait, from loops and threads, and are admitted in order."""
    asks = [asyncio.create_task(full.ask(Echo(number=number))) for number in (10, 11)]
    await begun(*asks)
    with ThreadPoolExecutor(1) as pool:
        parked = pool.submit(lambda: full.ask_sync(Echo(number=12), timeout=PATIENCE))
        held.release()
        assert [await ask for ask in asks] == [10, 11]
        assert await asyncio.wrap_future(parked) == 12
    assert held.noted[: BOUND + 2] == [0, 1, 2, 10, 11]


async def test_room_that_does_not_come_in_time_is_said_so(
    full: ActorRef[Hold | Echo | Note], held: Held
) -> None:
    """An ask that never got into the mailbox ends with MailboxFull, and is never handled."""
    with pytest.raises(MailboxFull):
        await full.ask(Echo(number=10), timeout=0.02)
    with ThreadPoolExecutor(1) as pool, pytest.raises(MailboxFull):
        await asyncio.wrap_future(pool.submit(full.ask_sync, Echo(number=11), timeout=0.02))
    held.release()
    assert await full.ask(Echo(number=12)) == 12
    assert held.noted == [0, 1, 2, 12]


async def test_a_send_waits_for_room(full: ActorRef[Hold | Echo | Note], held: Held) -> None:
    """`send` returns once its message is accepted: at once with room, later without."""
    sends = [asyncio.create_task(full.send(Note(number=number))) for number in (10, 11)]
    await begun(*sends)
    assert not sends[0].done()
    with pytest.raises(MailboxFull):
        await full.send(Note(number=12), timeout=0.02)
    held.release()
    for send in sends:
        await send
    await full.send(Note(number=13))
    assert await full.ask(Echo(number=14)) == 14
    assert held.noted == [0, 1, 2, 10, 11, 13, 14]


async def test_a_parked_caller_who_leaves_lets_the_next_in(
    full: ActorRef[Hold | Echo | Note], held: Held
) -> None:
    """Of three parked callers the first two are cancelled; the third is still admitted."""
    asks = [asyncio.create_task(full.ask(Echo(number=number))) for number in (10, 11)]
    send = asyncio.create_task(full.send(Note(number=12)))
    await begun(*asks, send)
    for ask in asks:
        ask.cancel()
    await asyncio.wait(asks)
    held.release()
    await send
    assert await full.ask(Echo(number=13)) == 13
    assert held.noted == [0, 1, 2, 12, 13]


async def test_closing_refuses_all_who_wait_for_room(
    system: ActorSystem, full: ActorRef[Hold | Echo | Note], held: Held
) -> None:
    """When an actor stops, parked callers are refused while what was accepted is done."""
    ask = asyncio.create_task(full.ask(Echo(number=10)))
    send = asyncio.create_task(full.send(Note(number=11)))
    await begun(ask, send)
    stopping = asyncio.create_task(system.stop())
    for parked in (ask, send):
        with pytest.raises(ActorStopped):
            await parked
    held.release()
    await stopping
    assert held.noted == [0, 1, 2]


async def test_the_statistics_show_who_waits(
    system: ActorSystem, full: ActorRef[Hold | Echo | Note], held: Held
) -> None:
    """Depth, parked callers and the age of the oldest message are in the statistics."""
    ask = asyncio.create_task(full.ask(Echo(number=10)))
    await begun(ask)
    (seen,) = system.statistics()
    assert (seen.name, seen.state, seen.depth, seen.parked) == ("held", "running", BOUND, 1)
    assert seen.oldest_waiting > 0
    held.release()
    await ask
    (seen,) = system.statistics()
    assert (seen.depth, seen.parked, seen.oldest_waiting) == (0, 0, 0.0)
    assert seen.handled == BOUND + 2
