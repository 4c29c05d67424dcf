"""The choice of a channel by what a person calls it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from actors import Channel


def chosen(account: int, channels: Iterable[Channel], named: str) -> Channel:
    """Return the one of an account's channels that is named by id, @name or link.

    Raises `NoSuchChannel`.
    """
    # `tgactors --help` must not wait for these.
    from actors.links import Named, Numbered, link  # noqa: PLC0415
    from bot.refusals import NoSuchChannel  # noqa: PLC0415

    found = link(named)
    text = named.strip()
    number = int(text) if text.isdecimal() else None
    name = None
    match found:
        case Numbered():
            number = found.channel
        case Named():
            name = found.name.lower()
    for channel in channels:
        if channel.id == number or (channel.username or "").lower() == name:
            return channel
    raise NoSuchChannel(account, named)
