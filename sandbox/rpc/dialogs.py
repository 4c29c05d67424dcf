"""A person's list of chats, and its folders."""

from datetime import UTC, datetime
from typing import Any, Final, TypeAlias

from telethon.tl import functions, types

from sandbox.cipher import Key
from sandbox.model import Channel, Folder, Group, Person, access_hash
from sandbox.objects import chat, dialog, group, group_dialog, group_message
from sandbox.rpc.access import chats, encoded, is_shown, known
from sandbox.rpc.history import PAGE
from sandbox.rpc.registry import answers, viewer_of
from sandbox.sight import is_member
from sandbox.telegram import Telegram

_EPOCH: Final = datetime.fromtimestamp(0, UTC)
_ARCHIVE: Final = 1

_Line: TypeAlias = Channel | Group


@answers(functions.messages.GetDialogsRequest, differs="channels, and groups that migrated")
def get_dialogs(telegram: Telegram, key: Key, request: Any) -> object:
    """A page of what a person follows: pinned first, then the most recently active."""
    viewer = viewer_of(telegram, key)
    lines = sorted(_listed(telegram, viewer, request), key=_order(viewer), reverse=True)
    start = _after(viewer, lines, request)
    some = lines[start : start + min(max(request.limit, 1), PAGE)]
    parts = _parts(telegram, viewer, some)
    if len(some) == len(lines):
        return types.messages.Dialogs(**parts)
    return types.messages.DialogsSlice(count=len(lines), **parts)


@answers(functions.messages.GetPeerDialogsRequest)
def get_peer_dialogs(telegram: Telegram, key: Key, request: Any) -> object:
    """The lines of some channels."""
    viewer = viewer_of(telegram, key)
    peers = (getattr(asked, "peer", None) for asked in request.peers)
    parts = _parts(telegram, viewer, [known(telegram, viewer, peer) for peer in peers])
    return types.messages.PeerDialogs(**parts, state=telegram.state())


@answers(functions.messages.GetPinnedDialogsRequest)
def get_pinned_dialogs(telegram: Telegram, key: Key, _request: Any) -> object:
    """The lines that are always on top."""
    viewer = viewer_of(telegram, key)
    parts = _parts(telegram, viewer, [telegram.world.channels[each] for each in viewer.pinned])
    return types.messages.PeerDialogs(**parts, state=telegram.state())


@answers(functions.messages.GetDialogFiltersRequest)
def get_dialog_filters(telegram: Telegram, key: Key, _request: Any) -> object:
    """The folders, after the one of all chats."""
    viewer = viewer_of(telegram, key)
    folders = [_filter(viewer, folder) for folder in viewer.folders]
    return types.messages.DialogFilters([types.DialogFilterDefault(), *folders])


@answers(functions.folders.EditPeerFoldersRequest)
def edit_peer_folders(telegram: Telegram, key: Key, request: Any) -> object:
    """Move channels to the archive, or back."""
    viewer = viewer_of(telegram, key)
    for each in request.folder_peers:
        channel = known(telegram, viewer, each.peer)
        telegram.world.archive(viewer, channel, archived=each.folder_id == _ARCHIVE)
    return telegram.no_updates()


def _listed(telegram: Telegram, viewer: Person, request: Any) -> list[_Line]:
    channels = [telegram.world.channels[each] for each in viewer.follows]
    lines: list[_Line] = [each for each in channels if is_member(viewer, each)]
    lines += [telegram.world.groups[each] for each in viewer.groups]
    if request.folder_id is not None:
        wanted = request.folder_id == _ARCHIVE
        lines = [each for each in lines if (each.id in viewer.archived) == wanted]
    if request.exclude_pinned:
        lines = [each for each in lines if each.id not in viewer.pinned]
    return lines


def _parts(telegram: Telegram, viewer: Person, lines: Any) -> dict[str, Any]:
    parts: dict[str, list[Any]] = {"dialogs": [], "messages": [], "chats": [], "users": []}
    for line in lines:
        if isinstance(line, Group):
            parts["dialogs"].append(group_dialog(line))
            parts["messages"].append(group_message(line))
            parts["chats"].append(group(viewer, line))
            parts["chats"].append(chat(viewer, telegram.world.channels[line.migrated_to]))
            continue
        newest = line.newest
        top = [newest] if newest and is_shown(viewer, line, newest.id) else []
        parts["dialogs"].append(dialog(viewer, line))
        parts["messages"] += encoded(telegram, line, top)
        parts["chats"] += chats(telegram, viewer, line, top)
    return parts


def _order(viewer: Person) -> Any:
    places = {channel_id: -place for place, channel_id in enumerate(viewer.pinned)}

    def order(line: _Line) -> tuple[Any, ...]:
        return (line.id in places, places.get(line.id, 0), *_activity(line))

    return order


def _activity(line: _Line) -> tuple[datetime, int, int]:
    if isinstance(line, Group):
        return line.date, 1, line.id
    newest = line.newest
    return (newest.date, newest.id, line.id) if newest else (_EPOCH, 0, line.id)


def _after(viewer: Person, lines: list[_Line], request: Any) -> int:
    """Where the page after the client's offset begins."""
    date, number = request.offset_date or _EPOCH, request.offset_id
    peer = getattr(request.offset_peer, "channel_id", 0) or getattr(
        request.offset_peer, "chat_id", 0
    )
    for place, line in enumerate(lines):
        # Channels without posts have no place in time, so the peer alone tells where to go on.
        if line.id == peer and _activity(line)[1] in {0, number}:
            return place + 1
    if date == _EPOCH:
        return 0
    offset = (date, number, peer)  # that chat is gone meanwhile; pinned ones come before all
    return sum(each.id in viewer.pinned or _activity(each) >= offset for each in lines)


def _filter(viewer: Person, folder: Folder) -> Any:
    def peers(ids: tuple[int, ...]) -> list[Any]:
        return [
            types.InputPeerChannel(each, access_hash(viewer.id, "channel", each)) for each in ids
        ]

    return types.DialogFilter(
        folder.id,
        types.TextWithEntities(folder.title, []),
        pinned_peers=peers(folder.pinned),
        include_peers=peers(folder.channels),
        exclude_peers=peers(folder.excluded),
        broadcasts=folder.all_channels or None,
    )
