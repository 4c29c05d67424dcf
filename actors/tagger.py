"""The actor that has posts tagged."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Coroutine, Sequence
from datetime import datetime
from typing import Any, assert_never

from actors.meaning_messages import ClaimWork
from actors.persisting import Persisting
from actors.ports import Asks
from actors.provider_messages import TagText
from actors.providers.outcomes import Later, Tagging
from actors.providers.tag_texts import text_key
from actors.rounds import LEASE, TICK_SECONDS, TROUBLE, Rounds, until_due, utc_now
from actors.settling import settled
from actors.tagging import answered, sorted_out
from actors.tally import Tally
from actors.whole import whole
from actors.work_delays import outage
from actors.worker_messages import DescribeWorker, SettleWork, WorkArrived, WorkerMessage
from runtime import Actor, Request
from runtime.clock import Clock, SystemClock
from runtime.logs import get_logger
from storage.meaning_rows import WorkItem
from storage.rows import WorkRow

log = get_logger("actors")

AT_ONCE = 8
"""Posts that are under way together: a slow answer keeps no other post waiting."""
ANSWER_SECONDS = 90.0
"""Seconds a provider has for an answer: less than the lease, so that it can be kept."""
STOP_SECONDS = 2.0


class TaggerActor(Actor[WorkerMessage]):
    """Claim posts, have them tagged side by side, and keep what that comes to.

    A text that several of them have is asked for once.
    """

    refusals = TROUBLE

    def __init__(
        self,
        store: Asks,
        providers: Asks,
        *,
        worker: str = "tagger",
        cap: int | None = None,
        clock: Clock | None = None,
        now: Callable[[], datetime] = utc_now,
        chance: Callable[[], float] = random.random,
    ) -> None:
        """Describe it; `cap` is how many tokens an account may spend a day.

        `worker` is the name in which it claims.
        """
        self._store = store
        self._worker = worker
        self._providers = providers
        self._cap = cap
        self._clock = clock or SystemClock()
        self._now = now
        self._chance = chance
        self._rounds = Rounds("tagger", self._round, self._clock, chance=chance)
        self._results = Persisting(store, self._clock, lease=LEASE)
        self._tally = Tally()
        self._held: set[WorkRow] = set()  # claimed, and not yet handed back to the store
        self._asked: dict[bytes, list[WorkItem]] = {}  # by text, while a provider has it
        self._tasks: set[asyncio.Task[None]] = set()

    async def started(self) -> None:
        """Begin to look for work."""
        self._results.ending = False
        self._rounds.start()

    async def stopped(self) -> None:
        """Ask for nothing more; what was claimed and has no answer is due again at once."""
        self._results.ending = True
        await self._rounds.stop()
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=STOP_SECONDS)
        await self._results.let_go(self._held, self._now(), within=STOP_SECONDS)
        self._held.clear()

    async def handle(self, message: WorkerMessage, /) -> object:
        """Look for work at once, or tell how it goes."""
        match message:
            case WorkArrived():
                self._rounds.wake()
                return None
            case SettleWork():
                self._rounds.wake()
                return self.job(
                    settled(self._store, self._clock, message.account, message.within, "tag")
                )
            case DescribeWorker():
                return self._tally.status("tagger", len(self._held), self._rounds.trouble)
            case _:
                assert_never(message)

    async def _round(self) -> float:
        """Claim as many posts as there is room for, and begin with them."""
        room = AT_ONCE - len(self._held)
        if room <= 0:  # the next that ends wakes this
            return TICK_SECONDS
        rest = self._tally.rest(self._now())
        if rest > 0:
            return min(rest, TICK_SECONDS)
        claim = ClaimWork(kind="tag", worker=self._worker, n=room, lease=LEASE, cap=self._cap)
        items = await self._store.ask(claim)
        if not items:
            return await until_due(self._store, self._now(), "tag")
        self._begin_with(items)
        return 0.0

    def _begin_with(self, items: Sequence[WorkItem]) -> None:
        self._held.update(item.row for item in items)
        requests, asked = sorted_out(items, self._now(), self._chance())
        rest = [item for item in items if item not in asked]
        if rest:
            self._run(self._close(requests), rest)
        for item in asked:
            key = text_key(item.text)
            same = self._asked.get(key)
            if same is not None:
                same.append(item)
            else:
                self._asked[key] = [item]
                self._run(self._tag(key), self._asked[key])

    async def _tag(self, key: bytes) -> None:
        """Ask for the tags of a text, and keep them for every post that has it by then."""
        first, *_ = self._asked[key]
        try:
            outcome = await self._ask(first)
        finally:
            items = self._asked.pop(key)
        now = self._now()
        if isinstance(outcome, Later):
            self._tally.unanswered(outcome, len(items), now)
        else:
            self._tally.answered()
        await self._close(answered(items, outcome, now, self._chance()))

    async def _ask(self, item: WorkItem) -> Tagging:
        request = TagText(text=item.text, channel=item.row.channel_id)
        try:
            return await self._providers.ask(request, timeout=ANSWER_SECONDS)
        except TROUBLE as trouble:
            return outage(trouble)

    async def _close(self, requests: Sequence[Request[Any]]) -> None:
        """Keep what work came to, whole: it was paid for."""
        if await whole(self._results.put(requests)):
            self._tally.count(requests)

    def _run(self, work: Coroutine[Any, Any, None], items: Sequence[WorkItem]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(lambda done: self._ended(done, items))

    def _ended(self, task: asyncio.Task[None], items: Sequence[WorkItem]) -> None:
        """Make room; work that a fault has ended is another's when its lease is over."""
        self._tasks.discard(task)
        if task.cancelled():
            return
        self._held.difference_update(item.row for item in items)
        if (error := task.exception()) is not None:
            log.error("tagging.failed", posts=len(items), error=type(error).__name__)
        self._rounds.wake()
