"""The mailbox: many threads put, one loop takes.

Theory of operation. `put` and `close` decide under one lock, so a message is either refused with
an error or accepted; the consumer takes until the lane is closed and empty, so what was accepted is
taken. The same lock decides whether anybody attends: the put that finds nobody summons a thread,
and `leave` succeeds only with nothing accepted.

A lane is a janus queue without a bound of its own: its bounded `put` cannot be awaited from a
foreign loop, and its synchronous one would block it. The bound is a count of permits kept here. At
the bound an envelope may be parked: whoever takes a message admits the first parked one in its
place, so nobody overtakes, and a caller who leaves has no wake-up to pass on. The consumer waits on
a future that a burst of puts resolves once; janus would make a task for each.

Urgent messages have a lane of their own, attended beside the other; it stays open until the work
that was accepted is done.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections import deque
from typing import TYPE_CHECKING

import janus

from runtime.errors import ActorStopped, MailboxFull
from runtime.messages import Message, Urgent

if TYPE_CHECKING:
    import contextvars
    from collections.abc import Callable

    from runtime.replies import Reply


PARKED = 10_000
"""Callers a full mailbox lets wait; more are refused."""
URGENT_BOUND = 100
"""Urgent messages accepted before callers wait."""
_BURST = 128  # messages taken before the loop may serve its sockets,
_BURST_SECONDS = 0.002  # or seconds, whichever is less


class Envelope:
    """A message on its way: who awaits the answer, until when, and in which context."""

    __slots__ = ("admitted", "context", "deadline", "message", "reply", "sent")

    def __init__(
        self,
        message: Message,
        context: contextvars.Context,
        reply: Reply | None = None,
        deadline: float = float("inf"),
        admitted: Reply | None = None,
    ) -> None:
        self.message = message
        self.context = context
        self.reply = reply
        self.deadline = deadline
        self.admitted = admitted  # who waits only for the message to be accepted
        self.sent = time.monotonic()

    def abandoned(self, now: float) -> bool:
        """Whether nobody awaits the answer any more, `now` in monotonic seconds."""
        return self.reply is not None and (self.reply.abandoned or now >= self.deadline)


class _Line(janus.Queue[Envelope]):
    """A janus queue whose head can be looked at."""

    def head(self) -> Envelope | None:
        """Return what would be taken next."""
        return self._queue[0] if self._queue else None


class Lane:
    """One queue of a mailbox. All of it happens under the mailbox's lock."""

    __slots__ = ("_line", "_parked", "bound", "burst_until", "closed", "permits", "taken", "waiter")

    def __init__(self, bound: int) -> None:
        self.bound = self.permits = bound
        self.closed: str | None = None
        self.waiter: asyncio.Future[None] | None = None
        self.taken = 0  # in this burst; the consumer's own
        self.burst_until = 0.0
        self._line: _Line | None = None  # made when needed: most actors sleep
        self._parked: deque[Envelope] | None = None

    @property
    def depth(self) -> int:
        """How many accepted messages wait."""
        return self.bound - self.permits

    @property
    def parked(self) -> int:
        """How many callers wait for room."""
        return len(self._parked) if self._parked else 0

    def accept(self, envelope: Envelope) -> None:
        """Queue a message for which there is a permit."""
        if self._line is None:
            self._line = _Line()
        self.permits -= 1
        self._line.sync_q.put(envelope)

    def park(self, envelope: Envelope) -> bool:
        """Let a caller wait for room; False if too many do."""
        if self._parked is None:
            self._parked = deque()
        if len(self._parked) >= PARKED:
            self._parked = deque(each for each in self._parked if not _gone(each))
            if len(self._parked) >= PARKED:
                return False
        waiter = envelope.reply or envelope.admitted
        if waiter is not None:
            waiter.parked = True
        self._parked.append(envelope)
        return True

    def pop(self) -> Envelope | None:
        """Take the next message, and admit the first parked one."""
        if self._line is None or self.permits == self.bound:
            return None
        envelope = self._line.sync_q.get_nowait()
        self.permits += 1
        while self._parked and self.permits:
            self._admit(self._parked.popleft())
        return envelope

    def _admit(self, envelope: Envelope) -> None:
        if _gone(envelope):
            return
        self.accept(envelope)
        if envelope.reply is not None:
            envelope.reply.parked = False
        if envelope.admitted is not None:
            envelope.admitted.answer(None)

    def oldest(self, now: float) -> float:
        """Return for how many seconds the next message has waited."""
        head = self._line.head() if self._line is not None else None
        return 0.0 if head is None else now - head.sent

    def close(self, actor: str, reason: str) -> asyncio.Future[None] | None:
        """Accept nothing more, refuse who is parked; return the consumer to wake."""
        if self.closed is None:
            self.closed = reason
        parked, self._parked = self._parked, None
        for envelope in parked or ():
            waiter = envelope.reply or envelope.admitted
            if waiter is not None:
                waiter.refuse(ActorStopped(actor, reason))
        return self.end_wait()

    def end_wait(self) -> asyncio.Future[None] | None:
        """Return the consumer to wake, if it waits."""
        waiter, self.waiter = self.waiter, None
        return waiter

    def forget(self) -> None:
        """Give an empty queue's memory back."""
        self._line = self._parked = None


