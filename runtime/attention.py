"""What a server of an actor's mailbox attends to."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from runtime.replies import Reply


class Attention:
    """What one server is handling, so that the only one who waits for it can cancel it."""

    __slots__ = ("_leaver", "_left", "_loop", "_task", "busy", "reply")

    def __init__(self, task: asyncio.Task[Any]) -> None:
        self._task = task
        self._loop = task.get_loop()
        self._left = False
        self._leaver = self._leave  # bound once, not per message
        self.busy = False
        self.reply: Reply | None = None

    def begin(self, reply: Reply | None) -> None:
        """Attend to a message and to who waits for its answer."""
        self.busy = True
        self.reply = reply
        if reply is not None:
            reply.attach(self._leaver)

    def _leave(self, reply: Reply) -> None:
        """Pass on, from the waiter's thread, that it has left."""
        try:
            self._loop.call_soon_threadsafe(self._cancel, reply)
        except RuntimeError:
            return  # the actor's loop has closed, and no work with it

    def _cancel(self, reply: Reply) -> None:
        if self.reply is reply and not self._left:
            self._left = True
            self._task.cancel()

    def end(self) -> bool:
        """Stop attending; say whether the waiter left meanwhile. Harmless twice."""
        self.busy = False
        self.reply = None
        left, self._left = self._left, False
        if left:
            self._task.uncancel()
        return left
