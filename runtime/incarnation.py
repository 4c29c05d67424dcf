"""One incarnation of an actor: acquired, served, released, on the actor's own loop.

Theory of operation. Two servers take the mailbox's lanes in order and await each handler in the
asker's context, without a task per message; long work goes to jobs. The work lane's server runs in
the task that ran `started` and will run `stopped`. A crash, of a handler or of a job, ends the
incarnation: it interrupts both servers and all jobs, and whoever they owed an answer is told.
"""

from __future__ import annotations

import asyncio
import time
import traceback
from enum import Enum
from typing import TYPE_CHECKING, Any

import anyio

from runtime.actor import Actor, Cancel, Job
from runtime.attention import Attention
from runtime.drive import InContext
from runtime.errors import ActorCrashed, ActorError, ActorStopped, StartOverdue
from runtime.jobs import Jobs, told_to_cancel
from runtime.logs import get_logger
from runtime.replies import Reply
from runtime.streams import Channel, emits

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from runtime.cell import Cell
    from runtime.mailbox import Envelope, Lane

log = get_logger("runtime")


class Ending(Enum):
    """Why an incarnation is over."""

    DONE = "done"
    ASLEEP = "asleep"
    REFUSED = "refused"
    CRASHED = "crashed"


class Incarnation:
    """An actor object, its servers and its jobs."""

    def __init__(self, cell: Cell, make: Callable[[], Actor[Any]], kept: Actor[Any] | None) -> None:
        """Serve with the actor kept from before a sleep, or with a new one."""
        self.actor: Actor[Any] = kept or Actor()  # nobody's, until it is made
        self._make = None if kept is not None else make
        self.fault: ActorError | None = None
        self.refusal: BaseException | None = None
        self.started_at = cell.clock.now()
        self._cell = cell
        self._mailbox = cell.mailbox
        self._jobs: Jobs | None = None
        self._attending: list[Attention] = []
        self._scopes: list[anyio.CancelScope] = []  # what a crash cancels
        self._starting: anyio.CancelScope | None = None
        self._sleepy = False
        self._active_at = self.started_at
        self._urgent_served = anyio.Event()

    @property
    def jobs(self) -> int:
        """How many jobs are at work, or wait for their turn."""
        return 0 if self._jobs is None else len(self._jobs)

    async def live(self) -> Ending:
        """Acquire, serve until the end, a crash or sleep, release; say which."""
        try:
            if await self._acquire():
                await self._serve_all()
        finally:
            await self._release()
        if self.fault is not None:
            return Ending.CRASHED
        if self.refusal is not None:
            return Ending.REFUSED
        return Ending.ASLEEP if self._sleepy else Ending.DONE

    def crashed(self, fault: BaseException) -> ActorError:
        """Note a crash; the first one of an incarnation ends it."""
        if self.fault is None:
            cause = f"{type(fault).__name__}: {fault}".rstrip(": ")
            details = "".join(traceback.format_exception(fault))
            crash = ActorCrashed(self._cell.name, cause, details)
            self.fault = fault if isinstance(fault, StartOverdue) else crash
            self._cell.last_error = cause
            log.error("actor.crashed", actor=self._cell.name, cause=cause, exc_info=fault)
            self._mailbox.halt()
            for scope in self._scopes:
                scope.cancel()
        return self.fault

    def told_to_stop(self) -> None:
        """Start no longer, if nothing is accepted that would need it."""
        if self._starting is not None and self._mailbox.depth == 0:
            self._starting.cancel()

    def owed(self) -> Iterator[Reply]:
        """All who wait for this incarnation. For a thread that finds its loop stuck."""
        for attention in self._attending:
            if attention.reply is not None:
                yield attention.reply
        if self._jobs is not None:
            yield from self._jobs.owed()

    async def _acquire(self) -> bool:
        """Start, within the deadline; say whether there is something to serve."""
        cell = self._cell
        with anyio.CancelScope() as self._starting:
            if self._mailbox.work.closed is not None:
                self.told_to_stop()
            await self._start(cell.terms.start_within)
        stopped = self._starting.cancelled_caught
        self._starting = None
        return not stopped and self.fault is None and self.refusal is None

    async def _start(self, within: float) -> None:
        scope = anyio.CancelScope(deadline=anyio.current_time() + within)
        try:
            with scope:
                if self._make is not None:
                    self.actor = self._make()
                await self.actor.started()
        except self.actor.refusals as refusal:
            self.refusal = refusal
        except asyncio.CancelledError as stray:
            if told_to_cancel():
                raise
            self.crashed(stray)
        except Exception as fault:  # noqa: BLE001  an incarnation's life ends here
            self.crashed(fault)
        if scope.cancelled_caught:
            self.crashed(StartOverdue(self._cell.name))

    async def _release(self) -> None:
        name, within = self._cell.name, self._cell.terms.release_within
        with anyio.move_on_after(within, shield=True) as scope:
            try:
                await self.actor.stopped()
            except Exception:
                log.exception("actor.release_failed", actor=name)
        if scope.cancelled_caught:
            log.error("actor.release_overdue", actor=name, seconds=within)

    async def _serve_all(self) -> None:
        cell = self._cell
        late = ActorStopped(cell.name, "it did not stop in time")
        try:
            async with anyio.create_task_group() as group:
                self._jobs = Jobs(
                    cell.name,
                    group,
                    limit=self.actor.jobs_at_once,
                    refusals=self.actor.refusals,
                    crashed=self.crashed,
                )
                self._mailbox.resume()
                cell.serving()
                group.start_soon(self._serve_urgent)
                if cell.terms.idle is not None:
                    group.start_soon(self._doze, cell.terms.idle, self._jobs)
                await self._serve(self._mailbox.work)
                await self._wind_up(self._jobs)
                group.cancel_scope.cancel()
        finally:
            if self._jobs is not None:
                self._jobs.abandon(late)

    async def _wind_up(self, jobs: Jobs) -> None:
        """See to the jobs, by the reason for which the work lane is served no longer."""
        cell = self._cell
        if self.fault is None and not self._sleepy:
            await jobs.gone(cell.terms.grace)
            reason = self._mailbox.work.closed or ""
            self._mailbox.seal(reason)
            await self._urgent_served.wait()
            jobs.cancel_all(ActorStopped(cell.name, reason))
        if self.fault is not None:
            jobs.cancel_all(self.fault)
        if not await jobs.gone(cell.terms.release_within):
            cell.overdue("a job ignores its cancellation")

    async def _serve_urgent(self) -> None:
        await self._serve(self._mailbox.urgent)
        self._urgent_served.set()

    async def _serve(self, lane: Lane) -> None:
        """Handle a lane's messages in order; return at its end, or when interrupted."""
        task = asyncio.current_task()
        assert task is not None  # noqa: S101  for the type checker: coroutines run in tasks
        attention = Attention(task)
        self._attending.append(attention)
        with anyio.CancelScope() as scope:
            self._scopes.append(scope)
            while (envelope := await self._mailbox.take(lane)) is not None:
                if not envelope.abandoned(time.monotonic()):
                    await self._handle(envelope, attention)
                    if self._cell.terms.idle is not None:
                        self._active_at = self._cell.clock.now()

    async def _handle(self, envelope: Envelope, attention: Attention) -> None:
        """Handle one message and see to its answer, whatever happens."""
        self._cell.handled += 1
        reply = envelope.reply
        attention.begin(reply)
        if isinstance(reply, Channel):
            envelope.context.run(emits, envelope.message, reply.offer)
        try:
            answer = await InContext(envelope.context, self.actor.handle(envelope.message))
            attention.end()
            self._settle(envelope, answer)
        except self.actor.refusals as refusal:
            attention.end()
            if reply is not None:
                reply.refuse(refusal)
        except BaseException as fault:
            left = attention.end()
            cancelled = isinstance(fault, asyncio.CancelledError)
            told = cancelled and told_to_cancel()
            if cancelled and left and not told:
                return  # the only one who waited has left
            error = self._blame(fault, envelope, told=told)
            if reply is not None:
                reply.refuse(error)
            if told:
                raise

    def _settle(self, envelope: Envelope, answer: object) -> None:
        """Answer with a value, or with the job that will."""
        jobs, reply = self._jobs, envelope.reply
        if isinstance(answer, Job) and jobs is not None:
            jobs.start(answer, envelope)
        elif isinstance(answer, Cancel) and jobs is not None:
            done = jobs.cancel(answer.key)
            if reply is not None:
                reply.answer(done)
        elif reply is not None:
            reply.answer(answer)

    def _blame(self, fault: BaseException, envelope: Envelope, *, told: bool) -> ActorError:
        if self.fault is not None:
            return self.fault
        if told:
            return ActorStopped(self._cell.name, "it did not stop in time")
        self._cell.letters.record(self._cell.name, [envelope], "it crashed its actor")
        return self.crashed(fault)

    async def _doze(self, idle: float, jobs: Jobs) -> None:
        """Fall asleep once nothing has been done for `idle` seconds."""
        clock = self._cell.clock
        while self.fault is None:
            if self._busy(jobs):
                self._active_at = clock.now()
            left = self._active_at + idle - clock.now()
            if left <= 0:
                self._sleepy = True
                self._mailbox.halt()
                return
            if self.fault is None:
                await clock.sleep(left)

    def _busy(self, jobs: Jobs) -> bool:
        if len(jobs) or self._mailbox.depth or any(each.busy for each in self._attending):
            return True
        try:
            return not self.actor.may_sleep()
        except Exception as fault:  # noqa: BLE001  an incarnation's life ends here
            self.crashed(fault)
            return True
