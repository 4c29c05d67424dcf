"""Small wrongs that could be done to the kernel, each with the test that notices."""

from __future__ import annotations

from typing import NamedTuple


class Mutant(NamedTuple):
    """A replacement in one file of the room, and the test file that must fail with it."""

    name: str
    file: str
    right: str
    wrong: str
    killer: str


MUTANTS = (
    Mutant(
        "decide about closing outside the lock",
        "mailbox.py",
        """        with self._lock:
            if lane.closed is not None:
                raise ActorStopped(self._actor, lane.closed)
            if lane.permits == 0:""",
        """        if lane.closed is not None:
            raise ActorStopped(self._actor, lane.closed)
        with self._lock:
            if lane.permits == 0:""",
        "test_closing.py::test_closing_waits_for_the_lock",
    ),
    Mutant(
        "take the last message first",
        "mailbox.py",
        "class _Line(janus.Queue[Envelope]):",
        "class _Line(janus.LifoQueue[Envelope]):",
        "test_mailbox.py",
    ),
    Mutant(
        "keep the permit of a message that was taken",
        "mailbox.py",
        "        self.permits += 1\n        while",
        "        while",
        "test_mailbox.py",
    ),
    Mutant(
        "admit the last parked caller first",
        "mailbox.py",
        "self._admit(self._parked.popleft())",
        "self._admit(self._parked.pop())",
        "test_mailbox.py",
    ),
    Mutant(
        "admit callers who have left",
        "mailbox.py",
        "return waiter is not None and waiter.abandoned",
        "return False",
        "test_mailbox.py",
    ),
    Mutant(
        "leave parked callers alone on closing",
        "mailbox.py",
        "waiter.refuse(ActorStopped(actor, reason))",
        "pass",
        "test_mailbox.py",
    ),
    Mutant(
        "fall asleep on what was accepted",
        "mailbox.py",
        "self.work.closed is not None or self.work.depth or self.urgent.depth",
        "self.work.closed is not None",
        "test_mailbox.py",
    ),
    Mutant(
        "summon nobody",
        "mailbox.py",
        "            self._summon()\n",
        "            pass\n",
        "test_mailbox.py",
    ),
    Mutant(
        "take without end while others wait for the loop",
        "mailbox.py",
        "                await asyncio.sleep(0)\n            lane.taken",
        "                pass\n            lane.taken",
        "test_mailbox.py",
    ),
    Mutant(
        "put urgent messages behind the work",
        "mailbox.py",
        "lane = self.urgent if isinstance(envelope.message, Urgent) else self.work",
        "lane = self.work",
        "test_jobs.py",
    ),
    Mutant(
        "forget what is left at the end",
        "cell.py",
        "self._refuse(self.mailbox.take_all(), refusal or stopped, down.reason)",
        "pass",
        "test_stop.py",
    ),
    Mutant(
        "fail out of sight",
        "cell.py",
        "            self._on_end(self, down)  # whoever",
        "            pass  # whoever",
        "test_supervision.py",
    ),
    Mutant(
        "let two threads of one actor overlap",
        "cell.py",
        "            previous.join()",
        "            pass",
        "test_sleep.py",
    ),
    Mutant(
        "empty the outbox, then disarm",
        "replies.py",
        """        self._armed = False
        while self._outbox:
            reply, value, error = self._outbox.popleft()
            reply.arrive(value, error)
""",
        """        while self._outbox:
            reply, value, error = self._outbox.popleft()
            reply.arrive(value, error)
        self._armed = False
""",
        "test_ask.py",
    ),
    Mutant(
        "let a near deadline wait for a far one",
        "replies.py",
        "if self._timer is None or self._deadlines[0][2] is reply:",
        "if self._timer is None:",
        "test_ask.py",
    ),
    Mutant(
        "send errors home with their traceback",
        "replies.py",
        "    return fresh.with_traceback(None)",
        "    return error",
        "test_ask.py",
    ),
    Mutant(
        "tell the actor of no leaver",
        "replies.py",
        "            leave(self)\n\n    def overdue",
        "            pass\n\n    def overdue",
        "test_jobs.py",
    ),
    Mutant(
        "handle what nobody waits for",
        "incarnation.py",
        "if not envelope.abandoned(time.monotonic()):",
        "if True:",
        "test_ask.py",
    ),
    Mutant(
        "handle in the actor's own context",
        "incarnation.py",
        "await InContext(envelope.context, self.actor.handle(envelope.message))",
        "await self.actor.handle(envelope.message)",
        "test_ask.py",
    ),
    Mutant(
        "let a handler go on for nobody",
        "attention.py",
        "            self._left = True\n            self._task.cancel()",
        "            pass",
        "test_jobs.py",
    ),
    Mutant(
        "crash without interrupting the rest",
        "incarnation.py",
        "                scope.cancel()\n        return self.fault",
        "                pass\n        return self.fault",
        "test_supervision.py",
    ),
    Mutant(
        "lose the poisonous message from the count",
        "incarnation.py",
        """        self._cell.letters.record(self._cell.name, [envelope], "it crashed its actor")
""",
        "",
        "test_supervision.py",
    ),
    Mutant(
        "take one more message after a crash",
        "mailbox.py",
        """                if self._halted:
                    return None
""",
        "",
        "test_mailbox.py",
    ),
    Mutant(
        "start a successor beside one that still runs",
        "registry.py",
        "if failed is not None and failed[0].stuck:",
        "if False:",
        "test_stop.py",
    ),
    Mutant(
        "fall asleep beside a running job",
        "incarnation.py",
        "if len(jobs) or self._mailbox.depth or any(",
        "if self._mailbox.depth or any(",
        "test_sleep.py",
    ),
    Mutant(
        "sleep without releasing",
        "incarnation.py",
        "        finally:\n            await self._release()",
        "        finally:\n            pass",
        "test_sleep.py",
    ),
    Mutant(
        "answer the waiters of a job twice",
        "jobs.py",
        "waiting, self.waiting = self.waiting, []",
        "waiting = self.waiting",
        "test_jobs_machine.py",
    ),
    Mutant(
        "cancel a job when the first waiter leaves",
        "jobs.py",
        "if not running.waiting and not running.lingers:",
        "if not running.lingers:",
        "test_jobs.py",
    ),
    Mutant(
        "cancel what a tell began",
        "jobs.py",
        "if not running.waiting and not running.lingers:",
        "if not running.waiting:",
        "test_jobs.py",
    ),
    Mutant(
        "join a job that is being cancelled",
        "jobs.py",
        "if running is not None and not running.over:",
        "if running is not None:",
        "test_jobs.py",
    ),
    Mutant(
        "start beside a job of the same key that still unwinds",
        "jobs.py",
        "            self._keys[running.key] = running.after\n",
        "",
        "test_jobs.py",
    ),
    Mutant(
        "run any number of jobs",
        "jobs.py",
        "while self._queue and self._active < self._limit:",
        "while self._queue:",
        "test_jobs.py",
    ),
    Mutant(
        "allow one restart too many",
        "restart.py",
        "return before < self.restarts",
        "return before <= self.restarts",
        "test_restart.py",
    ),
    Mutant(
        "begin the backoff anew at every crash",
        "restart.py",
        "else self.streak + 1",
        "else 1",
        "test_restart.py",
    ),
    Mutant(
        "restart at once",
        "life.py",
        "                await cell.clock.sleep(delay)",
        "                pass",
        "test_supervision.py",
    ),
    Mutant(
        "give up without a word to the parent",
        "life.py",
        "cell.terms.parent.crash_soon(Escalated(cell.name, str(cell.last_error)))",
        "pass",
        "test_supervision.py",
    ),
    Mutant(
        "run ahead of a slow reader",
        "streams.py",
        "if len(self._items) >= self._ahead:",
        "if False:",
        "test_streams.py",
    ),
    Mutant(
        "wait for an absent reader",
        "streams.py",
        """                self.refuse(StreamOverdue(self.actor))
                self.give_up()
""",
        "                pass\n",
        "test_streams.py",
    ),
    Mutant(
        "report into whichever stream is near",
        "streams.py",
        "if emitting is not None and emitting[0] is request:",
        "if emitting is not None:",
        "test_streams.py",
    ),
    Mutant(
        "let unread work run without a breath",
        "streams.py",
        "            await asyncio.sleep(0)  # work",
        "            pass  # work",
        "test_streams.py",
    ),
    Mutant(
        "let an actor ask itself",
        "ref.py",
        'if getattr(here, "cell", None) is self._cell:',
        "if False:",
        "test_ask.py",
    ),
    Mutant(
        "stop in the order of start",
        "system.py",
        "groupby(reversed(cells), _wave)",
        "groupby(cells, _wave)",
        "test_stop.py",
    ),
    Mutant(
        "wait for ever at the deadline of a stop",
        "system.py",
        """            for cell in left:
                cell.stop()
                cell.kill()
""",
        "",
        "test_stop.py",
    ),
    Mutant(
        "leave the stack size changed",
        "threads.py",
        "            threading.stack_size(before)",
        "            pass",
        "test_watch.py",
    ),
    Mutant(
        "miss what has already happened",
        "once.py",
        "            return self._value is None\n",
        "            return True\n",
        "test_supervision.py",
    ),
)
