"""The actor that has each channel read once, for everybody who follows it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from math import inf
from typing import assert_never

from actors.errors import Interrupted, LoginRequired, SessionRevoked, TelegramUnreachable
from actors.messages import ReadChannel, ReaderMessage, ReadOnce, SessionMessage
from actors.newest import Newest
from actors.pacing import Method
from actors.ports import Asks
from actors.store_messages import ChannelDone, ListReaders, LoadFloods, ReleaseTaken
from actors.term import Term
from actors.values import ChannelRead
from runtime import Actor, ActorCrashed, ActorRef, progress
from runtime.logs import get_logger
from storage.errors import AccountHeld, LeaseLost, StorageError
from storage.rows import Reader

log = get_logger("actors")

READ_SECONDS = 3600.0
"""Seconds without any progress after which a reading is given up."""

MOST_READERS = 3
"""Accounts that are tried for one channel before it has to wait for its next turn."""

FAILURES = (
    AccountHeld,
    ActorCrashed,
    Interrupted,
    LeaseLost,
    LoginRequired,
    SessionRevoked,
    TelegramUnreachable,
)
"""Trouble of one account that another one need not have."""

NOT_OURS = (AccountHeld, LeaseLost)
"""Of these, what says nothing of the channel: another process has the account, or this one had."""

HISTORY: Method = "history"


@dataclass(slots=True)
class _Tally:
    """What the tries of one reading have committed together."""

    added: int = 0
    edited: int = 0
    deleted: int = 0

    def of(self, read: ChannelRead) -> ChannelRead:
        return replace(read, added=self.added, edited=self.edited, deleted=self.deleted)


class ReaderActor(Actor[ReaderMessage]):
    """Choose who reads a channel; whoever wants it read meanwhile joins that reading."""

    refusals = (*Actor.refusals, StorageError)
    jobs_at_once = 8
    """Channels read side by side: while some wait for Telegram, the others store."""

    def __init__(
        self, session: Callable[[int], ActorRef[SessionMessage]], store: Asks, term: Term
    ) -> None:
        self._term = term
        self._session = session
        self._store = store
        self._heard: set[int] = set()  # channels in which something happened while they were read

    async def handle(self, message: ReaderMessage, /) -> object:
        """Read a channel, or join its reading."""
        match message:
            case ReadOnce():
                if message.heard:
                    self._heard.add(message.channel)
                return self.job(self._read(message), key=message.channel)
            case _:
                assert_never(message)

    async def _read(self, request: ReadOnce) -> ChannelRead | None:
        """Have it read until nothing was heard of it meanwhile."""
        tally = _Tally()
        while True:
            self._heard.discard(request.channel)
            read = await self._once(request, tally)
            if request.channel not in self._heard:
                return None if read is None else tally.of(read)

    async def _once(self, request: ReadOnce, tally: _Tally) -> ChannelRead | None:
        """Have it read, and keep that it was, or why not; whoever has the account keeps its own."""
        try:
            read = await self._by_somebody(request, tally)
        except NOT_OURS:
            await self._let_go(request.channel)
            raise
        except FAILURES as failure:
            await self._done(request.channel, str(failure))
            raise
        if read is not None:
            await self._done(request.channel, read.reason)
        return read

    async def _done(self, channel: int, why: str | None) -> None:
        node = self._term.incarnation
        if node is not None:
            done = ChannelDone(node=node, channel=channel, ok=why is None, why=why)
            await self._store.ask(done)

    async def _let_go(self, channel: int) -> None:
        node = self._term.incarnation
        if node is not None:
            await self._store.ask(ReleaseTaken(node=node, channels=(channel,)))

    async def _by_somebody(self, request: ReadOnce, tally: _Tally) -> ChannelRead | None:
        """Try one account after another; if none succeeds, the last one's own trouble is told."""
        ended: ChannelRead | None = None
        failure: Exception | None = None
        tried: list[int] = []
        while (account := await self._next(request, tried)) is not None:
            tried.append(account)
            try:
                ended = await self._twice(account, request, tally)
            except FAILURES as error:
                log.warning("channel.not_read", channel=request.channel, by=account, error=error)
                if failure is None or not isinstance(error, NOT_OURS):
                    failure = error
                continue
            if ended.reason is None:
                break
        if ended is None and failure is not None:
            raise failure
        return ended

    async def _twice(self, account: int, request: ReadOnce, tally: _Tally) -> ChannelRead:
        """Ask an account, again if its actor crashed: it goes on from what it had committed."""
        try:
            return await self._by(account, request, tally)
        except (ActorCrashed, LeaseLost) as trouble:
            log.warning("reading.repeated", account=account, cause=str(trouble))
            return await self._by(account, request, tally)

    async def _next(self, request: ReadOnce, tried: Sequence[int]) -> int | None:
        """Who may read it: the one who asked first, then who has the fewest waits.

        Whoever sees more of it goes before both: only they can tell what has become of the rest.
        They are looked up for each try: who has come to follow it meanwhile may wait for this one.
        """
        if len(tried) == MOST_READERS:
            return None
        listed = await self._store.ask(ListReaders(channel=request.channel))
        able = [reader for reader in listed if reader.account not in tried]
        for reader in able[1:]:
            if reader.account == request.account and _hidden(reader) <= _hidden(able[0]):
                waits = await self._store.ask(LoadFloods(account=reader.account))
                if HISTORY not in waits:
                    return reader.account
        return able[0].account if able else None

    async def _by(self, account: int, request: ReadOnce, tally: _Tally) -> ChannelRead:
        before = tally.added

        async def show(added: int) -> None:
            await progress(request, added)

        message = ReadChannel(channel=request.channel, depth=request.depth)
        stream = self._session(account).stream(message, timeout=READ_SECONDS)
        async with stream, Newest(show) as newest:
            async for added in stream:
                tally.added = before + added
                newest.put(tally.added)
        read = stream.result
        tally.added = before + read.added
        tally.edited += read.edited
        tally.deleted += read.deleted
        return read


def _hidden(reader: Reader) -> float:
    """How many of a channel's ids a reader may not see; all, while it is not known."""
    return inf if reader.visible_from is None else reader.visible_from
