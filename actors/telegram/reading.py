"""The calls that read a channel, their answers as plain values."""

from __future__ import annotations

from typing import Any

from telethon import TelegramClient
from telethon import errors as rpc
from telethon.tl import types
from telethon.tl.functions.messages import GetHistoryRequest

from actors.errors import ChannelClosed, TelegramUnreachable
from actors.ports import HistoryPage
from actors.telegram.errors import meaning, name_of
from storage.rows import PostRow

PAGE = 100
"""Messages a page, the most Telegram gives."""


async def nth_newest(client: TelegramClient, channel: int, access_hash: int, n: int) -> int | None:
    """Return the id of the n-th newest message, None if there are fewer."""
    answer = await _history(client, channel, access_hash, offset_id=0, add_offset=n - 1, limit=1)
    return answer.messages[0].id if answer.messages else None


async def history(client: TelegramClient, channel: int, access_hash: int, low: int) -> HistoryPage:
    """Return the messages that follow upward from id `low`, inclusive.

    Telegram counts a window from the first message below `offset_id`; a negative `add_offset`
    moves it to the newer ones.
    """
    answer = await _history(
        client, channel, access_hash, offset_id=low, add_offset=-PAGE, limit=PAGE
    )
    return HistoryPage(
        ids=tuple(message.id for message in answer.messages),
        posts=tuple(
            _post(channel, message)
            for message in answer.messages
            if isinstance(message, types.Message)
        ),
    )


async def _history(
    client: TelegramClient,
    channel: int,
    access_hash: int,
    *,
    offset_id: int,
    add_offset: int,
    limit: int,
) -> Any:
    request = GetHistoryRequest(
        peer=types.InputPeerChannel(channel, access_hash),
        offset_id=offset_id,
        offset_date=None,
        add_offset=add_offset,
        limit=limit,
        max_id=0,
        min_id=0,
        hash=0,
    )
    try:
        return await client(request)
    except (rpc.BadRequestError, rpc.ForbiddenError) as error:
        if not isinstance(meaning(error), TelegramUnreachable):
            raise  # it concerns the account
        # Whatever Telegram has against this channel is no trouble of the others.
        raise ChannelClosed(name_of(error)) from None


def _post(channel: int, message: Any) -> PostRow:
    return PostRow(
        channel_id=channel,
        id=message.id,
        published_at=message.date,
        edited_at=None if message.edit_hide else message.edit_date,
        text=message.message or "",
    )
