"""Calls about one channel, whose trouble is no trouble of the others."""

from __future__ import annotations

from typing import Any, Final

from telethon import TelegramClient
from telethon import errors as rpc
from telethon.tl import types
from telethon.tl.functions.channels import GetChannelsRequest

from actors.errors import ChannelClosed, Fate, TelegramUnreachable
from actors.telegram.entities import fate_of
from actors.telegram.errors import meaning, name_of

_UNCLEAR: Final = "CHANNEL_PRIVATE"  # also for who left, or is banned

_FATES: Final[dict[str, Fate]] = {
    "CHANNEL_INVALID": "deleted",
    "CHANNEL_PUBLIC_GROUP_NA": "private",
    "CHAT_FORBIDDEN": "private",
    "USER_BANNED_IN_CHANNEL": "banned",
    "USER_NOT_PARTICIPANT": "left",
}
"""Names that tell why a channel cannot be read any more; with any other it may be again."""


async def ask(client: TelegramClient, request: Any, channel: int, access_hash: int) -> Any:
    """Make a call about a channel; raises `ChannelClosed` for whatever is its own trouble."""
    try:
        return await client(request)
    except (rpc.BadRequestError, rpc.ForbiddenError) as error:
        if not isinstance(meaning(error), TelegramUnreachable | ChannelClosed):
            raise  # it concerns the account
        name = name_of(error)
    if name == _UNCLEAR:
        raise ChannelClosed(name, await _fate(client, channel, access_hash))
    raise ChannelClosed(name, _FATES.get(name))


async def _fate(client: TelegramClient, channel: int, access_hash: int) -> Fate | None:
    """Ask what became of a channel that could not be read; None if it can be by now."""
    try:
        answer = await client(GetChannelsRequest([types.InputChannel(channel, access_hash)]))
    except (rpc.BadRequestError, rpc.ForbiddenError, rpc.FloodError) as error:
        return _FATES.get(name_of(error), "private")
    return fate_of(answer.chats[0]) if answer.chats else "private"
