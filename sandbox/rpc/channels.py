"""Reading channels: the list of chats, and posts."""

from bisect import bisect_left
from datetime import UTC, datetime
from typing import Any, Final

from telethon.tl import functions, types

from sandbox.cipher import Key
from sandbox.objects import Encoded, chat, dialog
from sandbox.rpc.registry import Refused, answers
from sandbox.telegram import Telegram
from sandbox.world import Channel, Person, access_hash

_PAGE: Final = 100  # Telegram's most, of posts and of dialogs
_EPOCH: Final = datetime.fromtimestamp(0, UTC)
_TIMEOUT: Final = 300  # seconds until a client may ask for a difference again


@answers(functions.messages.GetDialogsRequest)
def get_dialogs(telegram: Telegram, key: Key, request: Any) -> object:
    """A page of the channels a person follows, the most recently active first."""
    viewer = _viewer(telegram, key)
    followed = [telegram.world.channels[channel_id] for channel_id in viewer.follows]
    channels = [] if request.folder_id else sorted(followed, key=_activity, reverse=True)
    start = _after(channels, request)
    limit = min(max(request.limit, 1), _PAGE)
    page = channels[start : start + limit]
    parts = {
        "dialogs": [dialog(channel) for channel in page],
        "messages": [telegram.messages.of(each, each.newest) for each in page if each.newest],
        "chats": [chat(viewer, channel) for channel in page],
        "users": [],
    }
    if len(page) == len(channels):
        return types.messages.Dialogs(**parts)
    return types.messages.DialogsSlice(count=len(channels), **parts)


@answers(functions.channels.GetChannelsRequest)
def get_channels(telegram: Telegram, key: Key, request: Any) -> object:
    """Channels by id and the viewer's own hash."""
    viewer = _viewer(telegram, key)
    found = [_known(telegram, viewer, asked) for asked in request.id]
    return types.messages.Chats([chat(viewer, channel) for channel in found])


@answers(functions.contacts.ResolveUsernameRequest)
def resolve_username(telegram: Telegram, key: Key, request: Any) -> object:
    """A public channel by its name."""
    viewer = _viewer(telegram, key)
    for channel in telegram.world.channels.values():
        if channel.username and channel.username.lower() == request.username.lower():
            chats = [chat(viewer, channel)]
            return types.contacts.ResolvedPeer(types.PeerChannel(channel.id), chats, [])
    raise Refused("USERNAME_NOT_OCCUPIED")


@answers(functions.messages.GetHistoryRequest)
def get_history(telegram: Telegram, key: Key, request: Any) -> object:
    """A window of a channel's posts, newest first."""
    viewer = _viewer(telegram, key)
    channel = _readable(telegram, viewer, request.peer)
    ids = [
        number
        for number in _window(channel, request)
        if number > request.min_id and not 0 < request.max_id <= number
    ]
    encoded = [telegram.messages.of(channel, channel.posts[number]) for number in ids]
    return _messages(viewer, channel, encoded)


@answers(functions.channels.GetMessagesRequest)
def get_messages(telegram: Telegram, key: Key, request: Any) -> object:
    """Posts by id, in the order asked for; what is not there is an empty message."""
    viewer = _viewer(telegram, key)
    channel = _readable(telegram, viewer, request.channel)
    ids = [getattr(asked, "id", 0) for asked in request.id[:_PAGE]]
    return _messages(viewer, channel, [_by_id(telegram, channel, number) for number in ids])


@answers(functions.updates.GetChannelDifferenceRequest)
def get_channel_difference(telegram: Telegram, key: Key, request: Any) -> object:
    """Nothing was missed, or too much: what happened in between is not kept."""
    viewer = _viewer(telegram, key)
    channel = _readable(telegram, viewer, request.channel)
    if request.pts == channel.pts:
        return types.updates.ChannelDifferenceEmpty(channel.pts, final=True, timeout=_TIMEOUT)
    newest = [telegram.messages.of(channel, channel.newest)] if channel.newest else []
    return types.updates.ChannelDifferenceTooLong(
        dialog(channel), newest, [chat(viewer, channel)], [], final=True, timeout=_TIMEOUT
    )


def _window(channel: Channel, request: Any) -> list[int]:
    """The ids of the window, descending.

    It begins `add_offset` places below the first post that is older than the offset; a part
    of it above the newest post is cut off, not moved.
    """
    ids = channel.ids
    if request.offset_id:
        older = bisect_left(ids, request.offset_id)
    elif request.offset_date and request.offset_date != _EPOCH:
        older = bisect_left(ids, request.offset_date, key=lambda number: channel.posts[number].date)
    else:
        older = len(ids)
    top = older - request.add_offset
    bottom = top - min(max(request.limit, 0), _PAGE)
    return ids[max(bottom, 0) : max(top, 0)][::-1]


def _messages(viewer: Person, channel: Channel, messages: list[Encoded]) -> object:
    return types.messages.ChannelMessages(
        pts=channel.pts,
        count=len(channel.ids),
        messages=messages,
        topics=[],
        chats=[chat(viewer, channel)],
        users=[],
    )


def _by_id(telegram: Telegram, channel: Channel, number: int) -> Encoded:
    post = channel.posts.get(number)
    if post is not None:
        return telegram.messages.of(channel, post)
    return Encoded(bytes(types.MessageEmpty(number, types.PeerChannel(channel.id))))


def _activity(channel: Channel) -> tuple[datetime, int, int]:
    newest = channel.newest
    return (newest.date, newest.id, channel.id) if newest else (_EPOCH, 0, channel.id)


def _after(channels: list[Channel], request: Any) -> int:
    """Where the page after the client's offset begins."""
    date, number = request.offset_date or _EPOCH, request.offset_id
    peer = getattr(request.offset_peer, "channel_id", 0)
    for place, channel in enumerate(channels):
        # Channels without posts have no place in time, so the peer alone tells where to go on.
        if channel.id == peer and (channel.newest is None or channel.newest.id == number):
            return place + 1
    if date == _EPOCH:
        return 0
    return sum(_activity(channel) >= (date, number, peer) for channel in channels)


def _viewer(telegram: Telegram, key: Key) -> Person:
    return telegram.world.find_person(key.person_id or 0)


def _known(telegram: Telegram, viewer: Person, asked: Any) -> Channel:
    channel_id = getattr(asked, "channel_id", 0)
    channel = telegram.world.channels.get(channel_id)
    fits = getattr(asked, "access_hash", 0) == access_hash(viewer.id, "channel", channel_id)
    if channel is None or not fits:
        raise Refused("CHANNEL_INVALID")
    return channel


def _readable(telegram: Telegram, viewer: Person, asked: Any) -> Channel:
    channel = _known(telegram, viewer, asked)
    if channel.username is None and channel.id not in viewer.follows:
        raise Refused("CHANNEL_PRIVATE")
    return channel
