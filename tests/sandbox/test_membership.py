"""Who may read which channel, as stock clients find out."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from telethon import functions, types
from telethon.errors import (
    ChannelInvalidError,
    ChannelPrivateError,
    InviteHashEmptyError,
    InviteHashExpiredError,
    InviteHashInvalidError,
    InviteRequestSentError,
    PeerIdInvalidError,
    UserAlreadyParticipantError,
    UserNotParticipantError,
)

from sandbox import Channel, NaiveDate, Person, Sandbox, World
from sandbox.world import access_hash

Connect = Callable[..., AbstractAsyncContextManager[Any]]
pytestmark = pytest.mark.anyio

check, join = functions.messages.CheckChatInviteRequest, functions.messages.ImportChatInviteRequest


def _peer(viewer: Person, channel: Channel) -> Any:
    return types.InputPeerChannel(channel.id, access_hash(viewer.id, "channel", channel.id))


async def _texts(client: Any, viewer: Person, channel: Channel) -> list[str]:
    return [post.message async for post in client.iter_messages(_peer(viewer, channel), limit=5)]


async def _titles(client: Any) -> set[str]:
    return {dialog.title async for dialog in client.iter_dialogs()}


async def test_a_public_channel_is_joined_and_left(
    sandbox: Sandbox, connect: Connect, anna: Person, news: Channel
) -> None:
    """Joined it is in the list of chats, left it is not, and can be read all the same."""
    sandbox.unfollow(anna.id, news.id)
    async with connect(anna) as client:
        assert "News" not in await _titles(client)
        answer = await client(functions.channels.JoinChannelRequest(_peer(anna, news)))
        assert [(chat.id, chat.left) for chat in answer.updates.chats] == [(news.id, False)]
        assert "News" in await _titles(client)
        await client.delete_dialog(_peer(anna, news))
        assert "News" not in await _titles(client)
        with pytest.raises(UserNotParticipantError):
            await client(functions.channels.LeaveChannelRequest(_peer(anna, news)))
        assert len(await _texts(client, anna, news)) == 5


async def test_a_private_channel_cannot_be_joined_without_a_link(
    connect: Connect, boris: Person, private: Channel
) -> None:
    """Knowing the peer of a private channel is not enough to join it."""
    async with connect(boris) as client:
        with pytest.raises(ChannelPrivateError):
            await client(functions.channels.JoinChannelRequest(_peer(boris, private)))


async def test_a_link_leads_into_a_private_channel(
    sandbox: Sandbox, connect: Connect, boris: Person, private: Channel
) -> None:
    """A link tells where it leads, lets in, and then says that one is in."""
    invite = sandbox.invite(private.id)
    assert invite.url == f"https://t.me/+{invite.hash}"
    async with connect(boris) as client:
        offered = await client(check(invite.hash))
        assert (offered.title, offered.participants_count, offered.public) == ("Private", 1, False)
        answer = await client(join(invite.hash))
        assert [chat.id for chat in answer.updates.chats] == [private.id]
        assert await _texts(client, boris, private) == ["secret 3", "secret 2", "secret 1"]
        assert (await client(check(invite.hash))).chat.id == private.id
        with pytest.raises(UserAlreadyParticipantError):
            await client(join(invite.hash))


async def test_a_link_may_need_approval(
    sandbox: Sandbox, connect: Connect, boris: Person, private: Channel
) -> None:
    """Who asks is let in when made a follower, and reads nothing before."""
    invite = sandbox.invite(private.id, needs_approval=True)
    async with connect(boris) as client:
        assert (await client(check(invite.hash))).request_needed
        with pytest.raises(InviteRequestSentError):
            await client(join(invite.hash))
        assert list(private.requests) == [boris.id]
        with pytest.raises(ChannelPrivateError):
            await _texts(client, boris, private)
        sandbox.follow(boris.id, private.id)
        assert private.requests == {}
        assert len(await _texts(client, boris, private)) == 3


async def test_links_that_lead_nowhere_are_refused(
    sandbox: Sandbox, connect: Connect, anna: Person, boris: Person, private: Channel
) -> None:
    """Unknown, empty, used up, late and revoked links are each refused as Telegram does."""
    world = sandbox.world
    past = datetime.now(UTC) - timedelta(minutes=1)
    late = sandbox.run(lambda: world.invite(private, expires=past))
    full = sandbox.invite(private.id, limit=1)
    full.used = 1
    revoked = sandbox.invite(private.id)
    revoked.revoked = True
    async with connect(boris) as client, connect(anna) as member:
        with pytest.raises(InviteHashInvalidError):
            await client(check("unknown"))
        with pytest.raises(InviteHashEmptyError):
            await client(join(""))
        for invite in (late, full, revoked):
            with pytest.raises(InviteHashExpiredError):
                await client(join(invite.hash))
        assert (await member(check(full.hash))).chat.id == private.id
    with pytest.raises(NaiveDate):
        sandbox.run(lambda: world.invite(private, expires=past.replace(tzinfo=None)))


async def test_a_link_for_one_lets_one_in(
    sandbox: Sandbox, connect: Connect, boris: Person, private: Channel
) -> None:
    """A link with a limit counts who joined by it."""
    invite = sandbox.invite(private.id, limit=1)
    async with connect(boris) as client:
        await client(join(invite.hash))
        sandbox.unfollow(boris.id, private.id)
        with pytest.raises(InviteHashExpiredError):
            await client(join(invite.hash))


@pytest.mark.parametrize("kind", ["public", "private"])
async def test_a_banned_person_reads_nothing(
    sandbox: Sandbox,
    connect: Connect,
    anna: Person,
    news: Channel,
    private: Channel,
    kind: str,
) -> None:
    """Banned, one loses the dialog and the posts, and no link or name leads back."""
    channel = news if kind == "public" else private
    invite = sandbox.invite(channel.id)
    async with connect(anna) as client:
        sandbox.ban(anna.id, channel.id)
        assert channel.title not in await _titles(client)
        with pytest.raises(ChannelPrivateError):
            await _texts(client, anna, channel)
        seen = await client(functions.channels.GetChannelsRequest([_peer(anna, channel)]))
        assert isinstance(seen.chats[0], types.ChannelForbidden)
        with pytest.raises(InviteHashExpiredError):
            await client(join(invite.hash))
        with pytest.raises(ChannelPrivateError):
            await client(functions.channels.JoinChannelRequest(_peer(anna, channel)))
        sandbox.follow(anna.id, channel.id)
        assert await _texts(client, anna, channel)


async def test_a_channel_that_goes_private_stays_open_to_its_followers(
    sandbox: Sandbox, connect: Connect, anna: Person, boris: Person, news: Channel
) -> None:
    """Made private, it is closed to others and cannot be found by name; made public, it can."""
    sandbox.unfollow(boris.id, news.id)
    async with connect(anna) as follower, connect(boris) as other:
        assert await _texts(other, boris, news)
        sandbox.make_private(news.id)
        assert await _texts(follower, anna, news)
        with pytest.raises(ChannelPrivateError):
            await _texts(other, boris, news)
        with pytest.raises(ValueError, match="No user has"):
            await other.get_entity("news_channel")
        sandbox.run(lambda: sandbox.world.make_public(news, "news_again"))
        assert (await other.get_entity("news_again")).id == news.id
        assert await _texts(other, boris, news)


async def test_a_deleted_channel_is_gone_for_everybody(
    sandbox: Sandbox, connect: Connect, anna: Person, news: Channel
) -> None:
    """A deleted channel leaves the list of chats, has no posts, and its name is free."""
    async with connect(anna) as client:
        sandbox.close_channel(news.id)
        assert await _titles(client) == {"Private"}
        with pytest.raises(ChannelPrivateError):
            await _texts(client, anna, news)
        seen = await client(functions.channels.GetChannelsRequest([_peer(anna, news)]))
        assert isinstance(seen.chats[0], types.ChannelForbidden)
        sandbox.run(lambda: sandbox.world.channel("Heir", username="news_channel"))
        assert (await client.get_entity("news_channel")).title == "Heir"


async def test_hidden_history_is_hidden_from_one_person(
    sandbox: Sandbox, connect: Connect, anna: Person, boris: Person, news: Channel
) -> None:
    """Posts up to `available_min_id` are missing by page, by id and by word, for that one only."""
    sandbox.hide_history(anna.id, news.id, 248)
    async with connect(anna) as client, connect(boris) as other:
        peer = _peer(anna, news)
        assert await _texts(client, anna, news) == ["post 250", "post 249"]
        hidden, shown = await client.get_messages(peer, ids=[248, 249])
        assert (hidden, shown.message) == (None, "post 249")
        assert [
            post.id async for post in client.iter_messages(peer, search="post 24", wait_time=0)
        ] == [249]
        full = await client(functions.channels.GetFullChannelRequest(peer))
        assert full.full_chat.available_min_id == 248
        assert len(await _texts(other, boris, news)) == 5


async def test_a_cleared_history_is_empty_until_the_next_post(
    sandbox: Sandbox, connect: Connect, anna: Person, news: Channel
) -> None:
    """A client may clear its own history; the dialog stays, and new posts are seen."""
    async with connect(anna) as client:
        await client(functions.channels.DeleteHistoryRequest(_peer(anna, news), 0))
        assert await _texts(client, anna, news) == []
        dialog = next(each for each in await client.get_dialogs() if each.title == "News")
        assert dialog.message is None
        sandbox.publish(news.id, "after")
        assert await _texts(client, anna, news) == ["after"]


async def test_a_group_that_became_a_supergroup_is_listed_as_such(connect: Connect) -> None:
    """An old account still lists the small group, which says where it went."""
    world = World()
    reader = world.person(1)
    large = world.channel("Large", megagroup=True)
    world.follow(reader, large)
    world.publish(large, "hello")
    world.join_group(reader, world.migrated_group(55, "Small", large))
    with Sandbox(world) as sandbox:
        async with connect(reader, to=sandbox) as client:
            dialogs = {each.title: each async for each in client.iter_dialogs()}
            assert set(dialogs) == {"Small", "Large"}
            small = dialogs["Small"].entity
            assert (small.migrated_to.channel_id, small.deactivated) == (large.id, True)
            kept = [each.title async for each in client.iter_dialogs(ignore_migrated=True)]
            assert kept == ["Large"]
            assert dialogs["Large"].entity.megagroup
            (last,) = await client.get_messages(types.InputPeerChat(55), limit=5)
            assert last.action.channel_id == large.id
            with pytest.raises(PeerIdInvalidError):
                await client.get_messages(types.InputPeerChat(56), limit=5)
        assert sandbox.mistakes == ()


async def test_what_a_channel_tells_of_itself(
    connect: Connect, anna: Person, news: Channel, private: Channel, boris: Person
) -> None:
    """The full description has the text, the number of followers and the pts."""
    news.about = "What happened"
    async with connect(anna) as client, connect(boris) as other:
        full = (await client(functions.channels.GetFullChannelRequest(_peer(anna, news)))).full_chat
        assert (full.about, full.participants_count, full.pts) == ("What happened", 2, news.pts)
        assert full.available_min_id is None
        with pytest.raises(ChannelPrivateError):
            await other(functions.channels.GetFullChannelRequest(_peer(boris, private)))
        with pytest.raises(ChannelInvalidError):
            await client(functions.channels.GetFullChannelRequest(types.InputChannel(news.id, 5)))
