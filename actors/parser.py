"""The actor through which everybody parses."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import assert_never

import anyio

from actors.errors import Flooded
from actors.meaning_messages import DescribeMeaning
from actors.messages import (
    ListRequest,
    ParseRequest,
    ParserMessage,
    ReaderMessage,
    ReadOnce,
    SessionMessage,
)
from actors.newest import Newest
from actors.ports import Asks, Works
from actors.reader import READ_SECONDS
from actors.store_messages import AddReport, LastReport
from actors.values import ChannelRead, Listed, ParseProgress, ParseReport, Unread
from runtime import Actor, ActorCrashed, ActorRef, progress
from runtime.logs import get_logger
from storage.errors import LeaseLost, StorageError

log = get_logger("actors")

LIST_SECONDS = 600.0
CHANNELS_AT_ONCE = 8
"""Channels an account may have waiting or being read: others get their turn in between."""


class ParserActor(Actor[ParserMessage]):
    """Let at most one parse of an account run; whoever asks meanwhile joins it."""

    refusals = (*Actor.refusals, StorageError)

    def __init__(
        self,
        session: Callable[[int], ActorRef[SessionMessage]],
        reader: ActorRef[ReaderMessage],
        store: Asks,
        works: Works,
    ) -> None:
        self._session = session
        self._reader = reader
        self._store = store
        self._works = works
        self._settle: dict[int, float] = {}  # of the parses that run: as long as anybody waits

    async def handle(self, message: ParserMessage, /) -> object:
        """Start a parse, or join the one that runs."""
        match message:
            case ParseRequest(account=account, settle=settle):
                self._settle[account] = max(self._settle.get(account, 0.0), settle)
                return self.job(self._parse(message), key=message.account)
            case _:
                assert_never(message)

    async def _parse(self, request: ParseRequest) -> ParseReport:
        # Again: the end of one that was given up may have come since this one was asked for.
        patience = max(self._settle.get(request.account, 0.0), request.settle)
        self._settle[request.account] = patience
        try:
            report = await self._parsed(request)
        finally:
            self._settle.pop(request.account, None)
        log.info("account.parsed", account=request.account, added=report.added)
        return report

    async def _parsed(self, request: ParseRequest) -> ParseReport:
        async def show(now: ParseProgress) -> None:
            await progress(request, now)

        began, began_at = time.monotonic(), datetime.now(UTC)
        last = await self._store.ask(LastReport(account=request.account))
        since = last.counted_at if last is not None else None
        try:
            listed = await self._listed(request.account)
        except Flooded as flood:
            report = Cycle(request).report(began_at, time.monotonic() - began, flood.until)
            return await self._kept(report, since)
        cycle = Cycle(request, listed)
        async with Newest(show) as newest:
            await cycle.run(self._reader, newest.put)
        self._works.wake()
        waited = 0.0
        while True:
            async with Newest(show) as newest:
                waited = await self._settled(cycle, waited, newest.put)
            report = await self._kept(cycle.report(began_at, time.monotonic() - began), since)
            if self._settle.get(request.account, 0.0) <= waited:  # as the job ends: no one joins
                return report

    async def _settled(
        self, cycle: Cycle, waited: float, show: Callable[[ParseProgress], None]
    ) -> float:
        """Have what is new tagged and indexed; wait for it as long as the most patient asker.

        Return for how long that was; once it is done, nobody wants to wait for longer.
        """
        while (wanted := self._settle.get(cycle.account, 0.0)) > waited:
            show(cycle.now(settling=True))
            if await self._works.settle(cycle.account, wanted - waited):
                return math.inf
            waited = wanted
        return waited

    async def _kept(self, report: ParseReport, since: datetime | None) -> ParseReport:
        """Keep a report with what is counted now; the newest of a parse is the one that counts."""
        report = await self._counted(report, since)
        await self._store.ask(AddReport(report=report))
        return report

    async def _counted(self, report: ParseReport, since: datetime | None) -> ParseReport:
        """Count what was tagged and indexed since the report before, and what was not."""
        found = await self._store.ask(DescribeMeaning(account=report.account, since=since))
        return replace(
            report,
            tagged=found.fresh_tagged,
            indexed=found.fresh_indexed,
            pending=found.pending,
            counted_at=found.at,
        )

    async def _listed(self, account: int) -> Listed:
        """List the account's channels; twice, should its actor crash or lose its lease."""
        try:
            return await self._session(account).ask(ListRequest(), timeout=LIST_SECONDS)
        except (ActorCrashed, LeaseLost) as trouble:
            log.warning("parse.repeated", account=account, cause=str(trouble))
            return await self._session(account).ask(ListRequest(), timeout=LIST_SECONDS)


class Cycle:
    """One parse of one account: its channels that have something new, read side by side."""

    def __init__(
        self,
        request: ParseRequest,
        listed: Listed | None = None,
    ) -> None:
        self.account = request.account
        self._depth = request.depth
        self._channels = listed.channels if listed is not None else 0
        self._due = listed.due if listed is not None else ()
        self._done = self._channels - len(self._due)
        self._show: Callable[[ParseProgress], None] = lambda _: None
        self._added: dict[int, int] = {}
        self._reads: list[ChannelRead] = []
        self._failure: Exception | None = None

    async def run(
        self, reader: ActorRef[ReaderMessage], show: Callable[[ParseProgress], None]
    ) -> None:
        """Have every channel read that is due; raise what concerns the account itself."""
        self._show = show
        limiter = anyio.CapacityLimiter(CHANNELS_AT_ONCE)
        async with anyio.create_task_group() as group:
            for channel, title in self._due:
                group.start_soon(self._one, reader, channel, title, limiter, group.cancel_scope)
        if self._failure is not None:
            raise self._failure

    async def _one(
        self,
        reader: ActorRef[ReaderMessage],
        channel: int,
        title: str,
        limiter: anyio.CapacityLimiter,
        all_: anyio.CancelScope,
    ) -> None:
        request = ReadOnce(channel=channel, account=self.account, depth=self._depth)
        async with limiter:
            try:
                async with reader.stream(request, timeout=READ_SECONDS) as stream:
                    async for added in stream:
                        self._moved(channel, title, added)
                read = stream.result
            except Exception as error:  # noqa: BLE001  raised by `run`, without a group around it
                self._failure = self._failure or error
                all_.cancel()
                return
        self._done += 1
        if read is not None:
            self._reads.append(read)
            self._moved(channel, title, read.added)

    def _moved(self, channel: int, title: str, added: int) -> None:
        self._added[channel] = added
        self._show(self.now(title))

    def now(self, channel: str = "", *, settling: bool = False) -> ParseProgress:
        """Say how far it has come; `settling`: all is read, and is being tagged and indexed."""
        return ParseProgress(
            channel=channel,
            done=self._done,
            channels=self._channels,
            added=sum(self._added.values()),
            settling=settling,
        )

    def report(
        self, began_at: datetime, took: float, flood_until: datetime | None = None
    ) -> ParseReport:
        """Say what was committed, in `took` seconds."""
        floods = [flood_until, *(read.flood_until for read in self._reads)]
        return ParseReport(
            account=self.account,
            channels=self._channels,
            added=sum(read.added for read in self._reads),
            edited=sum(read.edited for read in self._reads),
            deleted=sum(read.deleted for read in self._reads),
            unread=tuple(
                Unread(channel=read.channel, title=read.title, reason=read.reason, code=read.code)
                for read in self._reads
                if read.reason is not None
            ),
            flood_until=max(filter(None, floods), default=None),
            began_at=began_at,
            took=took,
        )
