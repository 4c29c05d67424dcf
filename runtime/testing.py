"""A kit for testing actors: a clock by hand, a probe, an actor without a thread, a crash.

clock = ManualClock()
async with ActorSystem(clock=clock) as system:
    probe = Probe({GetPost: Post(id=7)})
    store = await system.spawn("store", lambda: probe)
    ...
    assert await probe.received(GetPost) == [GetPost(id=7)]

async with plain(SessionActor(store=fake)) as session:
    assert await session.ask(StatusRequest()) == Status.NEW
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any, Generic, TypeVar, cast

from runtime.actor import Actor, Cancel, Job
from runtime.messages import Message, Request, StreamRequest
from runtime.ref import ActorRef
from runtime.streams import emits

__all__ = ["Injected", "ManualClock", "Plain", "Probe", "crash", "plain"]

M = TypeVar("M", bound=Message)
N = TypeVar("N", bound=Message)
P = TypeVar("P")
R = TypeVar("R")

PATIENCE = 10.0
"""Seconds a test waits for something that must happen."""


class _Noticed:
    """Something changed in any thread and awaited in any other."""

    def __init__(self) -> None:
        self._changed = threading.Condition()

    def change(self, change: Callable[[], R]) -> R:
        """Change something, and wake all who wait."""
        with self._changed:
            result = change()
            self._changed.notify_all()
            return result

    async def until(self, holds: Callable[[], bool], timeout: float) -> None:
        """Wait until something holds; raises TimeoutError if it does not in time."""

        def wait() -> bool:
            with self._changed:
                return self._changed.wait_for(holds, timeout)

        if not await asyncio.to_thread(wait):
            raise TimeoutError(f"{timeout:g} s have passed and it does not hold")


class ManualClock:
    """A clock that stands still until a test advances it. From any thread."""

    def __init__(self, now: float = 1_000.0) -> None:
        self._now = now
        self._sleepers: dict[asyncio.Future[None], float] = {}
        self._noticed = _Noticed()

    def now(self) -> float:
        """Return the time it shows."""
        return self._now

    async def sleep(self, seconds: float) -> None:
        """Wait until a test has advanced the clock by so much."""
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        due = self._now + seconds
        self._noticed.change(lambda: self._sleepers.__setitem__(future, due))
        try:
            await future
        finally:
            self._noticed.change(lambda: self._sleepers.pop(future, None))

    def advance(self, seconds: float) -> None:
        """Let time pass, and wake who has slept enough."""
        self._now += seconds
        for future, due in tuple(self._sleepers.items()):
            if due <= self._now:
                self._sleepers.pop(future, None)
                future.get_loop().call_soon_threadsafe(_resolve, future)

    async def sleepers(self, count: int = 1, *, timeout: float = PATIENCE) -> list[float]:
        """Wait until so many sleep; return for how many seconds more each does."""
        await self._noticed.until(lambda: len(self._sleepers) >= count, timeout)
        return sorted(due - self._now for due in self._sleepers.values())


def _resolve(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)


class Probe(Actor[Any]):
    """An actor that keeps what it is sent, and answers each kind as it was told to.

    An answer is a value, an exception to raise, or a function of the message.
    """

    def __init__(self, answers: Mapping[type[Message], object] | None = None) -> None:
        self.answers = dict(answers or {})
        self.messages: list[Message] = []
        self._noticed = _Noticed()

    async def handle(self, message: Message, /) -> object:
        """Keep the message; answer it."""
        self._noticed.change(lambda: self.messages.append(message))
        answer = self.answers.get(type(message))
        if isinstance(answer, BaseException):
            raise answer
        return answer(message) if callable(answer) else answer

    async def received(
        self, kind: type[N], count: int = 1, *, timeout: float = PATIENCE
    ) -> list[N]:
        """Wait until so many messages of a kind have come; return them. From any loop."""

        def matching() -> list[N]:
            return [each for each in self.messages if isinstance(each, kind)]

        await self._noticed.until(lambda: len(matching()) >= count, timeout)
        return matching()


class Plain(Generic[M]):
    """An actor as a plain object on the test's own loop: no thread, no mailbox."""

    def __init__(self, actor: Actor[M]) -> None:
        self.actor = actor
        self.progress: list[Any] = []
        self.cancelled: list[object] = []

    async def ask(self, request: Request[R]) -> R:
        """Handle a request to its end, its job too; what it refuses is raised."""
        return cast("R", await self._handle(request))

    async def tell(self, message: M) -> None:
        """Handle a message to its end."""
        await self._handle(message)

    async def stream(self, request: StreamRequest[P, R]) -> tuple[list[P], R]:
        """Handle a request to its end; return its progress and its result."""
        self.progress = []
        result = await self.ask(request)
        return self.progress, result

    async def _handle(self, message: Message) -> object:
        emits(message, self._emit)
        answer = await self.actor.handle(cast("M", message))
        if isinstance(answer, Cancel):
            self.cancelled.append(answer.key)
            return False
        return await answer.work if isinstance(answer, Job) else answer

    async def _emit(self, value: object) -> None:
        self.progress.append(value)


@asynccontextmanager
async def plain(actor: Actor[M]) -> AsyncIterator[Plain[M]]:
    """Start an actor on this loop, hand it over as a plain object, stop it."""
    try:
        await actor.started()
        yield Plain(actor)
    finally:
        await actor.stopped()


class Injected(Exception):
    """A fault that a test injected."""


def crash(ref: ActorRef[Any], cause: str = "a test said so") -> bool:
    """Crash an actor as a bug in it would; False if it is asleep or has ended."""
    return ref.crash_soon(Injected(cause))
