"""One account as a reader of channels."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from datetime import datetime

import anyio

from actors.account import Account
from actors.finding import Finding
from actors.listening import Listening
from actors.membership import Membership
from actors.messages import FollowFolderRequest, FollowRequest, ReadChannel
from actors.newest import Newest
from actors.pacing import Method
from actors.ports import Asks, TelegramPort
from actors.reading import ChannelReading
from actors.store_messages import FollowOne, LoadChannel, LoadFloods, LoseChannel
from actors.values import ChannelRead, Listed, not_followed
from runtime import progress

CALLS_AT_ONCE = 4
"""Calls in flight; decoding more answers at once only makes everybody else wait."""

_FOLLOW_SECONDS = 60.0

_HISTORY: Method = "history"


class Subscriber:
    """Lists, reads and follows channels, over a connection that is lent for the work.

    The actor's own loop only.
    """

    def __init__(
        self,
        account: Account,
        store: Asks,
        *,
        at_work: Callable[[], AbstractAsyncContextManager[TelegramPort]],
        keep: Callable[[], Awaitable[None]],
        wanted: Callable[[int], None],
    ) -> None:
        """Describe it: `keep` persists the session, `wanted` has a channel read soon."""
        self._account = account
        self._store = store
        self._at_work = at_work
        self._keep = keep
        self._wanted = wanted
        self._calls = anyio.CapacityLimiter(CALLS_AT_ONCE)
        self._reading = 0
        self._waits: dict[str, datetime] = {}
        self._membership = Membership(account, store, wait=self._wait)

    @property
    def flood_until(self) -> datetime | None:
        """Until when Telegram has asked to wait with anything."""
        return max(self._waits.values(), default=None)

    @property
    def is_reading(self) -> bool:
        """Whether its channels are listed or read now."""
        return self._reading > 0

    async def started(self) -> None:
        """See what Telegram has asked to wait for."""
        self._waits = await self._store.ask(LoadFloods(account=self._account.id))

    async def list(self) -> Listed:
        """Confirm what the account follows; raises `Flooded` when Telegram asks to wait."""
        self._reading += 1
        try:
            async with self._at_work() as telegram:
                listed = await self._membership.confirm(telegram)
                await self._keep()
        finally:
            self._reading -= 1
        return listed

    async def follow_folder(self, request: FollowFolderRequest) -> int:
        """Follow a folder that somebody names; return its id."""
        async with self._at_work() as telegram:
            folder = await self._membership.follow_folder(telegram, request.named)
            await self._keep()
        return folder

    async def follow(self, request: FollowRequest) -> int:
        """Follow a channel that somebody names; return its id."""
        async with self._at_work() as telegram:
            hold = await self._account.own()
            seen = await Finding(hold, telegram, self._store).find(request.what)
            follow = FollowOne(hold=hold, seen=seen, depth=request.depth, source="chosen")
            await self._store.ask(follow, timeout=_FOLLOW_SECONDS)
            await self._keep()
        return seen.id

    async def stay_live(self) -> None:
        """Listen until the connection ends, and have read at once what is heard of."""

        async def confirm() -> None:
            for channel, _ in (await self.list()).due:
                self._wanted(channel)

        async def lose(channel: int, why: str) -> None:
            hold = await self._account.own()
            await self._store.ask(LoseChannel(hold=hold, channel=channel, why=why))

        async with self._at_work() as telegram:
            listening = Listening(telegram, read=self._wanted, confirm=confirm, lose=lose)
            await listening.run()

    def _wait(self, method: Method, until: datetime) -> None:
        self._waits[method] = max(until, self._waits.get(method, until))

    async def read(self, request: ReadChannel) -> ChannelRead:
        """Read one channel."""

        async def show(added: int) -> None:
            await progress(request, added)

        self._reading += 1
        try:
            async with self._at_work() as telegram, Newest(show) as newest:
                hold = await self._account.own()
                load = LoadChannel(account=self._account.id, channel=request.channel)
                state = await self._store.ask(load)
                if state is None:
                    return not_followed(request.channel)
                reading = ChannelReading(
                    hold,
                    telegram,
                    self._store,
                    state,
                    calls=self._calls,
                    depth=request.depth,
                    show=newest.put,
                )
                read = await reading.run()
        finally:
            self._reading -= 1
        if read.flood_until is not None:
            self._wait(_HISTORY, read.flood_until)
        return read
