"""What one account follows, as its list and its folders at Telegram say."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import TypeVar

from actors.account import Account
from actors.answers import Listing
from actors.coverage import is_due
from actors.errors import ChannelClosed, Flooded
from actors.folders import chosen
from actors.pacing import Method
from actors.ports import Asks, TelegramPort
from actors.store_messages import (
    Follow,
    FollowFolder,
    KeepVisible,
    ListFolders,
    LoseChannel,
    NoteFlood,
    SeeChannel,
)
from actors.values import Listed
from runtime import Refusal
from storage.rows import ChannelSeen, ChannelState, Folder, Hold

T = TypeVar("T")

_FOLLOW_SECONDS = 60.0

_DIALOGS: Method = "dialogs"


class Membership:
    """Confirms what an account follows. The actor's own loop only."""

    def __init__(
        self, account: Account, store: Asks, *, wait: Callable[[Method, datetime], None]
    ) -> None:
        """Describe it; `wait` is told of Telegram's waits."""
        self._account = account
        self._store = store
        self._wait = wait
        self._outside: set[int] = set()  # public channels that can be read without being listed

    async def confirm(self, telegram: TelegramPort) -> Listed:
        """Persist what the account follows now; raises `Flooded` when Telegram asks to wait."""
        listing = await self._asked(telegram.channels)
        folders = None
        if await self._store.ask(ListFolders(account=self._account.id)):
            folders = await self._asked(telegram.folders)
        return await self._followed(telegram, listing, folders)

    async def follow_folder(self, telegram: TelegramPort, named: str) -> int:
        """Follow a folder from now on; return its id. Raises `NoSuchFolder`, or `Flooded`."""
        folders = await self._asked(telegram.folders)
        folder = chosen(folders, named)
        listing = await self._asked(telegram.channels)
        hold = await self._account.own()
        await self._store.ask(FollowFolder(hold=hold, folder=folder.id, title=folder.title))
        await self._followed(telegram, listing, folders)
        return folder.id

    async def _asked(self, call: Callable[[], Awaitable[T]]) -> T:
        """Ask for the list or for the folders; keep what Telegram says of waiting."""
        try:
            return await call()
        except Flooded as flood:
            self._wait(_DIALOGS, flood.until)
            hold = await self._account.own()
            await self._store.ask(NoteFlood(hold=hold, method=_DIALOGS, until=flood.until))
            raise

    async def _followed(
        self, telegram: TelegramPort, listing: Listing, folders: tuple[Folder, ...] | None
    ) -> Listed:
        hold = await self._account.own()
        states = await self._persist(hold, telegram, listing, folders)
        await self._look_how_far(hold, telegram, states)
        seen = {channel.id: channel for channel in listing.channels}
        # What is followed by name is in no list: whether there is news, only reading tells.
        due = [each for each in states if each.id not in seen or is_due(each, seen[each.id])]
        return Listed(channels=len(states), due=tuple((each.id, each.title) for each in due))

    async def _persist(
        self,
        hold: Hold,
        telegram: TelegramPort,
        listing: Listing,
        folders: tuple[Folder, ...] | None,
    ) -> tuple[ChannelState, ...]:
        """Persist what the account follows now; of what has gone from its list, why.

        A list does not tell a channel that was left from one that was closed to the account.
        """
        follow = Follow(hold=hold, seen=listing.channels, complete=False, folders=folders)
        states = await self._store.ask(follow, timeout=_FOLLOW_SECONDS)
        seen = {channel.id for channel in listing.channels}
        self._outside -= seen
        known = {each.id for each in states if each.username is not None} & self._outside
        gone = [each for each in states if each.id not in seen | known]
        if not gone or not listing.complete:
            return states
        for state in gone:
            await self._ask_why(hold, telegram, state)
        return await self._store.ask(replace(follow, complete=True), timeout=_FOLLOW_SECONDS)

    async def _ask_why(self, hold: Hold, telegram: TelegramPort, state: ChannelState) -> None:
        try:
            await telegram.visible_from(state.id, state.access_hash)
        except ChannelClosed as closed:
            # A private one looks the same, closed or left.
            if closed.why is not None and state.username is not None:
                await self._store.ask(LoseChannel(hold=hold, channel=state.id, why=closed.why))
        except Flooded:
            return
        else:
            self._outside.add(state.id)
            await self._ask_what_it_is_called(hold, telegram, state)

    async def _ask_what_it_is_called(
        self, hold: Hold, telegram: TelegramPort, state: ChannelState
    ) -> None:
        """A channel that no list has may have given its name to another one."""
        with suppress(Refusal):  # the next connection asks again
            seen = await telegram.find(f"-100{state.id}")
            if isinstance(seen, ChannelSeen):
                await self._store.ask(SeeChannel(hold=hold, seen=seen))

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
