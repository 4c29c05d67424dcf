"""Dialogs, channels and posts as a stock client sees them."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from telethon import functions, types
from telethon.errors import ChannelInvalidError, ChannelPrivateError

from sandbox import Channel, Person, Sandbox, World
from sandbox.world import access_hash

Connect = Callable[..., AbstractAsyncContextManager[Any]]
pytestmark = pytest.mark.anyio


def _peer(viewer: Person, channel: Channel) -> Any:
    return types.InputPeerChannel(channel.id, access_hash(viewer.id, "channel", channel.id))


async def test_dialogs_come_in_pages_each_once_and_newest_first(connect: Connect) -> None:
    """Pages of channels, many with equal dates and most without posts, all arrive."""
    world = World()
    reader = world.person(1)
    moment = datetime(2024, 5, 1, tzinfo=UTC)
    channels = [world.channel(f"Channel {number}") for number in range(450)]
    for number, channel in enumerate(channels):
        world.follow(reader, channel)
        if number % 3 == 0:
            world.publish(channel, "text", at=moment + timedelta(minutes=number // 40))
    with Sandbox(world) as sandbox:
        async with connect(reader, to=sandbox) as client:
            dialogs = [dialog async for dialog in client.iter_dialogs()]
        assert sandbox.mistakes == ()
    assert len(dialogs) == len({dialog.id for dialog in dialogs}) == 450
    dates = [dialog.date for dialog in dialogs[:150]]
    assert dates == sorted(dates, reverse=True)
    assert [dialog.message is None for dialog in dialogs] == [False] * 150 + [True] * 300


async def test_a_dialog_tells_of_its_channel(
    sandbox: Sandbox, connect: Connect, anna: Person, news: Channel, private: Channel
) -> None:
    """A dialog carries the channel, its newest post, its pts and the number of all."""
    async with connect(anna) as client:
        dialogs = await client.get_dialogs()
        assert dialogs.total == 2
        by_id = {dialog.entity.id: dialog for dialog in dialogs}
        dialog = by_id[news.id]
        assert (dialog.title, dialog.entity.username) == ("News", "news_channel")
        assert (dialog.message.id, dialog.message.message) == (250, "post 250")
        assert dialog.dialog.pts == news.pts
        assert dialog.entity.broadcast
        assert not dialog.entity.left
        assert by_id[private.id].entity.username is None
        sandbox.unfollow(anna.id, private.id)
        assert [dialog.entity.id async for dialog in client.iter_dialogs()] == [news.id]
        assert await client.get_dialogs(folder=1) == []


async def test_posts_can_be_read_by_id(
    sandbox: Sandbox, connect: Connect, anna: Person, news: Channel
) -> None:
    """Posts come in the order asked for; deleted and unknown ones are missing; edits show."""
    sandbox.delete(news.id, 20)
    sandbox.edit(news.id, 30, "corrected")
    async with connect(anna) as client:
        found = await client.get_messages(_peer(anna, news), ids=[30, 20, 10, 999])
        assert [post and post.message for post in found] == ["corrected", None, "post 10", None]
        assert found[0].edit_date is not None
        assert found[2].edit_date is None
        assert found[2].date == news.posts[10].date
        many = await client.get_messages(_peer(anna, news), ids=list(range(1, 251)))
        assert [post.id for post in many if post] == [*range(1, 20), *range(21, 251)]


async def test_changes_are_seen_at_the_next_call(
    sandbox: Sandbox, connect: Connect, anna: Person, news: Channel
) -> None:
    """A post published, edited or deleted while a client is connected changes its next page."""
    async with connect(anna) as client:
        peer = _peer(anna, news)
        before = await client.get_messages(peer, limit=3)
        assert [post.id for post in before] == [250, 249, 248]
        assert before.total == 250
        post = sandbox.publish(news.id, "breaking")
        sandbox.edit(news.id, 250, "changed")
        sandbox.delete(news.id, 249)
        after = await client.get_messages(peer, limit=3)
        assert [(post.id, post.message) for post in after] == [
            (post.id, "breaking"),
            (250, "changed"),
            (248, "post 248"),
        ]
        assert after.total == 250


async def test_the_first_post_may_be_a_service_message(connect: Connect) -> None:
    """A channel's "created" message arrives as a service message without a text."""
    world = World()
    reader, channel = world.person(1), world.channel("Fresh")
    world.follow(reader, channel)
    world.service(channel)
    world.publish(channel, "hello")
    with Sandbox(world) as sandbox:
        async with connect(reader, to=sandbox) as client:
            newest, oldest = await client.get_messages(_peer(reader, channel), limit=10)
    assert newest.message == "hello"
    assert isinstance(oldest, types.MessageService)
    assert isinstance(oldest.action, types.MessageActionChannelCreate)


async def test_every_viewer_has_another_access_hash(
    connect: Connect, anna: Person, boris: Person, news: Channel
) -> None:
    """The peer one account holds is refused to another, for history, channels and posts."""
    assert access_hash(anna.id, "channel", news.id) != access_hash(boris.id, "channel", news.id)
    async with connect(boris) as client:
        assert len(await client.get_messages(_peer(boris, news), limit=1)) == 1
        foreign = types.InputChannel(news.id, access_hash(anna.id, "channel", news.id))
        with pytest.raises(ChannelInvalidError):
            await client.get_messages(_peer(anna, news), limit=1)
        with pytest.raises(ChannelInvalidError):
            await client(functions.channels.GetChannelsRequest([foreign]))
        with pytest.raises(ChannelInvalidError):
            await client.get_messages(foreign, ids=[1])


async def test_a_private_channel_is_for_its_followers(
    connect: Connect, anna: Person, boris: Person, private: Channel
) -> None:
    """Who does not follow a private channel sees its name, and no post."""
    async with connect(boris) as client:
        with pytest.raises(ChannelPrivateError):
            await client.get_messages(_peer(boris, private), limit=1)
        seen = await client(functions.channels.GetChannelsRequest([_peer(boris, private)]))
        assert isinstance(seen.chats[0], types.ChannelForbidden)
    async with connect(anna) as client:
        assert len(await client.get_messages(_peer(anna, private), limit=10)) == 3


async def test_a_public_channel_is_open_to_anybody(connect: Connect) -> None:
    """Who does not follow a public channel finds it by name and reads it."""
    world = World()
    stranger, channel = world.person(1), world.channel("Open", username="Open_Channel")
    world.publish(channel, "hello")
    with Sandbox(world) as sandbox:
        async with connect(stranger, to=sandbox) as client:
            entity = await client.get_entity("open_channel")
            assert (entity.id, entity.left) == (channel.id, True)
            assert [post.message async for post in client.iter_messages(entity)] == ["hello"]
            with pytest.raises(ValueError, match="No user has"):
                await client.get_entity("nobody_at_all")


async def test_a_person_sees_only_whom_they_may(
    connect: Connect, anna: Person, boris: Person
) -> None:
    """One sees oneself with a phone, another by one's own hash without, a guess not at all."""
    ask = functions.users.GetUsersRequest
    own = types.InputUser(boris.id, access_hash(anna.id, "user", boris.id))
    async with connect(anna) as client:
        me, other = await client(ask([types.InputUserSelf(), own]))
        assert (me.is_self, me.phone) == (True, "79990000101")
        assert (other.id, other.is_self, other.phone) == (boris.id, False, None)
        assert await client(ask([types.InputUser(boris.id, 12345)])) == []
