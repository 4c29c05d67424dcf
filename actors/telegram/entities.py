"""Channels as Telegram describes them, as plain values."""

from __future__ import annotations

from typing import Any, TypeGuard

from telethon.tl import types

from actors.errors import Fate
from storage.rows import ChannelSeen


def is_channel(chat: Any) -> TypeGuard[types.Channel]:
    """Whether it is a broadcast channel, and no group."""
    return isinstance(chat, types.Channel) and bool(chat.broadcast)


def described(channel: types.Channel, *, top: int = 0, pts: int | None = None) -> ChannelSeen:
    """Return a channel as an account sees it; `top` is the id of its newest message."""
    return ChannelSeen(
        id=channel.id,
        access_hash=channel.access_hash,
        title=channel.title,
        username=name_of(channel),
        top=top,
        pts=pts,
        protected=bool(channel.noforwards),
    )


def name_of(channel: types.Channel) -> str | None:
    """Return a channel's public name; the one it can be changed by counts before collected ones."""
    collected = (each.username for each in channel.usernames or () if each.active)
    return channel.username or next(collected, None)


def names_of(channel: types.Channel) -> set[str]:
    """Return all names a channel is found by, in lower case."""
    collected = (each.username for each in channel.usernames or () if each.active)
    return {name.lower() for name in (channel.username, *collected) if name}


def fate_of(chat: Any) -> Fate | None:
    """Return what became of an account's access to a channel; None if it is inside.

    Telegram says until when a ban holds, and of nothing else that it forbids why: a channel that
    was made private or deleted, and a private one that was left, look the same from outside.
    """
    match chat:
        case types.ChannelForbidden():
            return "private" if chat.until_date is None else "banned"
        case types.Channel(banned_rights=rights) if rights is not None and rights.view_messages:
            return "banned"
        case types.Channel(left=True):
            return "left"
        case types.Channel():
            return None
    return "deleted"
