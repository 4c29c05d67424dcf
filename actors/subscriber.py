"""One account as a reader of channels."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from datetime import datetime

import anyio

from actors.account import Account
from actors.answers import Listing
from actors.coverage import is_due
from actors.errors import ChannelClosed, Flooded
from actors.finding import Finding
from actors.listening import Listening
from actors.messages import FollowRequest, ReadChannel
from actors.newest import Newest
from actors.pacing import Method
from actors.ports import Asks, TelegramPort
from actors.reading import ChannelReading
from actors.store_messages import (
    Follow,
    FollowOne,
    KeepVisible,
    LoadChannel,
    LoadFloods,
    LoseChannel,
    NoteFlood,
)
from actors.values import ChannelRead, Listed, not_followed
from runtime import progress
from storage.rows import ChannelState, Hold

CALLS_AT_ONCE = 4
"""Calls in flight; decoding more answers at once only makes everybody else wait."""

_FOLLOW_SECONDS = 60.0

_HISTORY: Method = "history"
_DIALOGS: Method = "dialogs"


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
        self._outside: set[int] = set()  # public channels that can be read without being listed

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
                listing = await self._channels(telegram)
                hold = await self._account.own()
                states = await self._confirm(hold, telegram, listing)
                await self._look_how_far(hold, telegram, states)
                await self._keep()
        finally:
            self._reading -= 1
        seen = {channel.id: channel for channel in listing.channels}
        # What is followed by name is in no list: whether there is news, only reading tells.
        due = [each for each in states if each.id not in seen or is_due(each, seen[each.id])]
        return Listed(channels=len(states), due=tuple((each.id, each.title) for each in due))

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

    async def _channels(self, telegram: TelegramPort) -> Listing:
        try:
            return await telegram.channels()
        except Flooded as flood:
            self._wait(_DIALOGS, flood.until)
            hold = await self._account.own()
            await self._store.ask(NoteFlood(hold=hold, method=_DIALOGS, until=flood.until))
            raise

    def _wait(self, method: Method, until: datetime) -> None:
        self._waits[method] = max(until, self._waits.get(method, until))

    async def _confirm(
        self, hold: Hold, telegram: TelegramPort, listing: Listing
    ) -> tuple[ChannelState, ...]:
        """Persist what the account follows now; of what has gone from its list, why.

        A list does not tell a channel that was left from one that was closed to the account.
        """
        follow = Follow(hold=hold, seen=listing.channels, complete=False)
        states = await self._store.ask(follow, timeout=_FOLLOW_SECONDS)
        seen = {channel.id for channel in listing.channels}
        self._outside -= seen
        gone = [each for each in states if each.id not in seen | self._outside]
        if not gone or not listing.complete:
            return states
        for state in gone:
            if state.username is not None:  # a private one looks the same, closed or left
                await self._ask_why(hold, telegram, state)
        return await self._store.ask(replace(follow, complete=True), timeout=_FOLLOW_SECONDS)

    async def _ask_why(self, hold: Hold, telegram: TelegramPort, state: ChannelState) -> None:
        try:
            await telegram.visible_from(state.id, state.access_hash)
        except ChannelClosed as closed:
            if closed.why is not None:
                await self._store.ask(LoseChannel(hold=hold, channel=state.id, why=closed.why))
        except Flooded:
            return
        else:
            self._outside.add(state.id)

    async def _look_how_far(
        self, hold: Hold, telegram: TelegramPort, states: Iterable[ChannelState]
    ) -> None:
        """Ask from which posts on the account sees channels of which that is not known.

        Nothing of them is shown to it until then, and somebody else may be the one who reads them.
        """
        for state in states:
            if state.visible_from is not None:
                continue
            try:
                hidden = await telegram.visible_from(state.id, state.access_hash)
            except ChannelClosed:
                continue  # whoever reads it tells why
            except Flooded:
                return  # the next list goes on
            keep = KeepVisible(hold=hold, channel=state.id, visible_from=hidden)
            await self._store.ask(keep)

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
