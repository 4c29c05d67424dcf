"""The actor that has channels read by their schedule."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, assert_never

from actors.errors import Flooded
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
from actors.store_messages import ChannelDone, DueAccounts, TakeDue, TellUnread
from runtime import Actor, ActorError, ActorRef, Refusal
from runtime.logs import get_logger
from storage.errors import StorageError

log = get_logger("actors")

TICK_SECONDS = 5.0
"""How soon a change of the schedule is felt."""

CHANNELS_AT_ONCE = 16
ACCOUNTS_AT_ONCE = 4
"""What is under way at most: after a pause everything is due, and has to take its turn."""

LIST_SECONDS = 600.0
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
        *,
        live: bool = False,
    ) -> None:
        """Describe it; with `live` every account that is READY is kept connected."""
        self._live = live
        self._session = session
        self._reader = reader
        self._store = store
        self._ticking: asyncio.Task[None] | None = None
        self._channels: set[asyncio.Task[None]] = set()
        self._accounts: set[asyncio.Task[None]] = set()

    async def started(self) -> None:
        """Begin to look."""
        self._ticking = asyncio.create_task(self._tick_on())

    async def stopped(self) -> None:
        """Leave what is under way to its actors, who keep what they have committed."""
        tasks = [*self._channels, *self._accounts]
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
                log.warning("schedule.tick_failed", error=str(trouble))
            await asyncio.sleep(TICK_SECONDS)

    async def _tick(self) -> None:
        """Begin what is due, as far as there is room, and tell of what nobody could read."""
        await self._store.ask(TellUnread())
        if self._live:
            await self._keep_live()
        for account in await self._store.ask(
            DueAccounts(limit=ACCOUNTS_AT_ONCE - len(self._accounts))
        ):
            _run(self._confirm(account), self._accounts)
        for due in await self._store.ask(TakeDue(limit=CHANNELS_AT_ONCE - len(self._channels))):
            _run(self._read(due.channel), self._channels)

    async def _keep_live(self) -> None:
        """Have every account listen that does not: one that listens already joins itself."""
        for row in await self._store.ask(ListAccounts()):
            if row.state == State.READY:
                self._session(row.id).tell(StayLive())

    async def _confirm(self, account: int) -> None:
        try:
            await self._session(account).ask(ListRequest(), timeout=LIST_SECONDS)
        except (*TROUBLE, Flooded) as trouble:
            log.warning("memberships.not_confirmed", account=account, error=str(trouble))

    async def _read(self, channel: int) -> None:
        request = ReadOnce(channel=channel, account=None, depth=DEPTH)
        ok = False
        try:
            async with self._reader.stream(request, timeout=READ_SECONDS) as stream:
                async for _ in stream:
                    pass
            ok = stream.result is not None and stream.result.reason is None
        except TROUBLE as trouble:
            log.warning("channel.not_read", channel=channel, error=str(trouble))
        finally:
            await self._store.ask(ChannelDone(channel=channel, ok=ok))


def _run(work: Coroutine[Any, Any, None], tasks: set[asyncio.Task[None]]) -> None:
    task = asyncio.create_task(work)
    tasks.add(task)
    task.add_done_callback(tasks.discard)
