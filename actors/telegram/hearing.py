"""What a connected account is told, summed up by channel until somebody looks."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from telethon.tl import types

from actors.answers import Heard
from actors.telegram.entities import described, fate_of, is_channel

_FOLDERS = (types.UpdateDialogFilter, types.UpdateDialogFilterOrder, types.UpdateDialogFilters)


class Hearing:
    """Takes updates in, gives reasons to look out; on one loop.

    Theory of operation. An update is only a trigger: whoever reads the channel then does it by its
    pts, and finds whatever came, in whatever order, told or not. So gaps need no mending here, and
    no catching up: a lost update delays its post until the next one, or until the next poll.
    There is at most one sum for each channel, however long nobody looks.
    """

    def __init__(self) -> None:
        self._sums: dict[int | None, Heard] = {}
        self._there = asyncio.Event()

    def take(self, container: Any) -> None:
        """Add what a message of updates tells."""
        chats = {chat.id: chat for chat in getattr(container, "chats", ())}
        for heard in _told(container, chats):
            before = self._sums.get(heard.channel)
            self._sums[heard.channel] = heard if before is None else _sum(before, heard)
            self._there.set()

    async def something(self) -> None:
        """Wait until there is something to take out."""
        await self._there.wait()

    def taken(self) -> Heard | None:
        """Take out the sum that has waited longest, if there is one."""
        if not self._sums:
            return None
        heard = self._sums.pop(next(iter(self._sums)))
        if not self._sums:
            self._there.clear()
        return heard


def updates_in(container: Any) -> list[Any]:
    """Return the updates in a message of them; those of private chats come in other forms."""
    match container:
        case types.UpdateShort():
            return [container.update]
        case types.Updates() | types.UpdatesCombined():
            return list(container.updates)
    return []


def _told(container: Any, chats: Mapping[int, Any]) -> Iterator[Heard]:
    if isinstance(container, types.UpdatesTooLong):
        yield Heard(channel=None, posts=True, access=True, folders=True)
    for update in updates_in(container):
        match update:
            case types.UpdateNewChannelMessage() | types.UpdateEditChannelMessage():
                channel = getattr(update.message.peer_id, "channel_id", None)
                if channel is not None:
                    yield from _posts(channel, chats)
            case types.UpdateDeleteChannelMessages() | types.UpdateChannelTooLong():
                yield from _posts(update.channel_id, chats)
            case types.UpdateChannel() | types.UpdateChannelAvailableMessages():
                yield from _access(update.channel_id, chats)
            case _ if isinstance(update, _FOLDERS):
                yield Heard(channel=None, posts=False, access=False, folders=True)


def _posts(channel: int, chats: Mapping[int, Any]) -> Iterator[Heard]:
    if not _is_group(chats.get(channel)):
        yield Heard(channel=channel, posts=True, access=False, folders=False)


def _access(channel: int, chats: Mapping[int, Any]) -> Iterator[Heard]:
    chat = chats.get(channel)
    if _is_group(chat):
        return
    gone = None if chat is None else fate_of(chat)
    is_open = is_channel(chat) and gone is None and not chat.min
    yield Heard(
        channel=channel,
        posts=False,
        access=True,
        folders=False,
        seen=described(chat) if is_open else None,
        gone=gone,
    )


def _is_group(chat: Any) -> bool:
    """Whether it is known to be no channel; those are the busiest."""
    return isinstance(chat, types.Channel | types.ChannelForbidden) and bool(chat.megagroup)


def _sum(before: Heard, now: Heard) -> Heard:
    """What both tell together; of the access the last word counts."""
    last = now if now.access else before
    return replace(
        last,
        posts=before.posts or now.posts,
        access=before.access or now.access,
        folders=before.folders or now.folders,
    )
