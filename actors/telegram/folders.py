"""An account's folders of chats, as the channels in them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from telethon import TelegramClient
from telethon.tl import types
from telethon.tl.functions.messages import GetDialogFiltersRequest

from actors.telegram.dialogs import Dialogs
from storage.rows import Folder


async def folders(client: TelegramClient) -> tuple[Folder, ...]:
    """Return the folders; the dialogs are read only if one of them is a rule about channels."""
    answer = await client(GetDialogFiltersRequest())
    found = [each for each in answer.filters if not isinstance(each, types.DialogFilterDefault)]
    dialogs = Dialogs(client)
    if any(_is_rule(each) for each in found):
        await dialogs.read()
    return tuple(_folder(each, dialogs) for each in found)


def _folder(found: Any, dialogs: Dialogs) -> Folder:
    channels = _ids((*found.pinned_peers, *found.include_peers))
    is_rule = _is_rule(found)
    if is_rule:
        # A folder of unread chats changes with each look at one: whether they are read is no rule
        # about what to follow.
        left_out = _ids(found.exclude_peers)
        left_out |= dialogs.archived if found.exclude_archived else set()
        left_out |= dialogs.muted if found.exclude_muted else set()
        channels |= dialogs.channels.keys() - left_out
    return Folder(
        id=found.id,
        title=getattr(found.title, "text", found.title),
        channels=tuple(sorted(channels)),
        complete=dialogs.is_whole() or not is_rule,
    )


def _is_rule(found: Any) -> bool:
    return isinstance(found, types.DialogFilter) and bool(found.broadcasts)


def _ids(peers: Iterable[Any]) -> set[int]:
    return {peer.channel_id for peer in peers if isinstance(peer, types.InputPeerChannel)}
