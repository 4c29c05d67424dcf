"""Replies on their way home: one port per caller's loop, one event per caller's thread.

Theory of operation. A reply is handed over in any thread but touches its future only on the
caller's own loop, so there is nothing to lock: the actor appends to the port's outbox and wakes the
loop once for as many replies as lie there by then. One timer per loop serves the deadlines of all
its asks; a timer per ask would cost twice the ask.
"""

from __future__ import annotations

import asyncio
import copy
import heapq
import threading
import time
from collections import deque
from typing import TYPE_CHECKING, Any

from runtime.errors import ActorError, AskTimeout, MailboxFull

if TYPE_CHECKING:
    from collections.abc import Callable

_SWEEP_ABOVE = 1024  # deadlines kept before the answered ones among them are dropped


class Reply:
    """The end of an ask at which the answer is awaited. The first answer counts."""

    __slots__ = ("_leave", "abandoned", "actor", "parked")

    def __init__(self, actor: str) -> None:
        self.actor = actor
        self.abandoned = False
        self.parked = False  # waiting for room in a full mailbox
        self._leave: Callable[[Reply], None] | None = None

    def answer(self, value: Any) -> None:
        """Hand over a value, from any thread."""
        raise NotImplementedError

    def refuse(self, error: BaseException) -> None:
        """Hand over an error, from any thread."""
        raise NotImplementedError

    def attach(self, leave: Callable[[Reply], None] | None) -> None:
        """Have `leave` called, in the waiter's thread, when it gives up; also if it has already."""
        # Each side writes before it reads the other's: one of the two always sees both.
        self._leave = leave
        if self.abandoned and leave is not None:
            leave(self)

    def give_up(self) -> None:
        """Await the answer no longer. In the waiter's own thread."""
        self.abandoned = True
        leave, self._leave = self._leave, None
        if leave is not None:
            leave(self)

    def overdue(self) -> ActorError:
        """Say why there is no answer in time."""
        return (MailboxFull if self.parked else AskTimeout)(self.actor)


def as_value(error: BaseException) -> BaseException:
    """Copy an error without its traceback, whose frames belong to the actor's thread."""
    try:
        fresh = copy.copy(error)
        if fresh.args != error.args:  # its constructor takes something else than it keeps
            fresh = type(error).__new__(type(error), *error.args)
            fresh.__dict__.update(vars(error))
    except Exception:  # noqa: BLE001  an error of a foreign class may refuse to be copied
        fresh = error
    fresh.__cause__ = fresh.__context__ = None
    return fresh.with_traceback(None)


class LoopReply(Reply):
    """A reply awaited on an event loop."""

    __slots__ = ("_port", "deadline", "future")

    def __init__(self, port: Port, actor: str, deadline: float) -> None:
        self.actor = actor  # not by super(): this is on the way of every ask
        self.abandoned = self.parked = False
        self._leave = None
        self._port = port
        self.deadline = deadline
        # None once over: a port keeps its replies until their deadline, but not what they brought.
        self.future: asyncio.Future[Any] | None = port.loop.create_future()

    async def wait(self) -> Any:
        """Await the answer; whoever is cancelled meanwhile has given up. On the port's loop."""
        future = self.future
        if future is None:
            raise self.overdue()
        try:
            return await future
        except asyncio.CancelledError:
            if future.done() and not future.cancelled():
                future.exception()  # it came at the same moment: nobody will miss it
            self.give_up()
            raise

    def give_up(self) -> None:
        """Await the answer no longer. On the port's loop."""
        self.future = None
        super().give_up()

    def answer(self, value: Any) -> None:
        """Hand over a value from any thread."""
        self._port.deliver(self, value, None)

    def refuse(self, error: BaseException) -> None:
        """Hand over an error from any thread."""
        self._port.deliver(self, None, as_value(error))

    def arrive(self, value: Any, error: BaseException | None) -> None:
        """Resolve the future. On the port's loop."""
        future, self.future = self.future, None
        self._leave = None
        if future is None or future.done():
            return
        if error is None:
            future.set_result(value)
        else:
            future.set_exception(error)


class Port:
    """All replies awaited on one event loop."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self._outbox: deque[tuple[LoopReply, Any, BaseException | None]] = deque()
        self._armed = False
        self._deadlines: list[tuple[float, int, LoopReply]] = []  # a heap
        self._expected = 0
        self._timer: asyncio.TimerHandle | None = None
        self._sweep_at = _SWEEP_ABOVE

    def expect(self, actor: str, timeout: float) -> LoopReply:
        """Begin to await a reply, at most `timeout` seconds. On the port's loop only."""
        reply = LoopReply(self, actor, time.monotonic() + timeout)
        if len(self._deadlines) >= self._sweep_at:
            self._sweep()
        self._expected += 1  # decides between equal deadlines, so replies need not compare
        heapq.heappush(self._deadlines, (reply.deadline, self._expected, reply))
        if self._timer is None or self._deadlines[0][2] is reply:
            self._set_timer()
        return reply

    def deliver(self, reply: LoopReply, value: Any, error: BaseException | None) -> None:
        """Hand over an answer from any thread; a loop that has closed gets none."""
        self._outbox.append((reply, value, error))
        # `_flush` disarms before it empties the outbox, so an answer appended while armed is
        # always met by a flush still to come.
        if self._armed:
            return
        self._armed = True
        try:
            self.loop.call_soon_threadsafe(self._flush)
        except RuntimeError:
            self._outbox.clear()
            self._armed = False

    def _flush(self) -> None:
        self._armed = False
        while self._outbox:
            reply, value, error = self._outbox.popleft()
            reply.arrive(value, error)

    def _set_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        delay = max(0.0, self._deadlines[0][0] - time.monotonic())
        self._timer = self.loop.call_later(delay, self._expire)

    def _expire(self) -> None:
        self._timer = None
        now = time.monotonic()
        while self._deadlines:
            deadline, _, reply = self._deadlines[0]
            future = reply.future
            if future is not None and deadline > now:
                break
            heapq.heappop(self._deadlines)
            if future is not None and not future.done():
                future.set_exception(reply.overdue())
                reply.give_up()
        if self._deadlines:
            self._set_timer()

    def _sweep(self) -> None:
        self._deadlines = [each for each in self._deadlines if each[2].future is not None]
        heapq.heapify(self._deadlines)
        self._sweep_at = max(_SWEEP_ABOVE, 2 * len(self._deadlines))


_ports = threading.local()


def port_of(loop: asyncio.AbstractEventLoop) -> Port:
    """Return the port of the loop that runs in this thread."""
    port: Port | None = getattr(_ports, "port", None)
    if port is None or port.loop is not loop:
        port = _ports.port = Port(loop)
    return port


class ThreadReply(Reply):
    """A reply awaited by a thread that has no loop."""

    __slots__ = ("_event", "_outcome")

    def __init__(self, actor: str) -> None:
        super().__init__(actor)
        self._event = threading.Event()
        self._outcome: list[tuple[Any, BaseException | None]] = []

    def answer(self, value: Any) -> None:
        """Hand over a value from any thread."""
        self._outcome.append((value, None))
        self._event.set()

    def refuse(self, error: BaseException) -> None:
        """Hand over an error from any thread."""
        self._outcome.append((None, as_value(error)))
        self._event.set()

    def wait(self, timeout: float) -> Any:
        """Block for the answer, at most `timeout` seconds."""
        try:
            answered = self._event.wait(timeout)
        except BaseException:
            self.give_up()
            raise
        if not answered:
            self.give_up()
            raise self.overdue()
        value, error = self._outcome[0]
        if error is not None:
            raise error
        return value
