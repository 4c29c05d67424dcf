"""The list of an account's channels."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from telethon import TelegramClient, utils
from telethon.tl import types
from telethon.tl.functions.messages import GetDialogsRequest

from actors.answers import Listing
from actors.telegram.entities import described, is_channel
from storage.rows import ChannelSeen

_PAGE = 100
_ARCHIVE = 1
_SWEEPS = 3  # from the top, each for what moved there while the one before went down the list

_Key = tuple[str, int]


class Dialogs:
    """What was seen of a list that changes while it is read.

    Telegram pages by the newest message: a chat that gets one meanwhile moves to the top, past a
    reader on the way down. How many there are, it says with every page; a short page says nothing.
    """

    def __init__(self, client: TelegramClient) -> None:
        self.channels: dict[int, ChannelSeen] = {}
        self.archived: set[int] = set()
        self.muted: set[int] = set()
        self._client = client
        self._seen: set[_Key] = set()
        self._stated: int | None = None  # the fewest chats there were at any time of the reading

    async def read(self) -> Listing:
        """Return the channels, and whether they are all: some accounts' counts never agree."""
        for _ in range(_SWEEPS):
            known = len(self._seen)
            await self._sweep()
            if self.is_whole() or len(self._seen) == known:
                break
        return Listing(channels=tuple(self.channels.values()), complete=self.is_whole())

    def is_whole(self) -> bool:
        """Whether as many chats were seen as Telegram says there are."""
        return self._stated is not None and len(self._seen) >= self._stated

    async def _sweep(self) -> None:
        """Read from the top until the end, or until nothing is missing."""
        request, pinned = _first(), 0
        passed: set[_Key] = set()
        while True:
            page = await self._client(request)
            keys = {_key(dialog) for dialog in page.dialogs}
            self._take(page)
            if isinstance(page, types.messages.Dialogs):
                self._state(len(page.dialogs))
                return
            self._state(page.count + pinned)
            if keys <= passed or self.is_whole():
                return
            if not passed:  # the pages that follow are asked for, and counted, without these
                pinned = sum(bool(dialog.pinned) for dialog in page.dialogs)
            passed |= keys
            _advance(request, page)

    def _state(self, chats: int) -> None:
        self._stated = chats if self._stated is None else min(self._stated, chats)

    def _take(self, page: Any) -> None:
        entities = _entities(page)
        for dialog in page.dialogs:
            self._seen.add(_key(dialog))
            channel = entities.get(utils.get_peer_id(dialog.peer))
            if isinstance(dialog, types.Dialog) and is_channel(channel):
                self.channels[channel.id] = described(
                    channel, top=dialog.top_message, pts=dialog.pts
                )
                if dialog.folder_id == _ARCHIVE:
                    self.archived.add(channel.id)
                if _is_muted(dialog):
                    self.muted.add(channel.id)


async def channels(client: TelegramClient) -> Listing:
    """Return the broadcast channels among the account's dialogs."""
    return await Dialogs(client).read()


def _is_muted(dialog: types.Dialog) -> bool:
    until = dialog.notify_settings.mute_until
    return until is not None and until > datetime.now(UTC)


def _first() -> GetDialogsRequest:
    return GetDialogsRequest(
        offset_date=None,
        offset_id=0,
        offset_peer=types.InputPeerEmpty(),
        limit=_PAGE,
        hash=0,
    )


def _key(dialog: Any) -> _Key:
    # A folder has the peer of its newest chat.
    return type(dialog).__name__, utils.get_peer_id(dialog.peer)


def _advance(request: GetDialogsRequest, page: Any) -> None:
    """Let a request ask for what follows a page."""
    request.exclude_pinned = True
    entities = _entities(page)
    dates = {_place(each): each.date for each in page.messages if getattr(each, "date", None)}
    for dialog in reversed(page.dialogs):
        date = dates.get((getattr(dialog.peer, "channel_id", None), dialog.top_message))
        if date is not None:  # a chat without messages has no place of its own in the list
            request.offset_id, request.offset_date = dialog.top_message, date
            break
    for dialog in reversed(page.dialogs):
        entity = entities.get(utils.get_peer_id(dialog.peer))
        if entity is not None:
            request.offset_peer = utils.get_input_peer(entity)
            return


def _place(message: Any) -> tuple[int | None, int]:
    # Only a channel numbers its messages on its own.
    return getattr(message.peer_id, "channel_id", None), message.id


def _entities(page: Any) -> dict[int, Any]:
    known = (each for each in (*page.users, *page.chats) if not _is_empty(each))
    return {utils.get_peer_id(each): each for each in known}


def _is_empty(entity: Any) -> bool:
    return isinstance(entity, (types.UserEmpty, types.ChatEmpty))
