"""What a client missed."""

from typing import Any, Final

from telethon.tl import functions, types

from sandbox.cipher import Key
from sandbox.model import Change, Channel, Person
from sandbox.objects import chat, dialog
from sandbox.pushes import counted
from sandbox.rpc.access import chats, encoded, is_shown, readable
from sandbox.rpc.registry import Refused, answers, viewer_of
from sandbox.sight import is_member
from sandbox.telegram import Telegram

_TIMEOUT: Final = 300  # seconds until a client may ask for a difference again
_SLICE: Final = 100  # changes in one answer
_NEWEST: Final = 10  # posts shown when too much was missed


@answers(functions.updates.GetStateRequest, differs="the account's own pts never moves")
def get_state(telegram: Telegram, _key: Key, _request: Any) -> object:
    """Where the account's updates are."""
    return telegram.state()


@answers(
    functions.updates.GetDifferenceRequest,
    differs="names the channels that changed since the date; has no messages of its own",
)
def get_difference(telegram: Telegram, key: Key, request: Any) -> object:
    """Which channels to ask for what was missed."""
    viewer = viewer_of(telegram, key)
    # A client's date is in whole seconds, and may be that of an update of the second after.
    since = request.date.timestamp() - telegram.skew - 1 if request.date else 0.0
    followed = [telegram.world.channels[each] for each in viewer.follows]
    missed = [each for each in followed if each.log and each.log[-1].at >= since]
    missed = [each for each in missed if is_member(viewer, each)]
    state = telegram.state()
    if not missed:
        return types.updates.DifferenceEmpty(state.date, state.seq)
    return types.updates.Difference(
        new_messages=[],
        new_encrypted_messages=[],
        other_updates=[types.UpdateChannelTooLong(each.id, each.pts) for each in missed],
        chats=[chat(viewer, each) for each in missed],
        users=[],
        state=state,
    )


@answers(
    functions.updates.GetChannelDifferenceRequest,
    differs="a hundred changes an answer; ten thousand are remembered, none from before a start",
)
def get_channel_difference(telegram: Telegram, key: Key, request: Any) -> object:
    """What happened in a channel since the client's pts, or that it was too much."""
    viewer = viewer_of(telegram, key)
    channel = readable(telegram, viewer, request.channel)
    if request.pts < 1:
        raise Refused("PERSISTENT_TIMESTAMP_EMPTY")
    if request.pts > channel.pts:
        raise Refused("PERSISTENT_TIMESTAMP_INVALID")
    if request.pts == channel.pts:
        return types.updates.ChannelDifferenceEmpty(channel.pts, final=True, timeout=_TIMEOUT)
    changes = [change for change in channel.log if change.pts > request.pts]
    is_whole = bool(changes) and changes[0].pts - changes[0].count <= request.pts
    if not is_whole or channel.pts - request.pts > max(request.limit, 1):
        return _too_long(telegram, viewer, channel)
    return _difference(telegram, viewer, channel, changes)


def _difference(
    telegram: Telegram, viewer: Person, channel: Channel, changes: list[Change]
) -> object:
    some = changes[:_SLICE]
    new = [change.ids[0] for change in some if change.kind == "new"]
    posts = [channel.posts[number] for number in new if is_shown(viewer, channel, number)]
    others = [
        update
        for change in some
        if change.kind != "new"
        for update in counted(telegram.messages, channel, change)
    ]
    return types.updates.ChannelDifference(
        pts=some[-1].pts,
        new_messages=encoded(telegram, channel, posts),
        other_updates=others,
        chats=chats(telegram, viewer, channel, posts),
        users=[],
        final=len(some) == len(changes) or None,
        timeout=_TIMEOUT,
    )


def _too_long(telegram: Telegram, viewer: Person, channel: Channel) -> object:
    shown = [each for each in channel.ids[-_NEWEST:] if is_shown(viewer, channel, each)]
    posts = [channel.posts[number] for number in reversed(shown)]
    return types.updates.ChannelDifferenceTooLong(
        dialog(viewer, channel),
        encoded(telegram, channel, posts),
        chats(telegram, viewer, channel, posts),
        [],
        final=True,
        timeout=_TIMEOUT,
    )
