"""Streams: typed progress, back-pressure, leaving, results."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import pytest

from runtime import (
    Actor,
    ActorCrashed,
    ActorRef,
    ActorSystem,
    AskOnLoop,
    AskTimeout,
    Refusal,
    Request,
    Stream,
    StreamOverdue,
    StreamRequest,
    Urgent,
    message,
    progress,
    reply,
)
from runtime.testing import PATIENCE

pytestmark = pytest.mark.anyio

T = TypeVar("T")


class Declined(Refusal):
    """The count was declined: ask for a smaller one."""


@message
class Count(StreamRequest[int, str]):
    to: int
    key: str | None = None
    in_handler: bool = False
    fails: str = ""


@message
class Emitted(Request[int], Urgent):
    pass


@message
class Ended(Request[str], Urgent):
    pass


Order = Count | Emitted | Ended


class Counting(Actor[Order]):
    """Count up, reporting each number; perhaps hold at some, perhaps fail."""

    def __init__(self) -> None:
        self.emitted = 0
        self.hold_at = -1

    async def started(self) -> None:
        self.ended = asyncio.Event()

    async def handle(self, message: Order, /) -> object:
        match message:
            case Count(in_handler=True):
                return await self._count(message)
            case Count(key=key):
                return self.job(self._count(message), key=key)
            case Emitted():
                return self.emitted
            case Ended():
                return self.job(self._ended())

    async def _ended(self) -> str:
        await self.ended.wait()
        return "ended"

    async def _count(self, request: Count) -> str:
        try:
            for number in range(request.to):
                if number == self.hold_at:
                    await asyncio.Event().wait()
                await progress(request, number)
                self.emitted += 1
            if request.fails == "refusal":
                raise Declined
            if request.fails:
                raise ValueError(request.fails)
            return reply(request, f"counted to {request.to}")
        finally:
            self.ended.set()


@pytest.fixture
def counting() -> Counting:
    return Counting()


@pytest.fixture
async def ref(system: ActorSystem, counting: Counting) -> ActorRef[Order]:
    return await system.spawn("counting", lambda: counting)


async def in_thread(work: Callable[[], T]) -> T:
    with ThreadPoolExecutor(1) as pool:
        return await asyncio.wrap_future(pool.submit(work))


async def read(stream: Stream[int, str], seen: list[int]) -> None:
    async for number in stream:
        seen.append(number)  # noqa: PERF401  what came before an error counts


@pytest.mark.parametrize("in_handler", [False, True])
async def test_progress_then_a_result(ref: ActorRef[Order], in_handler: bool) -> None:
    """A stream brings each item in order, then the result; from a job and from a handler."""
    stream = ref.stream(Count(to=100, in_handler=in_handler))
    with pytest.raises(LookupError, match="read it to its end first"):
        _ = stream.result
    assert [number async for number in stream] == list(range(100))
    assert stream.result == "counted to 100"
    assert [number async for number in stream] == []
    assert repr(stream) == "<Stream of counting over>"


async def test_a_thread_without_a_loop_iterates(ref: ActorRef[Order]) -> None:
    """In a plain thread the same stream is a plain iterator."""

    def read() -> tuple[list[int], str]:
        with ref.stream(Count(to=100)) as stream:
            return list(stream), stream.result

    assert await in_thread(read) == (list(range(100)), "counted to 100")


async def test_a_plain_iterator_refuses_to_block_a_loop(ref: ActorRef[Order]) -> None:
    """`next` on a running loop raises."""
    with ref.stream(Count(to=1)) as stream, pytest.raises(AskOnLoop):
        next(stream)


async def test_a_slow_reader_slows_the_work(ref: ActorRef[Order], counting: Counting) -> None:
    """The work is never more than `ahead` items beyond its reader."""
    async with ref.stream(Count(to=1000), ahead=4) as stream:
        read = 0
        async for _ in stream:
            read += 1
            assert await ref.ask(Emitted()) <= read + 4
            if read == 50:
                break
    assert await ref.ask(Ended(), timeout=PATIENCE) == "ended"
    assert counting.emitted <= 54


async def test_a_reader_who_breaks_off_ends_the_work(ref: ActorRef[Order]) -> None:
    """Leaving the loop, and forgetting the stream, cancels the work."""
    async for number in ref.stream(Count(to=10**9)):
        if number == 10:
            break
    assert await ref.ask(Ended(), timeout=PATIENCE) == "ended"


async def test_an_absent_reader_ends_the_work(ref: ActorRef[Order]) -> None:
    """A reader who takes nothing for the stream's timeout is given up, and told when back."""
    stream = ref.stream(Count(to=10**9), timeout=0.05, ahead=2)
    assert await ref.ask(Ended(), timeout=PATIENCE) == "ended"
    seen: list[int] = []
    with pytest.raises(StreamOverdue, match="counting waited too long"):
        await read(stream, seen)
    assert seen == [0, 1]


