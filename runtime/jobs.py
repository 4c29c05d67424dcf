"""The long work of one actor, beside its mailbox.

Theory of operation. Each job is a task in the actor's task group and holds the replies of all who
asked for it. Whatever ends a job answers them all: a value, a refusal, a crash, a cancellation, a
stop. When the last of them leaves, the job is cancelled, unless it was begun by a message that
nobody waits for. One that was cancelled is joined no more: its successor starts when it has ended.
No error leaves a job's task, so no job ends its siblings; the cell decides about a crash.
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING, Any

import anyio

from runtime.errors import ActorStopped, Condition, JobCancelled, MailboxFull
from runtime.streams import Channel, emits

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterator

    from anyio.abc import TaskGroup

    from runtime.actor import Job
    from runtime.mailbox import Envelope
    from runtime.replies import Reply

WAITING = 1000
"""Jobs that may wait for their turn; more are refused."""


class _Running:
    """A job at work or before it, with everyone who waits for it."""

    __slots__ = (
        "after",
        "envelope",
        "key",
        "lingers",
        "over",
        "reason",
        "scope",
        "then",
        "waiting",
        "work",
    )

    def __init__(self, job: Job[Any], envelope: Envelope) -> None:
        self.key = job.key
        self.work = job.work
        self.envelope = envelope
        self.scope: anyio.CancelScope | None = None  # None before it starts
        self.waiting: list[Reply] = []
        self.lingers = False  # whether it goes on when nobody waits
        self.over = False  # whether it was cancelled, or has ended
        self.reason: Condition | None = None  # why it was cancelled
        self.after: _Running | None = None  # the cancelled one it waits for
        self.then: _Running | None = None  # the one that waits for this

    def settle(self, value: Any, error: BaseException | None) -> None:
        """Answer everyone who waits, once."""
        waiting, self.waiting = self.waiting, []
        for reply in waiting:
            if error is None:
                reply.answer(value)
            else:
                reply.refuse(error)

    async def emit(self, value: Any) -> None:
        """Offer progress to everyone who reads it; the slowest sets the pace."""
        readers = [reply for reply in self.waiting if isinstance(reply, Channel)]
        for reader in readers:
            await reader.offer(value)
        if not readers:
            await asyncio.sleep(0)  # work that nobody reads must still be reached by its end


class Jobs:
    """The jobs of one incarnation of an actor. Its own loop only."""

    def __init__(
        self,
        actor: str,
        group: TaskGroup,
        *,
        limit: int,
        refusals: tuple[type[Exception], ...],
        crashed: Callable[[BaseException], Condition],
    ) -> None:
        self._actor = actor
        self._group = group
        self._limit = limit
        self._refusals = refusals
        self._crashed = crashed
        self._loop = asyncio.get_running_loop()
        self._all: dict[_Running, None] = {}
        self._keys: dict[Hashable, _Running] = {}
        self._queue: deque[_Running] = deque()
        self._active = 0
        self._closed: Condition | None = None
        self._idle = anyio.Event()

    def __len__(self) -> int:
        """How many jobs are at work, or wait for their turn."""
        return len(self._all)

    def start(self, job: Job[Any], envelope: Envelope) -> None:
        """Start a job in the asker's context, or join the one with its key."""
        try:
            running = self._keys.get(job.key) if job.key is not None else None
        except TypeError:
            job.work.close()
            raise
        if running is not None and not running.over:
            job.work.close()
        elif self._closed is not None or len(self._queue) >= WAITING:
            job.work.close()
            if envelope.reply is not None:
                envelope.reply.refuse(self._closed or MailboxFull(self._actor))
            return
        else:
            running = self._add(_Running(job, envelope), after=running)
        self._join(running, envelope.reply)

    def _join(self, running: _Running, reply: Reply | None) -> None:
        if reply is None:
            running.lingers = True
        else:
            running.waiting.append(reply)
            reply.attach(lambda reply: self._post(running, reply))

    def cancel(self, key: Hashable) -> bool:
        """Cancel the job with this key; its waiters are told so at once."""
        running = self._keys.get(key)
        if running is None or running.over:
            return False
        self._end_early(running, JobCancelled(self._actor))
        return True

    def cancel_all(self, reason: Condition) -> None:
        """Cancel every job and start no more; all who wait are told the reason at once."""
        self._closed = reason
        for running in tuple(self._all):
            self._end_early(running, reason)

    def owed(self) -> Iterator[Reply]:
        """All who wait. For a thread that finds the loop stuck."""
        for running in tuple(self._all):
            yield from tuple(running.waiting)

    def abandon(self, reason: Condition) -> None:
        """Answer for the jobs whose tasks will never run again."""
        for running in self._all:
            running.settle(None, reason)
            running.work.close()
        self._all.clear()

    async def gone(self, timeout: float) -> bool:
        """Wait until no job is left, at most `timeout` seconds; say whether that is so."""
        with anyio.move_on_after(timeout):
            while self._all:
                await self._idle.wait()
        return not self._all

    def _add(self, running: _Running, after: _Running | None) -> _Running:
        if not self._all:
            self._idle = anyio.Event()
        self._all[running] = None
        if running.key is not None:
            self._keys[running.key] = running
        if after is not None:
            after.then, running.after = running, after
        else:
            self._queue.append(running)
            self._fill()
        return running

    def _fill(self) -> None:
        while self._queue and self._active < self._limit:
            running = self._queue.popleft()
            running.scope = anyio.CancelScope()
            self._active += 1
            running.envelope.context.run(self._group.start_soon, self._run, running, running.scope)

    def _post(self, running: _Running, reply: Reply) -> None:
        """Pass on, from a waiter's thread, that it has left."""
        try:
            self._loop.call_soon_threadsafe(self._left, running, reply)
        except RuntimeError:
            return  # the actor's loop has closed, and no work with it

    def _left(self, running: _Running, reply: Reply) -> None:
        if reply in running.waiting:
            running.waiting.remove(reply)
            if not running.waiting and not running.lingers:
                self._end_early(running, None)

    def _end_early(self, running: _Running, reason: Condition | None) -> None:
        running.reason = running.reason or reason
        running.over = True
        if reason is not None:
            running.settle(None, reason)
        if running.scope is not None:
            running.scope.cancel()
            return
        running.work.close()
        if running in self._queue:
            self._queue.remove(running)
        self._forget(running)

    def _forget(self, running: _Running) -> None:
        running.over = True
        self._all.pop(running, None)
        if self._keys.get(running.key) is running:
            del self._keys[running.key]
        if running.after is not None:  # still ending: who comes next must wait for it too
            running.after.then = None
            self._keys[running.key] = running.after
        if running.then is not None:
            running.then.after = None
            self._queue.append(running.then)
        self._fill()
        if not self._all:
            self._idle.set()

    async def _run(self, running: _Running, scope: anyio.CancelScope) -> None:
        value: Any = None
        error: BaseException | None = None
        try:
            with scope:
                emits(running.envelope.message, running.emit)
                value = await running.work
            if scope.cancelled_caught:
                error = running.reason
        except self._refusals as refusal:
            error = refusal
        except asyncio.CancelledError as stray:
            if told_to_cancel():
                error = running.reason or ActorStopped(self._actor, "it did not stop in time")
                raise
            error = running.reason or self._crashed(stray)
        except BaseException as fault:  # noqa: BLE001  a job's life ends here, and is answered for
            error = running.reason or self._crashed(fault)
        finally:
            self._active -= 1
            running.settle(value, error)
            self._forget(running)


def told_to_cancel() -> bool:
    """Tell a cancellation of this task from one that a library let stray out of its own."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
