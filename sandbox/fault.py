"""The kinds of faults, each for some calls of one method."""

import asyncio
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from types import TracebackType
from typing import Literal, Self, TypeAlias

from sandbox.errors import HoldNotReached

When: TypeAlias = Literal["before", "after"]


@dataclass(slots=True, eq=False)
class Fault:
    """What happens to the next `times` calls of a method, after the first `skip` of them."""

    method: str
    user: int | None
    skip: int
    times: int

    @property
    def name(self) -> str:
        """What it is called where calls are listed."""
        return type(self).__name__.removesuffix("Fault").lower()

    @property
    def is_over(self) -> bool:
        """Whether nothing is left to be done."""
        return not self.times

    def takes(self, method: str, user: int | None) -> bool:
        """Whether this call is one of those; counts it."""
        if not self.times or method != self.method or self.user not in (None, user):
            return False
        if self.skip:
            self.skip -= 1
            return False
        self.times -= 1
        return True


@dataclass(slots=True, eq=False)
class ErrorFault(Fault):
    """The call is refused with an error of Telegram's, and not carried out."""

    error: str


@dataclass(slots=True, eq=False)
class CutFault(Fault):
    """The connection breaks before the call is carried out, or before it is answered."""

    when: When

    @property
    def name(self) -> str:
        """What it is called, and when it strikes."""
        return f"cut {self.when}"


@dataclass(slots=True, eq=False)
class SilentFault(Fault):
    """The call is carried out or not, and in any case never answered."""

    when: When

    @property
    def name(self) -> str:
        """What it is called, and when it strikes."""
        return f"silent {self.when}"


@dataclass(slots=True, eq=False)
class DelayFault(Fault):
    """The call is carried out, and answered, some seconds late."""

    seconds: float


@dataclass(slots=True, eq=False)
class Hold(Fault):
    """The call waits until released; as a context manager it is released at the end."""

    _arrived: threading.Event = field(default_factory=threading.Event)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _released: bool = False
    _waiting: list[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = field(default_factory=list)

    @property
    def is_over(self) -> bool:
        """Whether it was released; until then it may hold calls although its times are spent."""
        return self._released

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.release()

    def reached(self, timeout: float = 10.0) -> None:
        """Block until a call is held; raises HoldNotReached after `timeout` seconds.

        In a coroutine, call it in a worker thread.
        """
        if not self._arrived.wait(timeout):
            raise HoldNotReached(self.method, timeout)

    def release(self) -> None:
        """Let the held calls go on, and hold no more of them."""
        with self._lock:
            self.times = 0
            self._released = True
            waiting, self._waiting = self._waiting, []
        for loop, event in waiting:
            with suppress(RuntimeError):  # the sandbox has ended, and the call with it
                loop.call_soon_threadsafe(event.set)

    async def passed(self) -> None:
        """Hold the running call."""
        event = asyncio.Event()
        with self._lock:
            if self._released:
                return
            self._waiting.append((asyncio.get_running_loop(), event))
        self._arrived.set()
        await event.wait()


AnyFault: TypeAlias = ErrorFault | CutFault | SilentFault | DelayFault | Hold
