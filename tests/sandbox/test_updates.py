"""What a connected client is told, and how it catches up on what it missed."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import pytest
from anyio import to_thread
from telethon import TelegramClient, events, types
from telethon.sessions import StringSession

from sandbox import Channel, Person, Sandbox
from sandbox.world import access_hash

Connect = Callable[..., AbstractAsyncContextManager[Any]]
pytestmark = pytest.mark.anyio

EVENTS = (events.NewMessage(), events.MessageEdited(), events.MessageDeleted())


class Listener:
    """What a client's handlers were told, in order; each can be waited for."""

    def __init__(self, client: Any) -> None:
        self.client = client
        self.told: asyncio.Queue[tuple[str, Any]] = asyncio.Queue(10_000)
        for builder in EVENTS:
            client.add_event_handler(self._note, builder)

    async def _note(self, event: Any) -> None:
        kind = type(event).__name__
        parent = type(event).__qualname__.split(".")[0]
        value = event.deleted_ids if parent == "MessageDeleted" else (event.id, event.raw_text)
        assert kind == "Event"
        self.told.put_nowait((parent, value))

    async def next(self) -> tuple[str, Any]:
        """The next thing that is told."""
        return await asyncio.wait_for(self.told.get(), 10)

    async def posts(self, number: int) -> list[int]:
        """The ids of the next posts."""
        told = [await self.next() for _ in range(number)]
        assert {kind for kind, _ in told} <= {"NewMessage"}
        return [value[0] for _, value in told]


def _peer(viewer: Person, channel: Channel) -> Any:
    return types.InputPeerChannel(channel.id, access_hash(viewer.id, "channel", channel.id))


async def _ready(client: Any) -> Listener:
    """Know the channels and their pts, as a client does that has shown its dialogs."""
    await client.get_dialogs()
    return Listener(client)


async def test_posts_edits_and_deletions_are_told_at_once(
    sandbox: Sandbox, connect: Connect, anna: Person, news: Channel
) -> None:
    """A connected follower is told of every change, in order, without asking again."""
    async with connect(anna) as client:
        listener = await _ready(client)
        asked = len(sandbox.calls)
        post = sandbox.publish(news.id, "breaking")
        sandbox.edit(news.id, post.id, "corrected")
        sandbox.delete(news.id, post.id, 1, 2)
        assert await listener.next() == ("NewMessage", (251, "breaking"))
        assert await listener.next() == ("MessageEdited", (251, "corrected"))
        assert await listener.next() == ("MessageDeleted", [1, 2, 251])
        sandbox.publish(news.id, "one more")
        assert await listener.next() == ("NewMessage", (252, "one more"))
        asked_since = {call.method for call in sandbox.calls[asked:]}
        assert "updates.getChannelDifference" not in asked_since


async def test_every_change_moves_a_clients_pts_as_the_channels_own(
    sandbox: Sandbox, connect: Connect, anna: Person, news: Channel
) -> None:
    """The client's count equals the channel's after each kind of change: no gap ever opens."""
    async with connect(anna) as client:
        listener = await _ready(client)
        for change in (
            lambda: sandbox.publish(news.id, "new"),
            lambda: sandbox.edit(news.id, 7, "edited", hidden=True),
            lambda: sandbox.delete(news.id, 1, 2, 3),
            lambda: sandbox.run(lambda: sandbox.world.pin(news, 9)),
            lambda: sandbox.run(lambda: sandbox.world.pin(news, 9, pinned=False)),
            lambda: sandbox.run(lambda: sandbox.world.service(news, "renamed", "Newer")),
        ):
            change()
        sandbox.publish(news.id, "last")
        while await listener.next() != ("NewMessage", (253, "last")):
            pass
        assert client._message_box.map[news.id].pts == news.pts
        assert not client._message_box.possible_gaps


async def test_only_followers_are_told(
    sandbox: Sandbox, connect: Connect, anna: Person, boris: Person, private: Channel, news: Channel
) -> None:
    """Somebody who does not follow a channel hears nothing of it; who joins hears from then on."""
    async with connect(anna) as client, connect(boris) as other:
        mine, theirs = await _ready(client), await _ready(other)
        sandbox.publish(private.id, "secret")
        assert await mine.next() == ("NewMessage", (4, "secret"))
        sandbox.publish(news.id, "public")
        assert await theirs.next() == ("NewMessage", (251, "public"))
        sandbox.follow(boris.id, private.id)
        sandbox.publish(private.id, "known to both")
        assert await theirs.next() == ("NewMessage", (5, "known to both"))


async def test_every_login_of_a_person_is_told(
    sandbox: Sandbox, connect: Connect, anna: Person, news: Channel
) -> None:
    """Two clients of the same person both hear of a post; one without updates does not."""
    async with (
        connect(anna) as one,
        connect(anna) as two,
        connect(anna, receive_updates=False) as deaf,
    ):
        listeners = [await _ready(one), await _ready(two)]
        await deaf.get_dialogs()
        quiet = Listener(deaf)
        sandbox.publish(news.id, "for all")
        for listener in listeners:
            assert await listener.next() == ("NewMessage", (251, "for all"))
        await deaf.get_me()
        assert quiet.told.empty()


async def test_a_lost_update_is_noticed_and_fetched(
    sandbox: Sandbox, connect: Connect, anna: Person, news: Channel
) -> None:
    """After a gap the client asks for the difference, and gets every post, once."""
    async with connect(anna) as client:
        listener = await _ready(client)
        sandbox.lose_updates(anna.id, times=2)
        for text in ("lost", "lost too", "seen"):
            sandbox.publish(news.id, text)
        assert sorted(await listener.posts(3)) == [251, 252, 253]
        assert listener.told.empty()
    differences = [call for call in sandbox.calls if call.method == "updates.getChannelDifference"]
    assert [call.answer for call in differences] == ["ok"]


