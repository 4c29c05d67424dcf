"""An ordered script of faults, matched by call order and never by time or chance."""

import asyncio
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from types import TracebackType
from typing import Literal, Self

from telethon.errors import rpc_message_to_error
from telethon.tl import TLRequest
from telethon.tl.alltlobjects import tlobjects
from telethon.tl.types import RpcError

from sandbox.errors import HoldNotReached, UnknownMethod

When = Literal["before", "after"]


@dataclass(slots=True, eq=False)
class Fault:
    """What happens to the next `times` calls of a method, after the first `skip` of them."""

    method: str
    user: int | None
    skip: int
    times: int

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


AnyFault = ErrorFault | CutFault | Hold


class Faults:
    """The faults of one sandbox, in the order they were added; callable from any thread."""

    def __init__(self) -> None:
        self._script: list[AnyFault] = []
        self._lock = threading.Lock()

    def __repr__(self) -> str:
        return f"<Faults: {[fault for fault in self._script if not fault.is_over]}>"

    def error(
        self, method: str, error: str, *, user: int | None = None, skip: int = 0, times: int = 1
    ) -> None:
        """Answer calls with an error, for example "FLOOD_WAIT_30"."""
        self._add(ErrorFault(method, user, skip, times, error))

    def cut(
        self,
        method: str,
        *,
        when: When = "before",
        user: int | None = None,
        skip: int = 0,
        times: int = 1,
    ) -> None:
        """Break the caller's connection at calls."""
        self._add(CutFault(method, user, skip, times, when))

    def hold(self, method: str, *, user: int | None = None, skip: int = 0, times: int = 1) -> Hold:
        """Let calls wait until the hold is released."""
        hold = Hold(method, user, skip, times)
        self._add(hold)
        return hold

    def clear(self) -> None:
        """Forget all faults; calls held now go on."""
        with self._lock:
            script, self._script = self._script, []
        for fault in script:
            if isinstance(fault, Hold):
                fault.release()

    def match(self, method: str, user: int | None) -> AnyFault | None:
        """The fault this call meets; the first added that takes it."""
        with self._lock:
            taken = next((fault for fault in self._script if fault.takes(method, user)), None)
            self._script = [fault for fault in self._script if not fault.is_over]
        return taken

    def _add(self, fault: AnyFault) -> None:
        if fault.method not in method_names():
            raise UnknownMethod(fault.method)
        with self._lock:
            self._script.append(fault)


@cache
def method_names() -> dict[str, type]:
    """Every method of Telegram, by the name its documentation uses."""
    requests = (kind for kind in tlobjects.values() if issubclass(kind, TLRequest))
    return {method_name(kind): kind for kind in requests}


def method_name(kind: type) -> str:
    """The documented name of a request class: "messages.getHistory"."""
    name = kind.__name__.removesuffix("Request")
    space = kind.__module__.removeprefix("telethon.tl.functions").removeprefix(".")
    return f"{space}.{name[0].lower()}{name[1:]}".removeprefix(".")


@cache
def error_code(error: str) -> int:
    """The number Telegram sends along with an error text."""
    known = rpc_message_to_error(RpcError(400, error), None)
    return int(known.code or 400)
