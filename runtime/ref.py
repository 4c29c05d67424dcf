"""The only thing anyone holds of an actor."""

from __future__ import annotations

import asyncio
import contextvars
import time
from typing import TYPE_CHECKING, Generic, TypeVar

from runtime.cell import here
from runtime.errors import AskOnLoop, AskToSelf, MailboxFull
from runtime.mailbox import Envelope
from runtime.messages import Message, Request, StreamRequest
from runtime.replies import ThreadReply, port_of
from runtime.streams import AHEAD, Channel, Stream

if TYPE_CHECKING:
    from runtime.cell import Cell
    from runtime.terms import Down

M = TypeVar("M", bound=Message)
P = TypeVar("P")
R = TypeVar("R")

DEFAULT_TIMEOUT = 30.0
"""Seconds an ask waits unless told otherwise."""


class ActorRef(Generic[M]):
    """A reference to an actor, valid in any thread and on any loop, over restarts and sleep.

    What is not refused, with `MailboxFull` or `ActorStopped`, is processed; an ask ends in the
    reply, a `Refusal`, `ActorCrashed`, `ActorStopped`, `JobCancelled`, or `AskTimeout`.
    """

    __slots__ = ("_cell",)

    def __init__(self, cell: Cell) -> None:
        self._cell = cell

    def __repr__(self) -> str:
        """Show the actor's name and state."""
        return f"<ActorRef {self._cell.name} {self._cell.state}>"

    @property
    def name(self) -> str:
        """The actor's name, unique in its system."""
        return self._cell.name

    def tell(self, message: M) -> None:
        """Send a message nobody waits for the outcome of; refused when the mailbox is full."""
        self._cell.mailbox.put(Envelope(message, contextvars.copy_context()))

    async def send(self, message: M, *, timeout: float = DEFAULT_TIMEOUT) -> None:
        """Send like `tell`, but wait for room, at most `timeout` seconds: then `MailboxFull`.

        A send that is cancelled while it waits may have been accepted.
        """
        self._refuse_self()
        try:
            self.tell(message)
        except MailboxFull:
            room = port_of(asyncio.get_running_loop()).expect(self._cell.name, timeout)
            envelope = Envelope(message, contextvars.copy_context(), admitted=room)
            try:
                accepted = self._cell.mailbox.put(envelope, park=True)
            except BaseException:
                room.give_up()
                raise
            if accepted:
                room.give_up()
            else:
                await room.wait()

    async def ask(self, request: Request[R], *, timeout: float = DEFAULT_TIMEOUT) -> R:
        """Send a request and await its reply, at most `timeout` seconds.

        A full mailbox is waited for; if there is no room in time, `MailboxFull`. An ask that is
        cancelled or times out before it is handled is never handled; later, the work for it is
        cancelled if nobody else waits for it.
        """
        self._refuse_self()
        cell = self._cell
        reply = port_of(asyncio.get_running_loop()).expect(cell.name, timeout)
        envelope = Envelope(request, contextvars.copy_context(), reply, reply.deadline)
        try:
            cell.mailbox.put(envelope, park=True)
        except BaseException:
            reply.give_up()
            raise
        try:
            answer: R = await reply.wait()
        finally:
            cell.asks.note(time.monotonic() - reply.deadline + timeout)
        return answer

    def ask_sync(self, request: Request[R], *, timeout: float = DEFAULT_TIMEOUT) -> R:
        """Send a request and block for its reply; for threads that run no event loop."""
        self._refuse_self()
        if _on_a_loop():
            raise AskOnLoop(self._cell.name)
        cell = self._cell
        reply = ThreadReply(cell.name)
        deadline = time.monotonic() + timeout
        envelope = Envelope(request, contextvars.copy_context(), reply, deadline)
        cell.mailbox.put(envelope, park=True)
        try:
            answer: R = reply.wait(timeout)
        finally:
            cell.asks.note(time.monotonic() - deadline + timeout)
        return answer

    def stream(
        self,
        request: StreamRequest[P, R],
        *,
        timeout: float = DEFAULT_TIMEOUT,
        ahead: int = AHEAD,
    ) -> Stream[P, R]:
        """Send a request and read its progress, on this loop or in this thread.

        Each item must come within `timeout` seconds, and be read within as many. The work waits
        while `ahead` items are unread; a reader who leaves gives up like a cancelled ask.
        """
        self._refuse_self()
        asks, began = self._cell.asks, time.monotonic()
        channel = Channel(
            self._cell.name, ahead, timeout, lambda: asks.note(time.monotonic() - began)
        )
        envelope = Envelope(request, contextvars.copy_context(), channel, began + timeout)
        self._cell.mailbox.put(envelope, park=True)
        return Stream(channel, timeout)

    async def watch(self) -> Down:
        """Wait until the actor has ended for good; at once if it already has."""
        return await self._cell.ended.wait()

    def crash_soon(self, fault: BaseException) -> bool:
        """Let the actor crash as if by itself, as a child that gave up does; False if asleep."""
        return self._cell.crash(fault)

    def _refuse_self(self) -> None:
        if getattr(here, "cell", None) is self._cell:
            raise AskToSelf(self._cell.name)


def _on_a_loop() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True
