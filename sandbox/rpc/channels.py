"""Channels themselves: found, described, joined and left."""

from typing import Any

from telethon.tl import functions, types

from sandbox.cipher import Key
from sandbox.model import Channel, Person
from sandbox.objects import chat, user
from sandbox.rpc.access import known, readable
from sandbox.rpc.registry import Refused, answers, viewer_of
from sandbox.sight import hidden_up_to, may_read
from sandbox.telegram import Telegram


@answers(functions.channels.GetChannelsRequest)
def get_channels(telegram: Telegram, key: Key, request: Any) -> object:
    """Channels by id and the viewer's own hash."""
    viewer = viewer_of(telegram, key)
    found = [known(telegram, viewer, asked) for asked in request.id]
    return types.messages.Chats([chat(viewer, channel) for channel in found])


@answers(functions.channels.GetFullChannelRequest, differs="no photo, bots or linked chat")
def get_full_channel(telegram: Telegram, key: Key, request: Any) -> object:
    """All there is to know of a channel."""
    viewer = viewer_of(telegram, key)
    channel = readable(telegram, viewer, request.channel)
    pinned = [number for number in channel.ids if channel.posts[number].pinned]
    full = types.ChannelFull(
        channel.id,
        channel.about,
        read_inbox_max_id=channel.last_id,
        read_outbox_max_id=0,
        unread_count=0,
        chat_photo=types.PhotoEmpty(0),
        notify_settings=types.PeerNotifySettings(),
        bot_info=[],
        pts=channel.pts,
        participants_count=_followers(telegram, channel),
        pinned_msg_id=pinned[-1] if pinned else None,
        available_min_id=hidden_up_to(viewer, channel) or None,
        folder_id=1 if channel.id in viewer.archived else None,
    )
    return types.messages.ChatFull(full, [chat(viewer, channel)], [])


@answers(
    functions.contacts.ResolveUsernameRequest,
    differs="a settable number of times a day, 200 by default",
)
def resolve_username(telegram: Telegram, key: Key, request: Any) -> object:
    """A public channel or a person by name."""
    viewer = viewer_of(telegram, key)
    telegram.resolving.count(viewer.id)
    match telegram.world.names.get(request.username.removeprefix("@").lower()):
        case Channel() as channel:
            peer = types.PeerChannel(channel.id)
            return types.contacts.ResolvedPeer(peer, [chat(viewer, channel)], [])
        case Person() as person:
            peer = types.PeerUser(person.id)
            return types.contacts.ResolvedPeer(peer, [], [user(viewer.id, person)])
    raise Refused("USERNAME_NOT_OCCUPIED")


@answers(functions.channels.JoinChannelRequest)
def join_channel(telegram: Telegram, key: Key, request: Any) -> object:
    """Follow a public channel."""
    viewer = viewer_of(telegram, key)
    channel = known(telegram, viewer, request.channel)
    if not may_read(viewer, channel):
        raise Refused("CHANNEL_PRIVATE")
    telegram.world.follow(viewer, channel)
    return types.messages.ChatInviteJoinResultOk(telegram.no_updates([chat(viewer, channel)]))


@answers(functions.channels.LeaveChannelRequest)
def leave_channel(telegram: Telegram, key: Key, request: Any) -> object:
    """Follow a channel no more."""
    viewer = viewer_of(telegram, key)
    channel = known(telegram, viewer, request.channel)
    if channel.id not in viewer.follows:
        raise Refused("USER_NOT_PARTICIPANT")
    telegram.world.unfollow(viewer, channel)
    return telegram.no_updates([chat(viewer, channel)])


@answers(functions.channels.DeleteHistoryRequest, differs="for oneself only")
def delete_history(telegram: Telegram, key: Key, request: Any) -> object:
    """Hide the posts there are from oneself."""
    viewer = viewer_of(telegram, key)
    channel = readable(telegram, viewer, request.channel)
    if request.for_everyone:
        raise Refused("CHAT_ADMIN_REQUIRED")
    telegram.world.hide_history(viewer, channel, request.max_id or None)
    return telegram.no_updates()


def _followers(telegram: Telegram, channel: Channel) -> int:
    return sum(channel.id in person.follows for person in telegram.world.people.values())
