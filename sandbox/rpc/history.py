"""Posts of a channel, by place and by id."""

from bisect import bisect_left, bisect_right
from typing import Any, Final

from telethon.tl import functions, types

from sandbox.cipher import Key
from sandbox.messages import Encoded
from sandbox.model import Channel, Person, Post
from sandbox.objects import group, group_message
from sandbox.rpc.access import chats, encoded, is_shown, moment, readable
from sandbox.rpc.registry import Refused, answers, viewer_of
from sandbox.sight import hidden_up_to
from sandbox.telegram import Telegram

PAGE: Final = 100
"""Telegram's most, of posts and of dialogs."""


@answers(functions.messages.GetHistoryRequest, differs="channels only, and groups that migrated")
def get_history(telegram: Telegram, key: Key, request: Any) -> object:
    """A window of a channel's posts, newest first."""
    viewer = viewer_of(telegram, key)
    if isinstance(request.peer, types.InputPeerChat):
        return _old_group(telegram, viewer, request.peer.chat_id)
    channel = readable(telegram, viewer, request.peer)
    shown = _shown(viewer, channel)
    ids = within(window(channel, shown, request), request)
    return page(telegram, viewer, channel, [channel.posts[number] for number in ids], len(shown))


@answers(functions.channels.GetMessagesRequest)
def get_messages(telegram: Telegram, key: Key, request: Any) -> object:
    """Posts by id, in the order asked for; what is not there is an empty message."""
    viewer = viewer_of(telegram, key)
    channel = readable(telegram, viewer, request.channel)
    ids = [_meant(channel, asked) for asked in request.id[:PAGE]]
    found = [channel.posts[number] for number in ids if is_shown(viewer, channel, number)]
    return types.messages.ChannelMessages(
        pts=channel.pts,
        count=len(ids),
        messages=[_by_id(telegram, viewer, channel, number) for number in ids],
        topics=[],
        chats=chats(telegram, viewer, channel, found),
        users=[],
    )


@answers(
    functions.messages.GetMessagesViewsRequest,
    differs="`increment` counts every call, not every viewer",
)
def get_messages_views(telegram: Telegram, key: Key, request: Any) -> object:
    """How often posts were seen and forwarded."""
    viewer = viewer_of(telegram, key)
    channel = readable(telegram, viewer, request.peer)
    views = []
    for number in request.id[:PAGE]:
        post = channel.posts.get(number)
        if post is not None and request.increment:
            post = telegram.world.count(channel, number, views=(post.views or 0) + 1)
        views.append(
            types.MessageViews(post.views, post.forwards) if post else types.MessageViews()
        )
    return types.messages.MessageViews(views, chats(telegram, viewer, channel, []), [])


def page(
    telegram: Telegram, viewer: Person, channel: Channel, posts: list[Post], count: int
) -> object:
    """Some of `count` posts."""
    return types.messages.ChannelMessages(
        pts=channel.pts,
        count=count,
        messages=encoded(telegram, channel, posts),
        topics=[],
        chats=chats(telegram, viewer, channel, posts),
        users=[],
    )


def window(channel: Channel, ids: list[int], request: Any) -> list[int]:
    """The ids of the window, descending.

    It begins `add_offset` places below the first post that is older than the offset; a part
    of it above the newest post is cut off, not moved.
    """
    if request.offset_id:
        older = bisect_left(ids, request.offset_id)
    elif (date := moment(getattr(request, "offset_date", None))) is not None:
        older = bisect_left(ids, date, key=lambda number: channel.posts[number].date)
    else:
        older = len(ids)
    top = older - request.add_offset
    bottom = top - min(max(request.limit, 0), PAGE)
    return ids[max(bottom, 0) : max(top, 0)][::-1]


def within(ids: list[int], request: Any) -> list[int]:
    """Those ids that a request's bounds allow."""
    low, high = request.min_id, request.max_id
    return [number for number in ids if number > low and not 0 < high <= number]


def _shown(viewer: Person, channel: Channel) -> list[int]:
    hidden = hidden_up_to(viewer, channel)
    return channel.ids[bisect_right(channel.ids, hidden) :] if hidden else channel.ids


def _meant(channel: Channel, asked: Any) -> int:
    """The id a request means: by number, as what a post replies to, or as the pinned one."""
    match asked:
        case types.InputMessageReplyTo():
            post = channel.posts.get(asked.id)
            return (post.reply_to if post else None) or 0
        case types.InputMessagePinned():
            pinned = (each for each in reversed(channel.ids) if channel.posts[each].pinned)
            return next(pinned, 0)
        case _:
            return int(getattr(asked, "id", 0))


def _by_id(telegram: Telegram, viewer: Person, channel: Channel, number: int) -> Encoded:
    if is_shown(viewer, channel, number):
        return telegram.messages.of(channel, channel.posts[number])
    return Encoded(bytes(types.MessageEmpty(number, types.PeerChannel(channel.id))))


def _old_group(telegram: Telegram, viewer: Person, group_id: int) -> object:
    old = telegram.world.groups.get(group_id)
    if old is None or group_id not in viewer.groups:
        raise Refused("PEER_ID_INVALID")
    return types.messages.Messages([group_message(old)], [], [group(viewer, old)], [])
