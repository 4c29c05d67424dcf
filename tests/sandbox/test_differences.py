"""What a client that was away is told it missed."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

import pytest
from telethon import functions, types
from telethon.errors import (
    ChannelPrivateError,
    PersistentTimestampEmptyError,
    PersistentTimestampInvalidError,
)

from sandbox import Channel, Person, Sandbox
from sandbox.world import access_hash

Connect = Callable[..., AbstractAsyncContextManager[Any]]
pytestmark = pytest.mark.anyio


def _peer(viewer: Person, channel: Channel) -> Any:
    return types.InputPeerChannel(channel.id, access_hash(viewer.id, "channel", channel.id))


def _difference(viewer: Person, channel: Channel, pts: int, limit: int = 100) -> Any:
    empty = types.ChannelMessagesFilterEmpty()
    return functions.updates.GetChannelDifferenceRequest(_peer(viewer, channel), empty, pts, limit)


async def test_the_accounts_difference_names_the_channels(
    sandbox: Sandbox, connect: Connect, anna: Person, news: Channel, private: Channel
) -> None:
    """From a date on only the channels that changed are named, with their pts."""
    async with connect(anna) as client:
        state = await client(functions.updates.GetStateRequest())
        ask = functions.updates.GetDifferenceRequest(state.pts, state.date, state.qts)
        assert isinstance(await client(ask), types.updates.DifferenceEmpty)
        sandbox.publish(private.id, "changed")
        found = await client(ask)
        assert isinstance(found, types.updates.Difference)
        told = {(update.channel_id, update.pts) for update in found.other_updates}
        assert told == {(private.id, private.pts)}
        assert news.id in anna.follows


async def test_a_channels_difference_brings_what_happened(
    sandbox: Sandbox, connect: Connect, anna: Person, news: Channel
) -> None:
    """New posts come as they are now; edits, deletions and pins of older ones as updates."""
    async with connect(anna, receive_updates=False) as client:
        base = news.pts
        empty = await client(_difference(anna, news, base))
        assert isinstance(empty, types.updates.ChannelDifferenceEmpty)
        first = sandbox.publish(news.id, "first")
        gone = sandbox.publish(news.id, "gone")
        sandbox.edit(news.id, first.id, "first, corrected")
        sandbox.edit(news.id, 5, "old, corrected")
        sandbox.delete(news.id, gone.id, 6)
        sandbox.run(lambda: sandbox.world.pin(news, 9))
        found = await client(_difference(anna, news, base))
        assert [(post.id, post.message) for post in found.new_messages] == [
            (first.id, "first, corrected")
        ]
        kinds = [type(update).__name__ for update in found.other_updates]
        assert kinds == [
            "UpdateEditChannelMessage",
            "UpdateEditChannelMessage",
            "UpdateDeleteChannelMessages",
            "UpdatePinnedChannelMessages",
        ]
        assert found.other_updates[1].message.message == "old, corrected"
        assert found.other_updates[2].messages == [6, gone.id]
        counts = [update.pts_count for update in found.other_updates]
        assert (counts, found.pts, found.final) == ([1, 1, 2, 1], news.pts, True)


async def test_a_long_difference_comes_in_slices(
    sandbox: Sandbox, connect: Connect, anna: Person, news: Channel
) -> None:
    """A client that allows 500 changes gets them in five answers, the last marked as such."""
    async with connect(anna, receive_updates=False) as client:
        pts, read, finals = news.pts, [], []
        sandbox.publish_many(news.id, [str(number) for number in range(450)])
        while pts < news.pts:
            part = await client(_difference(anna, news, pts, limit=500))
            read += [post.id for post in part.new_messages]
            finals.append(bool(part.final))
            pts = part.pts
        assert read == list(range(251, 701))
        assert finals == [False] * 4 + [True]


async def test_too_much_is_too_long(
    sandbox: Sandbox, connect: Connect, anna: Person, news: Channel
) -> None:
    """More changes than the limit, or older than remembered, are answered with the newest posts."""
    async with connect(anna, receive_updates=False) as client:
        base = news.pts
        sandbox.publish_many(news.id, [str(number) for number in range(11)])
        for request in (_difference(anna, news, base, limit=10), _difference(anna, news, 1, 1000)):
            found = await client(request)
            assert isinstance(found, types.updates.ChannelDifferenceTooLong)
            assert [post.id for post in found.messages] == list(range(261, 251, -1))
            assert (found.dialog.pts, found.dialog.top_message) == (news.pts, 261)
        whole = await client(_difference(anna, news, base, limit=11))
        assert len(whole.new_messages) == 11


async def test_an_impossible_pts_is_refused(
    connect: Connect, anna: Person, boris: Person, news: Channel, private: Channel
) -> None:
    """A pts of 0, or from the future, or of a channel one may not read has no difference."""
    async with connect(anna) as client, connect(boris) as other:
        with pytest.raises(PersistentTimestampEmptyError):
            await client(_difference(anna, news, 0))
        with pytest.raises(PersistentTimestampInvalidError):
            await client(_difference(anna, news, 999))
        with pytest.raises(ChannelPrivateError):
            await other(_difference(boris, private, 1))
