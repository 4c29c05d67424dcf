"""The calls that read a channel, their answers as plain values."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from telethon import TelegramClient
from telethon.tl import types
from telethon.tl.functions.channels import GetFullChannelRequest
from telethon.tl.functions.messages import GetHistoryRequest

from actors.answers import HistoryPage
from actors.telegram.asking import ask
from actors.telegram.content import content, names
from actors.telegram.decoding import read_posts
from storage.rows import PostRow

PAGE = 100
"""Messages a page, the most Telegram gives."""


class GetPostsRequest(GetHistoryRequest):
    """Telethon's request for a page of history, with an answer that is read in less time."""

    read_result = staticmethod(read_posts)


async def nth_newest(client: TelegramClient, channel: int, access_hash: int, n: int) -> int | None:
    """Return the id of the n-th newest message, None if there are fewer."""
    answer = await _history(client, channel, access_hash, add_offset=n - 1, limit=1)
    return answer.messages[0].id if answer.messages else None


async def newest_before(
    client: TelegramClient, channel: int, access_hash: int, moment: datetime
) -> int | None:
    """Return the id of the newest message that is older than a moment, None if there is none."""
    answer = await _history(client, channel, access_hash, offset_date=moment, limit=1)
    return answer.messages[0].id if answer.messages else None


async def newest(client: TelegramClient, channel: int, access_hash: int) -> tuple[int, int | None]:
    """Return the id of the newest message, 0 if there is none, and the channel's pts."""
    answer = await _history(client, channel, access_hash, limit=1)
    return answer.messages[0].id if answer.messages else 0, getattr(answer, "pts", None)


async def history(client: TelegramClient, channel: int, access_hash: int, low: int) -> HistoryPage:
    """Return the messages that follow upward from id `low`, inclusive.

    Telegram counts a window from the first message below `offset_id`; a negative `add_offset`
    moves it to the newer ones.
    """
    answer = await _history(client, channel, access_hash, offset_id=low, add_offset=-PAGE)
    return _page(channel, answer)


async def window(
    client: TelegramClient, channel: int, access_hash: int, below: int | None
) -> HistoryPage:
    """Return the newest messages with ids below one, or the newest of all."""
    # What is published meanwhile moves nothing: a window that begins at no id begins at the newest.
    answer = await _history(client, channel, access_hash, offset_id=below or 0)
    return _page(channel, answer)


async def visible_from(client: TelegramClient, channel: int, access_hash: int) -> int:
    """Return the newest id that is hidden from the account; 0 if none is."""
    request = GetFullChannelRequest(types.InputChannel(channel, access_hash))
    answer = await ask(client, request, channel, access_hash)
    return answer.full_chat.available_min_id or 0


def posts(channel: int, messages: Iterable[Any], answer: Any) -> Iterator[PostRow]:
    """Yield the posts among messages; the answer they came in tells what they refer to."""
    known = names(answer)
    protected = any(chat.id == channel and _is_protected(chat) for chat in answer.chats)
    for message in messages:
        held = content(message, names=known, protected=protected)
        if held is not None:
            yield PostRow(
                channel_id=channel,
                id=message.id,
                published_at=message.date,
                edited_at=None if message.edit_hide else message.edit_date,
                content=held,
            )


def _is_protected(chat: Any) -> bool:
    return isinstance(chat, types.Channel) and bool(chat.noforwards)


def _page(channel: int, answer: Any) -> HistoryPage:
    return HistoryPage(
        ids=tuple(message.id for message in answer.messages),
        posts=tuple(posts(channel, answer.messages, answer)),
        pts=getattr(answer, "pts", None),
    )


async def _history(
    client: TelegramClient,
    channel: int,
    access_hash: int,
    *,
    offset_id: int = 0,
    offset_date: datetime | None = None,
    add_offset: int = 0,
    limit: int = PAGE,
) -> Any:
    request = GetPostsRequest(
        peer=types.InputPeerChannel(channel, access_hash),
        offset_id=offset_id,
        offset_date=offset_date,
        add_offset=add_offset,
        limit=limit,
        max_id=0,
        min_id=0,
        hash=0,
    )
    return await ask(client, request, channel, access_hash)
