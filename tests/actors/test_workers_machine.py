"""Both workers against random posts, outages, kills, lost answers and late ones."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from actors.chunks import pieces
from actors.indexer import IndexerActor
from actors.providers.outcomes import Later
from actors.rounds import LEASE
from actors.tagger import TaggerActor
from runtime.testing import ManualClock
from storage.errors import DatabaseUnreachable
from storage.vectors.errors import VectorsUnreachable
from tests.actors.meaning_models import ModelMeaning, ModelProviders, ModelVectors
from tests.examples import examples

MOODS = {
    "well": None,
    "busy": Later(reason="429", until=None, blameless=True),
    "down": Later(reason="it is down", until=None, blameless=True),
    "nonsense": Later(reason="nonsense", until=None, blameless=False),
}
TEXTS = ["погода в москве", "рынок", "orbit and moon again", " \n", "слово " * 400]
posts = st.integers(1, 4)


class Killed(BaseException):
    """The process is no more."""


class Line:
    """How one process reaches somebody: it may be cut before a request, or before its answer."""

    def __init__(self, end: Any, refusal: Exception) -> None:
        self._end = end
        self._refusal = refusal
        self.cut = False
        self.mood = "well"

    async def ask(self, request: Any, *, timeout: float = 30.0) -> Any:
        """Ask, unless the process is dead; what it asked may have been done all the same."""
        if self.cut:
            raise Killed
        if self.mood == "refuses":
            raise self._refusal
        answer = await self._end.ask(request, timeout=timeout)
        if self.cut:
            raise Killed
        if self.mood == "loses answers":
            raise self._refusal
        return answer


class Process:
    """A tagger and an indexer, which share their lines."""

    def __init__(self, machine: WorkersMachine) -> None:
        store, vectors = machine.store, machine.vectors
        self.store = Line(store, DatabaseUnreachable("here", "it is off"))
        self.providers = Line(machine.providers, DatabaseUnreachable("there", "it is off"))
        self.vectors = Line(vectors, VectorsUnreachable("there", "it is off"))
        common: Any = {"clock": machine.clock, "now": store.now, "chance": lambda: 0.5}
        self.tagger = TaggerActor(self.store, self.providers, **common)
        self.indexer = IndexerActor(self.store, self.providers, self.vectors, **common)

    async def start(self) -> None:
        """Begin."""
        await self.tagger.started()
        await self.indexer.started()

    async def stop(self) -> None:
        """End in order."""
        await self.indexer.stopped()
        await self.tagger.stopped()

    def kill(self) -> None:
        """End at once: nothing it does reaches anybody any more."""
        for line in (self.store, self.providers, self.vectors):
            line.cut = True


class WorkersMachine(RuleBasedStateMachine):
    """Whatever happens, in the end each post is tagged and indexed as it is."""

    @initialize()
    def begin(self) -> None:
        """Start a process with nothing to do."""
        self.loop = asyncio.new_event_loop()
        self.loop.set_exception_handler(lambda _loop, _context: None)  # who is killed says nothing
        self.clock = ManualClock()
        self.store, self.vectors = ModelMeaning(), ModelVectors()
        self.providers = ModelProviders()
        self.gate: asyncio.Event | None = None
        self.process = Process(self)
        self._run(self.process.start())

    @rule(post=posts, text=st.sampled_from(TEXTS))
    def store_or_edit(self, post: int, text: str) -> None:
        """Store a post, or change it."""
        if self.store.texts.get((7, post)) != text:
            self.store.add(post, text)

    @rule(post=posts)
    def delete(self, post: int) -> None:
        """Delete a post."""
        if (7, post) in self.store.texts:
            self.store.remove(post)

    @rule(steps=st.integers(1, 40))
    def go_on(self, steps: int) -> None:
        """Let the workers take some steps, and stop them in the middle."""
        self._run(self._steps(steps))

    @rule(seconds=st.sampled_from([1, 5, 60, LEASE + 1, 3600]))
    def pass_time(self, seconds: float) -> None:
        """Let time pass."""
        self._run(self._pass(seconds, 30))

    @rule(mood=st.sampled_from(sorted(MOODS)))
    def providers_change(self, mood: str) -> None:
        """Have the providers answer, or not."""
        self.providers.otherwise = MOODS[mood]

    @rule(text=st.sampled_from(TEXTS))
    def an_answer_is_late(self, text: str) -> None:
        """Hold answers about a text back, for as long as may be."""
        self.gate = self.gate or asyncio.Event()
        self.providers.held[text] = self.gate

    @precondition(lambda self: self.gate is not None)
    @rule()
    def late_answers_come(self) -> None:
        """Let them go, whoever is still there for them."""
        self._release()

    @rule(
        line=st.sampled_from(["store", "vectors", "providers"]),
        mood=st.sampled_from(["well", "refuses", "loses answers"]),
    )
    def a_line_changes(self, line: str, mood: str) -> None:
        """Have requests refused, or their answers lost."""
        getattr(self.process, line).mood = mood

    @rule()
    def wipe(self) -> None:
        """Lose the vectors."""
        self.vectors.wipe()

    @rule()
    def kill(self) -> None:
        """Kill the process, and start another."""
        self.process.kill()
        self.process = Process(self)
        self._run(self.process.start())

    @rule()
    def restart(self) -> None:
        """Stop the process in order, and start another."""
        self._run(self.process.stop())
        self.process = Process(self)
        self._run(self.process.start())

    @rule()
    def settle(self) -> None:
        """With everybody well, no work is left, and everything is as it must be."""
        self._release()
        self.providers.otherwise = None
        for line in (self.process.store, self.process.vectors, self.process.providers):
            line.mood = "well"
        for turn in range(40):
            if turn < 3:
                self._retry()
            self._run(self._pass(3600, 300))
            if not self.store.work:
                break
        self._check()

    def _retry(self) -> None:
        """Have what was given up tried again: by now there is nothing wrong with it."""
        for row in self.store.work.values():
            if row.dead or not row.claimed:
                row.dead, row.attempts, row.not_before = False, 0, self.store.now()

    @invariant()
    def tags_are_of_the_text(self) -> None:
        """No post ever has the tags of another text, or of one it had before."""
        for post, result in self.store.tags.items() if hasattr(self, "store") else ():
            text = self.store.texts[post]
            assert result.tags == (tuple(text.split()[:3]) if text.strip() else ())

    def _check(self) -> None:
        assert self.store.work == {}, "work is left that nobody takes"
        assert self.store.tags.keys() == self.store.texts.keys()
        held = {post for post, text in self.store.texts.items() if text.strip()}
        for name, known in self.store.collections.items():
            there = self.vectors.collections[name]
            assert known.posts.keys() == self.store.texts.keys()
            assert there.posts.keys() == held
            for post, number in there.first.items():
                assert number == len(pieces(self.store.texts[post])[0]), "it is of an old text"

    def teardown(self) -> None:
        """End it."""
        if hasattr(self, "loop"):
            self.settle()
            self.process.kill()
            self.clock.advance(1e6)
            self._run(self._steps(50))
            for task in asyncio.all_tasks(self.loop):
                task.cancel()
            self._run(self._steps(5))
            self.loop.close()

    def _release(self) -> None:
        self.providers.held.clear()
        if self.gate is not None:
            self.gate.set()
        self.gate = None

    async def _pass(self, seconds: float, steps: int) -> None:
        self.store.skew += timedelta(seconds=seconds)
        self.clock.advance(seconds)
        await self._steps(steps)

    @staticmethod
    async def _steps(steps: int) -> None:
        for _ in range(steps):
            await asyncio.sleep(0)

    def _run(self, work: Any) -> None:
        self.loop.run_until_complete(work)


TestWorkers = WorkersMachine.TestCase
TestWorkers.settings = settings(max_examples=examples(60), stateful_step_count=40, deadline=None)
