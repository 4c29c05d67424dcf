"""The mailbox: many threads put, one loop takes.

Theory of operation. `put` and `close` decide under one lock, so that a message is either refused
with an error or lies in the queue before the mark that `close` puts there. The consumer takes
messages in order until it meets the mark: it has then seen every message ever accepted.

The queue is a janus queue without a bound of its own: its bounded `put` cannot be awaited from a
foreign loop, and its synchronous one would block it. The bound is a count of permits kept here,
under the same lock; a permit returns when its message is taken.
"""

from __future__ import annotations

import asyncio
import threading
import time
from typing import TYPE_CHECKING

import janus

from runtime.errors import ActorStopped, MailboxFull

if TYPE_CHECKING:
    import contextvars

    from runtime.messages import Message
    from runtime.replies import Reply


_BURST = 128  # messages taken before the loop may serve its sockets,
_BURST_SECONDS = 0.002  # or seconds, whichever is less


class Envelope:
    """A message on its way: who awaits the answer, until when, and in which context."""

    __slots__ = ("context", "deadline", "message", "reply")

    def __init__(
        self,
        message: Message,
        context: contextvars.Context,
        reply: Reply | None = None,
        deadline: float = float("inf"),
    ) -> None:
        self.message = message
        self.context = context
        self.reply = reply
        self.deadline = deadline

    def abandoned(self, now: float) -> bool:
        """Whether nobody awaits the answer any more, `now` in monotonic seconds."""
        return self.reply is not None and (self.reply.abandoned or now >= self.deadline)


class Mailbox:
    """A bounded queue of envelopes that answers for each one it accepts."""

    def __init__(self, actor: str, bound: int) -> None:
        if bound < 1:
            raise ValueError(f"a mailbox needs room for at least one message, not {bound}")
        self._actor = actor
        self._queue: janus.Queue[Envelope | None] = janus.Queue()
        self._lock = threading.Lock()
        self._bound = bound
        self._permits = bound
        self._closed: str | None = None
        self._taken = 0  # in this burst
        self._burst_until = 0.0

    def __repr__(self) -> str:
        """Show the state that tests and people look for."""
        state = "open" if self._closed is None else f"closed: {self._closed}"
        return f"<Mailbox {self._actor} {state} depth={self.depth}/{self._bound}>"

    @property
    def depth(self) -> int:
        """How many messages wait."""
        return self._bound - self._permits

    def put(self, envelope: Envelope) -> None:
        """Accept a message, from any thread.

        Raises `MailboxFull` at the bound and `ActorStopped` once closed; a call that returns is
        a promise that the message will be taken by the consumer.
        """
        with self._lock:
            if self._closed is not None:
                raise ActorStopped(self._actor, self._closed)
            if self._permits == 0:
                raise MailboxFull(self._actor)
            self._permits -= 1
            self._queue.sync_q.put_nowait(envelope)

    def close(self, reason: str) -> None:
        """Accept nothing more; what was accepted stays to be taken. Harmless when repeated."""
        with self._lock:
            if self._closed is None:
                self._closed = reason
                self._queue.sync_q.put_nowait(None)

    async def get(self) -> Envelope | None:
        """Wait for the next message; None is the mark behind the last one. One loop only.

        A full mailbox does not keep the loop from its sockets: a burst has its bounds.
        """
        now = time.monotonic()
        if self._taken >= _BURST or now >= self._burst_until:
            if self._taken > 1:
                await asyncio.sleep(0)
            self._taken, self._burst_until = 0, now + _BURST_SECONDS
        self._taken += 1
        try:
            envelope = self._queue.async_q.get_nowait()
        except asyncio.QueueEmpty:
            envelope = await self._queue.async_q.get()
        return self._with_permit_back(envelope)

    def leftovers(self) -> list[Envelope]:
        """Close, and take all that nobody will handle, once the consumer is gone."""
        self.close("its thread has ended")
        left: list[Envelope] = []
        while not self._queue.sync_q.empty():
            envelope = self._with_permit_back(self._queue.sync_q.get_nowait())
            if envelope is not None:
                left.append(envelope)
        return left

    def _with_permit_back(self, envelope: Envelope | None) -> Envelope | None:
        if envelope is not None:
            with self._lock:
                self._permits += 1
        return envelope
