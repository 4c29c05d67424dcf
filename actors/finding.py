"""How an account gets to a channel that somebody names."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

from actors.answers import InviteSeen
from actors.errors import Flooded
from actors.pacing import Method
from actors.ports import Asks, TelegramPort
from actors.store_messages import CountSend, HaveRoom, NoteFlood
from storage.rows import ChannelSeen, Hold

T = TypeVar("T")


class Finding:
    """Find a channel, and join it where that takes an invite, within the account's limits."""

    def __init__(self, hold: Hold, telegram: TelegramPort, store: Asks) -> None:
        self._hold = hold
        self._telegram = telegram
        self._store = store

    async def find(self, what: str) -> ChannelSeen:
        """Return the channel; raises what `TelegramPort.find` and `join` raise, or `Flooded`.

        Nothing is joined that could not be followed then: `TooManyFollowed`.
        """
        found = await self._paced("resolve", lambda: self._telegram.find(what))
        if isinstance(found, InviteSeen):
            await self._store.ask(HaveRoom(account=self._hold.account))
            return await self._paced("join", lambda: self._telegram.join(what))
        return found

    async def _paced(self, method: Method, call: Callable[[], Awaitable[T]]) -> T:
        """Make a call unless it would be one too many; keep what Telegram says of waiting."""
        free_at = await self._store.ask(CountSend(hold=self._hold, method=method))
        if free_at is not None:
            raise Flooded(free_at)
        try:
            return await call()
        except Flooded as flood:
            note = NoteFlood(hold=self._hold, method=method, until=flood.until)
            await self._store.ask(note)
            raise
