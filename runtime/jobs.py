"""The long work of one actor, beside its mailbox.

Theory of operation. Each job is a task in the actor's task group and holds the replies of all who
asked for it. Whatever ends a job answers them all: a value, a refusal, a crash, a stop. No error
leaves a job's task, so no job ends its siblings; a crash is reported to the cell, which decides.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import anyio

from runtime.errors import ActorStopped, Condition

if TYPE_CHECKING:
    import contextvars
    from collections.abc import Callable, Hashable

    from anyio.abc import TaskGroup

    from runtime.actor import Job
    from runtime.replies import Reply


class _Running:
    """A job at work, with everyone who waits for it."""

    __slots__ = ("reason", "scope", "waiting", "work")

    def __init__(self, job: Job[Any]) -> None:
        self.work = job.work
        self.scope = anyio.CancelScope()
        self.waiting: list[Reply] = []
        self.reason: Condition | None = None  # why it was cancelled

    def settle(self, value: Any, error: BaseException | None) -> None:
        """Answer everyone who waits, once."""
        waiting, self.waiting = self.waiting, []
        for reply in waiting:
            if error is None:
                reply.answer(value)
            else:
                reply.refuse(error)


class Jobs:
    """The jobs of one incarnation of an actor. Its own loop only."""

    def __init__(
        self,
        group: TaskGroup,
        refusals: tuple[type[Exception], ...],
        crashed: Callable[[BaseException], Condition],
    ) -> None:
        self._group = group
        self._refusals = refusals
        self._crashed = crashed
        self._running: dict[Hashable, _Running] = {}
        self._idle = anyio.Event()

    def __len__(self) -> int:
        """How many jobs are at work."""
        return len(self._running)

    def start(self, job: Job[Any], reply: Reply | None, context: contextvars.Context) -> None:
        """Start a job in the asker's context, or join the one with its key."""
        running = self._running.get(job.key) if job.key is not None else None
        if running is not None:
            job.work.close()
        else:
            running = _Running(job)
            key = running if job.key is None else job.key
            if not self._running:
                self._idle = anyio.Event()
            self._running[key] = running
            context.run(self._group.start_soon, self._run, key, running)
        if reply is not None:
            running.waiting.append(reply)

    def cancel(self, reason: Condition) -> None:
        """Cancel every job; all who wait are answered with the reason, at once."""
        for running in self._running.values():
            running.reason = running.reason or reason
            running.settle(None, reason)
            running.scope.cancel()

    async def finish(self, grace: float, actor: str) -> None:
        """Let the jobs end by themselves for `grace` seconds, then cancel the rest."""
        with anyio.move_on_after(grace):
            while self._running:
                await self._idle.wait()
        self.cancel(ActorStopped(actor))

    def abandon(self, reason: Condition) -> None:
        """Answer for the jobs whose tasks will never run again."""
        for running in self._running.values():
            running.settle(None, reason)
            running.work.close()
        self._running.clear()

    async def _run(self, key: Hashable, running: _Running) -> None:
        value: Any = None
        error: BaseException | None = None
        try:
            with running.scope:
                value = await running.work
            if running.scope.cancelled_caught:
                error = running.reason
        except self._refusals as refusal:
            error = refusal
        except BaseException as fault:  # noqa: BLE001  a job's life ends here, and is answered for
            error = running.reason or self._crashed(fault)
        running.settle(value, error)
        self._running.pop(key, None)
        if not self._running:
            self._idle.set()
