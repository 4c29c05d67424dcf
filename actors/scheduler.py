"""The actor that has channels read by their schedule."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from datetime import UTC, datetime, timedelta
from typing import Any, assert_never

from actors.banishing import Banishing
from actors.keeping_messages import Retain
from actors.login import State
from actors.messages import (
    ListAccounts,
    ListRequest,
    ReaderMessage,
    ReadOnce,
    SchedulerMessage,
    SessionMessage,
    StayLive,
    TickRequest,
)
from actors.ports import Asks
from actors.reader import READ_SECONDS
from actors.schedule import CLEANED_AT_ONCE, clean_pause
from actors.store_messages import (
    CleanUp,
    Confirmed,
    DueAccounts,
    KeepTaken,
    ReleaseTaken,
    TakeDue,
    TellUnread,
)
from actors.term import Term
from actors.whole import whole
from runtime import Actor, ActorError, ActorRef, ActorStopped, Refusal
from runtime.logs import get_logger
from storage.errors import NoSpace, StorageError

log = get_logger("actors")

TICK_SECONDS = 5.0
"""How soon a change of the schedule is felt."""

CHANNELS_AT_ONCE = 16
ACCOUNTS_AT_ONCE = 4
"""What is under way at most: after a pause everything is due, and has to take its turn."""

LIST_SECONDS = 600.0
CLEAN_SECONDS = 900.0
STOP_SECONDS = 5.0
DEPTH = 100
TROUBLE = (Refusal, ActorError, StorageError)


class SchedulerActor(Actor[SchedulerMessage]):
    """Look every few seconds what is due, and have it read; the schedule itself is data."""

    refusals = TROUBLE

    def __init__(
        self,
        session: Callable[[int], ActorRef[SessionMessage]],
        reader: ActorRef[ReaderMessage],
        store: Asks,
        term: Term,
        *,
        dismiss: Callable[[int], Awaitable[object]],
        live: bool = False,
    ) -> None:
        """Describe it; with `live` every account that is READY is kept connected.

        `dismiss` ends an account's actor, if there is one.
        """
        self._term = term
        self._live = live
        self._session = session
        self._reader = reader
        self._store = store
        self._banishing = Banishing(store, dismiss)
        self._ticking: asyncio.Task[None] | None = None
        self._channels: dict[int, asyncio.Task[None]] = {}
        self._accounts: dict[int, asyncio.Task[None]] = {}
        self._failures: dict[int, int] = {}
        self._cleaning: dict[int, asyncio.Task[None]] = {}
        self._trouble: type[Exception] | None = None  # of the last tick
        self._clean_at = self._awake_since = datetime.now(UTC)

    async def started(self) -> None:
        """Begin to look."""
        self._ticking = asyncio.create_task(self._tick_on())

    async def stopped(self) -> None:
        """Leave what is under way to its actors, who keep what they have committed."""
        tasks = [*self._channels.values(), *self._accounts.values(), *self._cleaning.values()]
        if self._ticking is not None:
            tasks.append(self._ticking)
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks, timeout=STOP_SECONDS)

    async def handle(self, message: SchedulerMessage, /) -> object:
        """Look at once."""
        match message:
            case TickRequest():
                return self.job(self._tick(), key="tick")
            case _:
                assert_never(message)

    async def _tick_on(self) -> None:
        while True:
            try:
                await self._tick()
            except TROUBLE as trouble:  # the next tick tries again
                if type(trouble) is not self._trouble:  # once, however long it lasts
                    log.warning("schedule.tick_failed", error=str(trouble))
                self._trouble = type(trouble)
            else:
                self._trouble = None
            await asyncio.sleep(TICK_SECONDS)

    async def _tick(self) -> None:
        """Begin what is due, as far as there is room, and tell of what nobody could read."""
        await self._store.ask(TellUnread(awake_since=self._awake_since))
        banned = await self._banishing.look()
        if self._live:
            await self._keep_live(banned)
        if not self._cleaning and self._clean_at <= datetime.now(UTC):
            _run(self._clean(), 0, self._cleaning)
        node = self._term.incarnation
        if node is None:  # nothing may be opened now: another tick will
            return
        if self._channels:
            await self._store.ask(KeepTaken(node=node, channels=tuple(self._channels)))
        room = ACCOUNTS_AT_ONCE - len(self._accounts)
        if room > 0:
            for account in await self._store.ask(DueAccounts(node=node, limit=room)):
                _run(self._confirm(account), account, self._accounts)
        room = CHANNELS_AT_ONCE - len(self._channels)
        if room > 0:
            for due in await self._store.ask(TakeDue(node=node, limit=room)):
                _run(self._read(node, due.channel), due.channel, self._channels)

    async def _keep_live(self, banned: frozenset[int]) -> None:
        """Have every account listen that does not: one that listens already joins itself."""
        for row in await self._store.ask(ListAccounts()):
            if row.state == State.READY and row.id not in banned:
                self._session(row.id).tell(StayLive())

    async def _clean(self) -> None:
        """Remove some of what nobody follows or wants; the next tick goes on if need be."""
        removed, done = 0, True
        try:
            cleaned = await self._store.ask(CleanUp(limit=CLEANED_AT_ONCE), timeout=CLEAN_SECONDS)
            removed = cleaned.channels
            if removed:
                log.info("channels.cleaned", channels=removed, posts=cleaned.posts)
            retained = await self._store.ask(Retain(), timeout=CLEAN_SECONDS)
            done = retained.done
            if retained.removed:
                log.info("posts.outlived", posts=retained.removed)
        except TROUBLE as trouble:
            log.warning("channels.not_cleaned", error=str(trouble))
        pause = clean_pause(removed) if done else 0.0
        self._clean_at = datetime.now(UTC) + timedelta(seconds=pause)

    async def _confirm(self, account: int) -> None:
        failures = self._failures.get(account, 0) + 1
        try:
            await self._session(account).ask(ListRequest(), timeout=LIST_SECONDS)
            failures = 0
        except TROUBLE as trouble:
            log.warning("memberships.not_confirmed", account=account, error=str(trouble))
        self._failures[account] = failures
        await self._store.ask(Confirmed(account=account, failures=failures))

    async def _read(self, node: str, channel: int) -> None:
        request = ReadOnce(channel=channel, account=None, depth=DEPTH)
        try:
            async with self._reader.stream(request, timeout=READ_SECONDS) as stream:
                async for _ in stream:
                    pass
        except (ActorStopped, NoSpace):  # the house is being closed, or waits: nobody has to wait
            await self._let_go(node, channel)
        except TROUBLE as trouble:
            log.warning("channel.not_read", channel=channel, error=str(trouble))
        except asyncio.CancelledError:
            await self._let_go(node, channel)
            raise

    async def _let_go(self, node: str, channel: int) -> None:
        release = ReleaseTaken(node=node, channels=(channel,))
        await whole(self._store.ask(release, timeout=STOP_SECONDS))


def _run(work: Coroutine[Any, Any, None], of: int, tasks: dict[int, asyncio.Task[None]]) -> None:
    task = tasks[of] = asyncio.create_task(work)
    task.add_done_callback(lambda done: _ended(of, done, tasks))


def _ended(of: int, task: asyncio.Task[None], tasks: dict[int, asyncio.Task[None]]) -> None:
    """Make room; what a task did not expect is told, and the next tick goes on."""
    del tasks[of]
    if not task.cancelled() and (error := task.exception()) is not None:
        log.error("schedule.task_failed", of=of, error=repr(error))
