"""The only thing anyone holds of an actor."""

from __future__ import annotations

import asyncio
import contextvars
import threading
import time
from typing import TYPE_CHECKING, Generic, TypeVar

from runtime.errors import AskOnLoop, AskToSelf
from runtime.mailbox import Envelope
from runtime.messages import Message, Request
from runtime.replies import ThreadReply, port_of

if TYPE_CHECKING:
    from runtime.cell import Cell

M = TypeVar("M", bound=Message)
R = TypeVar("R")

DEFAULT_TIMEOUT = 30.0
"""Seconds an ask waits unless told otherwise."""


class ActorRef(Generic[M]):
    """A reference to an actor, valid in any thread and on any loop, over restarts.

    A call that is not refused at once, with `MailboxFull` or `ActorStopped`, is processed; an ask
    ends in the reply, a `Refusal`, `ActorCrashed`, `ActorStopped`, or `AskTimeout`.
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
        """Send a message nobody waits for the outcome of."""
        self._cell.mailbox.put(Envelope(message, contextvars.copy_context()))

    async def ask(self, request: Request[R], *, timeout: float = DEFAULT_TIMEOUT) -> R:
        """Send a request and await its reply, at most `timeout` seconds.

        An ask that is cancelled or times out before it is handled is never handled.
        """
        self._refuse_self()
        port = port_of(asyncio.get_running_loop())
        reply = port.expect(self._cell.name, timeout)
        envelope = Envelope(request, contextvars.copy_context(), reply, reply.deadline)
        try:
            self._cell.mailbox.put(envelope)
        except BaseException:
            reply.give_up()
            raise
        answer: R = await reply.wait()
        return answer

    def ask_sync(self, request: Request[R], *, timeout: float = DEFAULT_TIMEOUT) -> R:
        """Send a request and block for its reply; for threads that run no event loop."""
        self._refuse_self()
        if _on_a_loop():
            raise AskOnLoop(self._cell.name)
        reply = ThreadReply(self._cell.name)
        deadline = time.monotonic() + timeout
        self._cell.mailbox.put(Envelope(request, contextvars.copy_context(), reply, deadline))
        answer: R = reply.wait(timeout)
        return answer

    def _refuse_self(self) -> None:
        if threading.get_ident() == self._cell.thread_id:
            raise AskToSelf(self._cell.name)


def _on_a_loop() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True