@asynccontextmanager
async def _again(session: Any) -> AsyncIterator[tuple[Any, Listener]]:
    """A client on a session that another one may have left behind, as after a restart."""
    client = TelegramClient(session, 1, "hash", retry_delay=0, catch_up=True)
    listener = Listener(client)
    await asyncio.wait_for(client.connect(), 10)
    try:
        yield client, listener
    finally:
        await asyncio.wait_for(client.disconnect(), 10)


@pytest.mark.parametrize("missed", [5, 100])
async def test_a_restarted_client_catches_up(
    sandbox: Sandbox, anna: Person, news: Channel, missed: int
) -> None:
    """With the session it left behind, a new client gets each missed post once."""
    session = StringSession(sandbox.mint(anna.id).string())
    async with _again(session) as (client, listener):
        await client.get_dialogs()
        sandbox.publish(news.id, "seen")
        await listener.posts(1)
    sandbox.publish_many(news.id, [f"missed {number}" for number in range(missed)])
    async with _again(session) as (_, listener):
        assert sorted(await listener.posts(missed)) == list(range(252, 252 + missed))


async def test_a_client_that_missed_500_posts_is_told_to_read_again(
    sandbox: Sandbox, anna: Person, news: Channel
) -> None:
    """Too much is not sent as updates: the client goes on from now, and reads the rest itself."""
    session = StringSession(sandbox.mint(anna.id).string())
    async with _again(session) as (client, _):
        await client.get_dialogs()
    sandbox.publish_many(news.id, [f"missed {number}" for number in range(500)])
    done = sandbox.faults.hold("updates.getChannelDifference", skip=1)
    async with _again(session) as (client, listener):
        await to_thread.run_sync(done.reached)  # so the first answer, "too long", was taken
        done.release()
        peer = _peer(anna, news)
        found = [post.id async for post in client.iter_messages(peer, min_id=250, wait_time=0)]
        assert found == list(range(750, 250, -1))
        sandbox.publish(news.id, "live again")
        assert await listener.next() == ("NewMessage", (751, "live again"))


@pytest.mark.parametrize("missed", [5, 90])
async def test_a_client_that_was_cut_off_catches_up(
    sandbox: Sandbox, connect: Connect, anna: Person, news: Channel, missed: int
) -> None:
    """What happened while the sandbox was down reaches a client that reconnects and catches up."""
    async with connect(anna) as client:
        listener = await _ready(client)
        with sandbox.down():
            sandbox.publish_many(news.id, [f"missed {number}" for number in range(missed)])
        await asyncio.wait_for(client.get_me(), 10)
        await client.catch_up()
        assert sorted(await listener.posts(missed)) == list(range(251, 251 + missed))


async def test_live_updates_go_on_after_a_restart(
    sandbox: Sandbox, connect: Connect, anna: Person, news: Channel
) -> None:
    """A client that reconnects by itself is told of new posts on the new connection."""
    async with connect(anna) as client:
        listener = await _ready(client)
        sandbox.restart()
        await asyncio.wait_for(client.get_me(), 10)
        sandbox.publish(news.id, "after the restart")
        assert await listener.next() == ("NewMessage", (251, "after the restart"))


async def test_what_is_only_counted_is_told_without_pts(
    sandbox: Sandbox, connect: Connect, anna: Person, news: Channel
) -> None:
    """Views, forwards and reactions arrive as updates of their own and move no pts."""
    told: asyncio.Queue[Any] = asyncio.Queue(10)

    async def note(update: Any) -> None:
        told.put_nowait(update)

    kinds = (
        types.UpdateChannelMessageViews,
        types.UpdateChannelMessageForwards,
        types.UpdateMessageReactions,
    )
    async with connect(anna) as client:
        await client.get_dialogs()
        client.add_event_handler(note, events.Raw(kinds))
        before = news.pts
        sandbox.run(
            lambda: sandbox.world.count(
                news, 7, views=70, forwards=3, reactions=(("👍", 5), ("🔥", 2))
            )
        )
        views, forwards, reactions = [await asyncio.wait_for(told.get(), 10) for _ in range(3)]
        assert (views.views, forwards.forwards, news.pts) == (70, 3, before)
        found = [(each.reaction.emoticon, each.count) for each in reactions.reactions.results]
        assert found == [("👍", 5), ("🔥", 2)]


async def test_a_person_is_told_what_happens_to_a_membership(
    sandbox: Sandbox, connect: Connect, anna: Person, news: Channel
) -> None:
    """Being thrown out, and a cleared history, reach the person concerned."""
    told: asyncio.Queue[Any] = asyncio.Queue(10)

    async def note(update: Any) -> None:
        told.put_nowait(update)

    async with connect(anna) as client:
        await client.get_dialogs()
        client.add_event_handler(
            note, events.Raw((types.UpdateChannel, types.UpdateChannelAvailableMessages))
        )
        sandbox.hide_history(anna.id, news.id, 200)
        sandbox.ban(anna.id, news.id)
        hidden = await asyncio.wait_for(told.get(), 10)
        assert (hidden.channel_id, hidden.available_min_id) == (news.id, 200)
        assert (await asyncio.wait_for(told.get(), 10)).channel_id == news.id
