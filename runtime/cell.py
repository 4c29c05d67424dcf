"""One actor, as long as its name is known: asleep or awake, over all its incarnations.

Theory of operation. A cell is a mailbox and, while there is something to attend to, a thread with a
loop. The mailbox decides when one is needed: the put that finds nobody attending launches it, and
it ends only when the mailbox agrees that nothing was accepted. A crash starts the next incarnation
behind the same mailbox, if the record of crashes allows. However a cell ends, what is left in its
mailbox is refused, and those who watch are told.
"""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING, Any

from runtime import loop as loops
from runtime import threads
from runtime.errors import ActorStopped, NoThread
from runtime.life import Life
from runtime.logs import get_logger
from runtime.mailbox import Envelope, Mailbox
from runtime.once import Once
from runtime.terms import Down, Terms

if TYPE_CHECKING:
    from collections.abc import Callable

    from runtime.actor import Actor
    from runtime.clock import Clock
    from runtime.letters import DeadLetters
    from runtime.totals import Durations

log = get_logger("runtime")

_handover = threading.Lock()  # from a thread that ends to the one that follows it

here = threading.local()
"""`here.cell` is the cell whose thread this is."""


class Cell:
    """One actor's lasting part. Every method may be called from any thread."""

    __slots__ = (
        "_life",
        "_make",
        "_on_end",
        "_thread",
        "alone",
        "asks",
        "clock",
        "eager",
        "ended",
        "handled",
        "last_error",
        "letters",
        "mailbox",
        "name",
        "pulse",
        "restarts",
        "stalls",
        "started",
        "state",
        "stuck",
        "terms",
        "wakes",
    )

    def __init__(
        self,
        name: str,
        make: Callable[[], Actor[Any]],
        terms: Terms,
        *,
        clock: Clock,
        letters: DeadLetters,
        asks: Durations,
        on_end: Callable[[Cell, Down], None],
    ) -> None:
        self.name = name
        self.terms = terms
        self.clock = clock
        self.letters = letters
        self.asks = asks  # of all of its kind
        self.mailbox = Mailbox(name, terms.bound, self._summon)
        self.started: Once[BaseException | None] = Once()
        self.ended: Once[Down] = Once()
        self.state = "asleep"
        self.handled = self.restarts = self.wakes = self.stalls = 0
        self.last_error: str | None = None
        self.pulse: loops.Pulse | None = None
        self.alone = False  # whether it stops alone, not beside its neighbours
        self.stuck = False  # whether it was answered for while its thread still runs
        self.eager = False  # whether it started before any message did wait
        self._make = make
        self._on_end = on_end
        self._life: Life | None = None
        self._thread: threading.Thread | None = None

    def __repr__(self) -> str:
        """Show the state that tests and people look for."""
        return f"<Cell {self.name} {self.state} handled={self.handled} restarts={self.restarts}>"

    @property
    def jobs(self) -> int:
        """How many jobs are at work, or wait for their turn."""
        incarnation = None if self._life is None else self._life.incarnation
        return 0 if incarnation is None else incarnation.jobs

    @property
    def thread(self) -> threading.Thread | None:
        """The thread the actor is awake on."""
        return self._thread

    def start(self) -> None:
        """Start without waiting for a message; raises `NoThread`."""
        if self.mailbox.attend():
            self.eager = True
            self._launch()

    def stop(self, reason: str = "it was told to") -> None:
        """Accept no more work, finish what was accepted, end. Harmless twice."""
        if not self.mailbox.close(reason):
            self.finish(Down(self.name, reason, failed=False))
        elif self._life is not None:
            self._post(self._life.told_to_stop)

    def kill(self) -> None:
        """Cancel everything on the actor's loop; for a cell that did not end in time."""
        if self._life is not None:
            self._post(self._life.cancel)

    def overdue(self, reason: str) -> None:
        """Answer for a cell that does not end: all whom it owes, and all who still ask."""
        log.error("actor.overdue", actor=self.name, reason=reason)
        self.stuck = True
        self.finish(Down(self.name, reason, failed=True))
        incarnation = None if self._life is None else self._life.incarnation
        if incarnation is not None:
            stopped = ActorStopped(self.name, reason)
            for reply in incarnation.owed():
                reply.refuse(stopped)

    def crash(self, fault: BaseException) -> bool:
        """Let the present incarnation crash; False if the actor is not awake."""
        incarnation = None if self._life is None else self._life.incarnation
        return incarnation is not None and self._post(lambda: incarnation.crashed(fault))

    def serving(self) -> None:
        """Note that an incarnation has started."""
        self.state = "running"
        self.started.set(None)

    def refuse_waiting(self, refusal: BaseException) -> None:
        """Answer all that wait with the refusal to start for them."""
        self._refuse(self.mailbox.take_all(), refusal, "it refused to start")

    def finish(self, down: Down) -> None:
        """End for good; answer for what nobody will handle. Harmless twice."""
        life = self._life
        stopped = ActorStopped(self.name, down.reason)
        self.mailbox.seal(down.reason)
        if not self.ended.is_set:
            self.state = "failed" if down.failed else "stopped"
        if down.failed:
            self._on_end(self, down)  # whoever is refused may ask for a successor at once
        refusal = None if life is None else life.refusal
        self._refuse(self.mailbox.take_all(), refusal or stopped, down.reason)
        self.started.set((life and life.failure) or stopped)
        if self.ended.set(down) and not down.failed:
            self._on_end(self, down)

    def _refuse(self, envelopes: list[Envelope], error: BaseException, reason: str) -> None:
        for envelope in envelopes:
            if envelope.reply is not None:
                envelope.reply.refuse(error)
        self.letters.record(self.name, envelopes, reason)

    def _post(self, act: Callable[[], object]) -> bool:
        """Run something on the actor's loop, if it is awake."""
        loop = None if self._life is None else self._life.loop
        try:
            if loop is not None:
                loop.call_soon_threadsafe(act)
        except RuntimeError:
            return False  # the loop has closed by itself meanwhile
        return loop is not None

    def _summon(self) -> None:
        self.wakes += 1
        try:
            self._launch()
        except NoThread as error:
            log.error("actor.no_thread", actor=self.name, cause=error.cause)

    def _launch(self) -> None:
        """Start a thread; the mailbox sees to it that there is one at a time."""
        self.state = "starting"
        if self._life is None:
            self._life = Life(self, self._make)
        with _handover:
            args = (self._life, self._thread)
            thread = threading.Thread(target=self._run, args=args, name=self.name, daemon=True)
            self._thread = thread
        try:
            threads.start(thread)
        except RuntimeError as error:
            self._thread = args[1]
            self.finish(Down(self.name, str(error), failed=True))
            raise NoThread(self.name, str(error)) from error

    def _run(self, life: Life, previous: threading.Thread | None) -> None:
        """Live, on the actor's own thread."""
        if previous is not None:
            previous.join()  # it only closes its loop: a few seconds at most
        here.cell = self
        down: Down | None = Down(self.name, "its thread has ended", failed=True)
        try:
            self.pulse = loops.Pulse()
            down = loops.run(life.main, self.name, self.pulse)
        except asyncio.CancelledError:
            down = Down(self.name, "it did not stop in time", failed=True)
            log.warning("actor.killed", actor=self.name)
        except OSError as error:
            down = Down(self.name, f"no loop: {error.strerror}", failed=True)
            self.started.set(NoThread(self.name, str(error.strerror)))
            log.error("actor.no_thread", actor=self.name, cause=error.strerror)
        finally:
            self.pulse = None
            self.stuck = False
            if down is not None:
                self.finish(down)
            with _handover:  # a sleeping actor keeps no thread, not even the memory of one
                if self._thread is threading.current_thread():
                    self._thread = None
