"""The life of one actor: its thread, its loop, its mailbox, its incarnations.

Theory of operation. A cell's thread runs one asyncio loop on a `PollSelector` (two descriptors,
safe across a fork). One consumer task takes the mailbox in order and awaits each handler, in the
asker's context; long work goes to jobs. A crash, of a handler or of a job, answers `ActorCrashed`
to all whom that incarnation owed an answer, releases it, and starts the next behind the same
mailbox, if its intensity allows. However the thread ends, what is left in the mailbox is refused.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import selectors
import threading
import time
import traceback
from typing import TYPE_CHECKING, Any

import anyio
import structlog

from runtime.actor import Actor, Job
from runtime.drive import InContext
from runtime.errors import ActorCrashed, ActorError, ActorStopped
from runtime.jobs import Jobs
from runtime.mailbox import Envelope, Mailbox
from runtime.replies import as_value
from runtime.restart import Intensity

if TYPE_CHECKING:
    from collections.abc import Callable

log = structlog.get_logger("runtime")

_RELEASE_SECONDS = 5.0  # for an incarnation's `stopped`


def _new_loop() -> asyncio.AbstractEventLoop:
    return asyncio.SelectorEventLoop(selectors.PollSelector())


class Cell:
    """One actor's thread and everything on it."""

    def __init__(
        self,
        name: str,
        make: Callable[[], Actor[Any]],
        *,
        bound: int,
        grace: float,
        intensity: Intensity,
    ) -> None:
        self.name = name
        self.mailbox = Mailbox(name, bound)
        self.started: concurrent.futures.Future[None] = concurrent.futures.Future()
        self.ended: concurrent.futures.Future[None] = concurrent.futures.Future()
        self.handled = 0
        self.restarts = 0
        self.last_error: str | None = None
        self._make = make
        self._grace = grace
        self._intensity = intensity
        self._crashes: list[float] = []
        self._fault: ActorError | None = None
        self._consuming: anyio.CancelScope | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._life: asyncio.Task[None] | None = None
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def __repr__(self) -> str:
        """Show the state that tests and people look for."""
        return f"<Cell {self.name} {self.state} handled={self.handled} restarts={self.restarts}>"

    @property
    def state(self) -> str:
        """One of starting, running, stopped."""
        if self.ended.done():
            return "stopped"
        return "running" if self.started.done() else "starting"

    @property
    def thread_id(self) -> int | None:
        """The identifier of the actor's thread, as `threading.get_ident` gives it there."""
        return self._thread.ident

    def start(self) -> None:
        """Start the thread; `started` and `ended` tell the rest."""
        self._thread.start()

    def stop(self, reason: str = "it was told to") -> None:
        """Accept nothing more, finish what was accepted, end. From any thread, harmless twice."""
        self.mailbox.close(reason)

    def kill(self) -> None:
        """Cancel everything on the actor's loop; for a cell that did not end in time."""
        loop, life = self._loop, self._life
        if loop is not None and life is not None:
            try:
                loop.call_soon_threadsafe(life.cancel)
            except RuntimeError:
                return  # the loop has closed by itself meanwhile

    def _run(self) -> None:
        """Live, on the actor's own thread."""
        try:
            with asyncio.Runner(loop_factory=_new_loop) as runner:
                self._loop = runner.get_loop()
                runner.run(self._live())
        except asyncio.CancelledError:
            log.warning("actor.killed", actor=self.name)
        finally:
            self._answer_leftovers()
            self.ended.set_result(None)

    def _answer_leftovers(self) -> None:
        stopped = ActorStopped(self.name, self.last_error or "its thread has ended")
        for envelope in self.mailbox.leftovers():
            if envelope.reply is not None:
                envelope.reply.refuse(stopped)
        if not self.started.done():
            self.started.set_exception(stopped)

    async def _live(self) -> None:
        """Run one incarnation after another until told to stop, or until they crash too often."""
        self._life = asyncio.current_task()
        while True:
            self._fault = None
            if await self._incarnation() is None:
                log.debug("actor.stopped", actor=self.name)
                return
            self._crashes.append(time.monotonic())
            if not self._intensity.allows(self._crashes):
                log.error("actor.gave_up", actor=self.name, restarts=self.restarts)
                self.mailbox.close(f"it crashed too often, last by {self.last_error}")
                return
            self.restarts += 1
            log.info("actor.restarted", actor=self.name, restarts=self.restarts)

    async def _incarnation(self) -> ActorError | None:
        """Acquire, consume until the mailbox ends or something crashes, release; say what did."""
        actor = self._make()
        try:
            if not await self._acquire(actor):
                return self._fault
            async with anyio.create_task_group() as group:
                jobs = Jobs(group, actor.refusals, self._crashed)
                try:
                    await self._consume(actor, jobs)
                    if self._fault is None:
                        await jobs.finish(self._grace, self.name)
                    else:
                        jobs.cancel(self._fault)
                except asyncio.CancelledError:
                    jobs.abandon(ActorStopped(self.name, "it did not stop in time"))
                    raise
            return self._fault
        finally:
            await self._release(actor)

    async def _acquire(self, actor: Actor[Any]) -> bool:
        """Start an incarnation; a refusal to start the first one goes to whoever spawned it."""
        try:
            await actor.started()
        except Exception as fault:  # noqa: BLE001  an incarnation's life ends here
            crash = self._crashed(fault)
            if not self.started.done():
                refused = isinstance(fault, actor.refusals)
                self.started.set_exception(as_value(fault) if refused else crash)
                self.mailbox.close(f"it could not start: {self.last_error}")
                self._fault = None
            return False
        if not self.started.done():
            self.started.set_result(None)
        return True

    async def _release(self, actor: Actor[Any]) -> None:
        with anyio.move_on_after(_RELEASE_SECONDS, shield=True) as scope:
            try:
                await actor.stopped()
            except Exception:
                log.exception("actor.release_failed", actor=self.name)
        if scope.cancelled_caught:
            log.error("actor.release_overdue", actor=self.name, seconds=_RELEASE_SECONDS)

    async def _consume(self, actor: Actor[Any], jobs: Jobs) -> None:
        """Handle messages in order; return at the mailbox's end, or after a crash."""
        with anyio.CancelScope() as self._consuming:
            while self._fault is None:
                envelope = await self.mailbox.get()
                if envelope is None:
                    return
                if not envelope.abandoned(time.monotonic()):
                    await self._handle(actor, jobs, envelope)

    async def _handle(self, actor: Actor[Any], jobs: Jobs, envelope: Envelope) -> None:
        """Handle one message and see to its answer, whatever happens."""
        self.handled += 1
        reply = envelope.reply
        try:
            answer = await InContext(envelope.context, actor.handle(envelope.message))
        except actor.refusals as refusal:
            if reply is not None:
                reply.refuse(refusal)
        except BaseException as fault:
            cancelled = isinstance(fault, asyncio.CancelledError) and _told_to_cancel()
            stopping = ActorStopped(self.name, "it did not stop in time")
            error = self._fault or (stopping if cancelled else self._crashed(fault))
            if reply is not None:
                reply.refuse(error)
            if cancelled:
                raise
        else:
            if isinstance(answer, Job):
                jobs.start(answer, reply, envelope.context)
            elif reply is not None:
                reply.answer(answer)

    def _crashed(self, fault: BaseException) -> ActorError:
        """Note a crash; the first one of an incarnation ends it."""
        if self._fault is None:
            cause = f"{type(fault).__name__}: {fault}".rstrip(": ")
            details = "".join(traceback.format_exception(fault))
            self._fault = ActorCrashed(self.name, cause, details)
            self.last_error = cause
            log.error("actor.crashed", actor=self.name, cause=cause, exc_info=fault)
            if self._consuming is not None:
                self._consuming.cancel()
        return self._fault


def _told_to_cancel() -> bool:
    """Tell a cancellation of this task from one that a library let stray out of its own."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