async def test_an_item_that_does_not_come_in_time(ref: ActorRef[Order], counting: Counting) -> None:
    """A reader waits for each item as long as it said, then the work is cancelled."""
    counting.hold_at = 3
    seen: list[int] = []
    with pytest.raises(AskTimeout):
        await read(ref.stream(Count(to=10), timeout=0.05), seen)
    assert seen == [0, 1, 2]
    assert await ref.ask(Ended(), timeout=PATIENCE) == "ended"
    with pytest.raises(AskTimeout):
        await in_thread(lambda: list(ref.stream(Count(to=10), timeout=0.05)))


@pytest.mark.parametrize("ahead", [1, 16])
async def test_two_readers_of_one_job(ref: ActorRef[Order], ahead: int) -> None:
    """Two streams joined on one job each get a gapless tail and the same result."""
    first = ref.stream(Count(to=500, key="k"), ahead=ahead)
    assert await anext(first) == 0
    second = ref.stream(Count(to=500, key="k"), ahead=ahead)

    async def rest(stream: Stream[int, str]) -> list[int]:
        return [number async for number in stream]

    one, two = await asyncio.gather(rest(first), rest(second))
    assert one == list(range(1, 500))
    assert two == list(range(500 - len(two), 500))
    assert first.result == second.result == "counted to 500"


async def test_one_of_two_readers_leaves(ref: ActorRef[Order]) -> None:
    """The work goes on for the reader who stays."""
    leaver, stayer = (ref.stream(Count(to=100, key="k")) for _ in range(2))
    assert await anext(leaver) == 0
    leaver.close()
    numbers = [number async for number in stayer]
    assert numbers[-1] == 99
    assert stayer.result == "counted to 100"


async def test_an_ask_for_a_stream_gets_its_result(ref: ActorRef[Order]) -> None:
    """A stream request may simply be asked: progress goes nowhere, leaving still cancels."""
    assert await ref.ask(Count(to=100)) == "counted to 100"
    with pytest.raises(AskTimeout):
        await ref.ask(Count(to=10**9), timeout=0.05)
    assert await ref.ask(Ended(), timeout=PATIENCE) == "ended"


async def test_a_stream_may_end_in_an_error(ref: ActorRef[Order]) -> None:
    """A refusal or a crash comes after the items before it, and again from `result`."""
    for fails, error in (("refusal", Declined), ("a bug", ActorCrashed)):
        stream = ref.stream(Count(to=3, fails=fails))
        assert [await anext(stream) for _ in range(3)] == [0, 1, 2]
        with pytest.raises(error):
            await anext(stream)
        with pytest.raises(error):
            _ = stream.result


async def test_a_reader_on_another_loop(ref: ActorRef[Order]) -> None:
    """A stream is read on whichever loop it was asked from."""

    async def read() -> int:
        return sum([number async for number in ref.stream(Count(to=1000), ahead=8)])

    total = sum(range(1000))
    threads = [in_thread(lambda: asyncio.run(read())) for _ in range(3)]
    assert await asyncio.gather(*threads, read()) == [total] * 4


class Relay(Actor[Count]):
    """Report before and after asking another actor to count."""

    def __init__(self, inner: ActorRef[Order]) -> None:
        self.inner = inner

    async def handle(self, message: Count, /) -> object:
        return self.job(self._relay(message))

    async def _relay(self, request: Count) -> str:
        await progress(request, -1)
        await self.inner.ask(Count(to=5, in_handler=True))
        await progress(request, -2)
        return "relayed"


async def test_progress_is_of_the_request_at_hand(
    system: ActorSystem, ref: ActorRef[Order]
) -> None:
    """An actor asked from within streamed work does not report into that stream."""
    relay = await system.spawn("relay", lambda: Relay(ref))
    stream = relay.stream(Count(to=0))
    assert [number async for number in stream] == [-1, -2]
    assert stream.result == "relayed"