class Mailbox:
    """Two bounded lanes of envelopes, answering for each one accepted."""

    __slots__ = ("_actor", "_attended", "_halted", "_lock", "_summon", "urgent", "work")

    def __init__(self, actor: str, bound: int, summon: Callable[[], None]) -> None:
        """Call `summon` from a thread that put a message nobody attends to."""
        if bound < 1:
            raise ValueError(f"a mailbox needs room for at least one message, not {bound}")
        self._actor = actor
        self._lock = threading.Lock()
        self._summon = summon
        self._attended = False
        self._halted = False
        self.work = Lane(bound)
        self.urgent = Lane(URGENT_BOUND)

    def __repr__(self) -> str:
        """Show the state that tests and people look for."""
        state = "open" if self.work.closed is None else f"closed: {self.work.closed}"
        parked = f" parked={self.work.parked}" if self.work.parked else ""
        return f"<Mailbox {self._actor} {state} depth={self.work.depth}/{self.work.bound}{parked}>"

    @property
    def depth(self) -> int:
        """How many accepted messages wait, on both lanes."""
        return self.work.depth + self.urgent.depth

    def oldest(self, now: float) -> float:
        """Return for how many seconds the oldest accepted message has waited."""
        with self._lock:
            return max(self.work.oldest(now), self.urgent.oldest(now))

    def put(self, envelope: Envelope, *, park: bool = False) -> bool:
        """Accept a message, from any thread; at the bound, park it or raise `MailboxFull`.

        Raises `ActorStopped` once closed. A call that returns True is a promise that the message
        will be taken; one that returns False, that its caller will be admitted or refused.
        """
        lane = self.urgent if isinstance(envelope.message, Urgent) else self.work
        with self._lock:
            if lane.closed is not None:
                raise ActorStopped(self._actor, lane.closed)
            if lane.permits == 0:
                if not park or not lane.park(envelope):
                    raise MailboxFull(self._actor)
                return False
            lane.accept(envelope)
            waiter = lane.end_wait()
            unattended, self._attended = not self._attended, True
        if unattended:
            self._summon()
        elif waiter is not None:
            _wake(waiter)
        return True

    async def take(self, lane: Lane) -> Envelope | None:
        """Wait for the lane's next message; None behind its last, or halted. One per lane.

        A full mailbox does not keep the loop from its sockets: a burst has its bounds.
        """
        now = time.monotonic()
        if lane.taken >= _BURST or now >= lane.burst_until:
            if lane.taken > 1:
                await asyncio.sleep(0)
            lane.taken, lane.burst_until = 0, now + _BURST_SECONDS
        lane.taken += 1
        while True:
            with self._lock:
                if self._halted:
                    return None
                envelope = lane.pop()
                if envelope is not None:
                    return envelope
                if lane.closed is not None:
                    return None
                waiter = lane.waiter = asyncio.get_running_loop().create_future()
            lane.taken = 1
            await waiter

    def halt(self) -> None:
        """Let both consumers return, and leave what was accepted to the next. On their loop."""
        with self._lock:
            self._halted = True
            waiters = (self.work.end_wait(), self.urgent.end_wait())
        for waiter in waiters:
            if waiter is not None:
                _resolve(waiter)

    def resume(self) -> None:
        """Let consumers take again."""
        self._halted = False

    def attend(self) -> bool:
        """Promise a consumer; False if there is one, or nothing more to consume."""
        with self._lock:
            if self._attended or self.work.closed is not None:
                return False
            self._attended = True
            return True

    def leave(self) -> bool:
        """Attend no longer; False if something was accepted meanwhile, or the lanes are closed."""
        with self._lock:
            if self.work.closed is not None or self.work.depth or self.urgent.depth:
                return False
            self._attended = False
            self.work.forget()
            self.urgent.forget()
            return True

    def close(self, reason: str) -> bool:
        """Accept no more work; return whether somebody attends to what is left. Idempotent."""
        with self._lock:
            waiter = self.work.close(self._actor, reason)
            attended = self._attended
        if waiter is not None:
            _wake(waiter)
        return attended

    def seal(self, reason: str) -> None:
        """Accept nothing more at all. Idempotent."""
        self.close(reason)
        with self._lock:
            waiter = self.urgent.close(self._actor, reason)
        if waiter is not None:
            _wake(waiter)

    def take_all(self) -> list[Envelope]:
        """Take all that nobody will handle."""
        with self._lock:
            left: list[Envelope] = []
            for lane in (self.urgent, self.work):
                while (envelope := lane.pop()) is not None:
                    left.append(envelope)
            return left


def _gone(envelope: Envelope) -> bool:
    """Whether a parked caller has left."""
    waiter = envelope.reply or envelope.admitted
    return waiter is not None and waiter.abandoned


def _wake(waiter: asyncio.Future[None]) -> None:
    try:
        waiter.get_loop().call_soon_threadsafe(_resolve, waiter)
    except RuntimeError:
        return  # its loop has closed: whoever ends the actor sees to what is left


def _resolve(waiter: asyncio.Future[None]) -> None:
    if not waiter.done():
        waiter.set_result(None)
