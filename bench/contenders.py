"""What the kernel is measured against, and the kernel, each as one way to ask for an echo."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from anyio.from_thread import start_blocking_portal

from runtime import (
    Actor,
    ActorRef,
    ActorSystem,
    Message,
    Request,
    StreamRequest,
    message,
    progress,
)

Ask = Callable[[int], Awaitable[int]]


@message
class Echo(Request[int]):
    """Answer with this number."""

    number: int


@message
class Note(Message):
    """Nothing to answer."""


@message
class Count(StreamRequest[int, int]):
    """Report each number below this one."""

    to: int


class Echoing(Actor[Echo | Note | Count]):
    """Answer with what was asked."""

    async def handle(self, message: Echo | Note | Count, /) -> object:
        """Echo, ignore, or count."""
        match message:
            case Echo(number=number):
                return number
            case Note():
                return None
            case Count():
                return self.job(self._count(message))

    async def _count(self, request: Count) -> int:
        for number in range(request.to):
            await progress(request, number)
        return request.to


@asynccontextmanager
async def ours() -> AsyncIterator[tuple[ActorSystem, ActorRef[Echo | Note | Count]]]:
    """An actor with deadline, context and statistics, as it comes."""
    async with ActorSystem("bench") as system:
        yield system, await system.spawn("echo", Echoing, bound=100_000)


@contextmanager
def a_loop() -> Iterator[asyncio.AbstractEventLoop]:
    """A bare loop on a thread of its own."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield loop
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


@contextmanager
def run_coroutine_threadsafe() -> Iterator[Ask]:
    """The standard library's way."""
    with a_loop() as loop:

        async def echo(number: int) -> int:
            return number

        def ask(number: int) -> Awaitable[int]:
            return asyncio.wrap_future(asyncio.run_coroutine_threadsafe(echo(number), loop))

        yield ask


@contextmanager
def floor() -> Iterator[Ask]:
    """Two `call_soon_threadsafe` and nothing else: less is not possible."""
    with a_loop() as loop:

        def answer(home: asyncio.AbstractEventLoop, future: asyncio.Future[int], n: int) -> None:
            home.call_soon_threadsafe(future.set_result, n)

        def ask(number: int) -> Awaitable[int]:
            home = asyncio.get_running_loop()
            future: asyncio.Future[int] = home.create_future()
            loop.call_soon_threadsafe(answer, home, future, number)
            return future

        yield ask


@contextmanager
def portal() -> Iterator[Ask]:
    """Anyio's BlockingPortal."""
    with start_blocking_portal() as portal:

        async def echo(number: int) -> int:
            return number

        def ask(number: int) -> Awaitable[int]:
            return asyncio.wrap_future(portal.start_task_soon(echo, number))

        yield ask


@contextmanager
def pykka() -> Iterator[Ask]:
    """Pykka's ThreadingActor, its future awaited through a thread."""
    library = import_module("pykka")

    def on_receive(_: object, number: int) -> int:
        return number

    echoing: Any = type("EchoActor", (library.ThreadingActor,), {"on_receive": on_receive})
    ref = echoing.start()

    def ask(number: int) -> Awaitable[int]:
        answer: Awaitable[int] = asyncio.to_thread(ref.ask(number, block=False).get)
        return answer

    try:
        yield ask
    finally:
        ref.stop()


OTHERS = {"rtf": run_coroutine_threadsafe, "floor": floor, "portal": portal}
if find_spec("pykka") is not None:
    OTHERS["pykka"] = pykka
