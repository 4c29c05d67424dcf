"""What happened to a channel's posts, by its pts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from telethon import TelegramClient
from telethon import errors as rpc
from telethon.tl import types
from telethon.tl.functions.updates import GetChannelDifferenceRequest

from actors.answers import Difference
from actors.errors import ChannelClosed
from actors.telegram.asking import ask
from actors.telegram.reading import posts
from storage.rows import PostRow

_MOST: Final = 100
"""Changes; who missed more is told that it is too long. The most that people are to ask for."""

_REFUSED: Final = ("PERSISTENT_TIMESTAMP_EMPTY", "PERSISTENT_TIMESTAMP_INVALID")


async def difference(
    client: TelegramClient, channel: int, access_hash: int, pts: int
) -> Difference:
    """Return what happened after a pts.

    The call is made here because Telethon's own handling of it keeps only the new messages.
    https://core.telegram.org/api/updates#recovering-gaps
    """
    request = GetChannelDifferenceRequest(
        channel=types.InputChannel(channel, access_hash),
        filter=types.ChannelMessagesFilterEmpty(),
        pts=pts,
        limit=_MOST,
    )
    try:
        answer = await ask(client, request, channel, access_hash)
    except rpc.PersistentTimestampOutdatedError:  # where Telegram's own copies are not in step
        return _too_long(None)
    except ChannelClosed as refused:
        if refused.reason in _REFUSED:
            return _too_long(None)
        raise
    match answer:
        case types.updates.ChannelDifferenceEmpty():
            return _made(answer, pts, news=False, edited=(), deleted=())
        case types.updates.ChannelDifference():
            return _told(channel, answer, pts)
    return _too_long(getattr(answer.dialog, "pts", None))


def _told(channel: int, answer: types.updates.ChannelDifference, pts: int) -> Difference:
    """What an answer tells, in the order it happened: the last word on each message counts."""
    edited: dict[int, Any] = {}
    deleted: dict[int, None] = {}
    news = bool(answer.new_messages)
    for update in answer.other_updates:
        match update:
            case types.UpdateNewChannelMessage():
                news = True
            case types.UpdateEditChannelMessage(message=message):
                edited[message.id] = message
            case types.UpdateDeleteChannelMessages(messages=ids):
                deleted.update(dict.fromkeys(ids))
                for id_ in ids:
                    edited.pop(id_, None)
            case types.UpdateChannelTooLong():
                return _too_long(answer.pts)
    return _made(
        answer,
        pts,
        news=news,
        edited=tuple(posts(channel, edited.values(), answer)),
        deleted=tuple(deleted),
    )


def _made(
    answer: Any, asked: int, *, news: bool, edited: Iterable[PostRow], deleted: Iterable[int]
) -> Difference:
    return Difference(
        pts=answer.pts,
        # Whoever was told of no progress would ask the same again, for ever.
        final=bool(answer.final) or answer.pts <= asked,
        too_long=False,
        news=news,
        edited=tuple(edited),
        deleted=tuple(deleted),
    )


def _too_long(pts: int | None) -> Difference:
    return Difference(pts=pts, final=True, too_long=True, news=True, edited=(), deleted=())
