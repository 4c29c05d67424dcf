"""Random worlds, changes and faults, against what a stock client reads."""

import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from telethon import TelegramClient, events, types
from telethon.sessions import StringSession

from sandbox import Channel, Document, Photo, Post, Sandbox, WebPage, World
from sandbox.fault import When
from tests.examples import examples
from tests.sandbox.worlds import worlds

READER = 1
Run = Callable[[Coroutine[Any, Any, Any]], Any]
READING = ("messages.getDialogs", "messages.getHistory", "channels.getMessages", "users.getUsers")


@pytest.fixture(scope="module")
def run() -> Iterator[Run]:
    """One loop for all examples, each of which has a deadline."""
    with asyncio.Runner() as runner:
        yield lambda work: runner.run(_within(work))


async def _within(work: Coroutine[Any, Any, Any]) -> Any:
    return await asyncio.wait_for(work, 30)


async def _close(client: Any) -> None:
    await client.disconnect()


@dataclass(frozen=True)
class Trouble:
    """A fault that a client gets over by itself."""

    method: str
    kind: str
    when: When
    skip: int

    def prepare(self, sandbox: Sandbox) -> None:
        """Add it to the script."""
        if self.kind == "cut":
            sandbox.faults.cut(self.method, when=self.when, skip=self.skip)
        else:
            sandbox.faults.delay(self.method, 0.002, skip=self.skip)


troubles = st.lists(
    st.builds(
        Trouble,
        st.sampled_from(READING),
        st.sampled_from(("cut", "delay")),
        st.sampled_from(("before", "after")),
        st.integers(0, 2),
    ),
    max_size=3,
)


def _client(sandbox: Sandbox) -> Any:
    key = StringSession(sandbox.mint(READER).string())
    return TelegramClient(key, 1, "hash", retry_delay=0)


def _visible(world: World, channel: Channel) -> list[Post]:
    hidden = world.people[READER].hidden_up_to.get(channel.id, 0)
    return [channel.posts[number] for number in channel.ids if number > hidden]


def _media(seen: Any) -> tuple[str, object] | None:
    match seen.media:
        case None:
            return None
        case types.MessageMediaPhoto():
            return "photo", seen.photo.id
        case types.MessageMediaDocument():
            return "document", (seen.document.id, seen.file.name, seen.file.size)
        case types.MessageMediaWebPage():
            return "page", (seen.web_preview.url, seen.web_preview.title or "")
    raise AssertionError(seen.media)


def _said_media(post: Post) -> tuple[str, object] | None:
    match post.media:
        case None:
            return None
        case Photo(id=number):
            return "photo", number
        case Document() as file:
            return "document", (file.id, file.name, len(file.content()))
        case WebPage(url=url, title=title):
            return "page", (url, title)


def _read(seen: Any) -> tuple[object, ...]:
    """All that a client sees of a post."""
    origin = seen.fwd_from
    reactions = seen.reactions.results if seen.reactions else []
    return (
        seen.id,
        seen.message or "",
        seen.date,
        seen.edit_date,
        bool(seen.edit_hide),
        bool(seen.pinned),
        bool(seen.noforwards),
        seen.views,
        seen.post_author,
        seen.reply_to_msg_id,
        (origin.from_name, origin.date) if origin else None,
        [(each.reaction.emoticon, each.count) for each in reactions],
        [(mark.offset, mark.length) for mark in seen.entities or []],
        _media(seen),
        seen.action.title if seen.action else None,
    )


def _said(channel: Channel, post: Post) -> tuple[object, ...]:
    """The same of the world."""
    return (
        post.id,
        post.text,
        post.date,
        post.edited,
        post.edit_hidden,
        post.pinned,
        (post.protected or channel.protected) and not post.service,
        post.views,
        post.author,
        post.reply_to,
        (post.forward.name, post.forward.date) if post.forward else None,
        list(post.reactions),
        [(mark.offset, mark.length) for mark in post.marks],
        _said_media(post),
        str(post.action.value) if post.action else None,
    )


async def _read_all(client: Any, world: World) -> None:
    """Read everything a person can, in every direction, and compare it with the world."""
    await client.connect()
    person = world.people[READER]
    dialogs = {dialog.entity.id: dialog async for dialog in client.iter_dialogs()}
    assert set(dialogs) == set(person.follows)
    archive = {dialog.entity.id async for dialog in client.iter_dialogs(archived=True)}
    assert archive == person.archived
    for channel_id in person.follows:
        channel, dialog = world.channels[channel_id], dialogs[channel_id]
        posts = _visible(world, channel)
        said = [_said(channel, post) for post in posts]
        down = [_read(seen) async for seen in client.iter_messages(dialog.entity, wait_time=0)]
        assert down == said[::-1]
        up = [
            _read(seen)
            async for seen in client.iter_messages(dialog.entity, reverse=True, wait_time=0)
        ]
        assert up == said
        ids = list(range(1, channel.last_id + 1))
        named = await client.get_messages(dialog.entity, ids=ids) if ids else []
        assert [_read(seen) for seen in named if seen] == said
        assert (dialog.title, dialog.dialog.pts) == (channel.title, channel.pts)
        assert (dialog.message.id if dialog.message else None) == (
            posts[-1].id if posts and posts[-1].id == channel.ids[-1] else None
        )


@settings(max_examples=examples(60), deadline=None)
@given(world=worlds(), faults=troubles)
def test_what_a_client_reads_is_the_world(run: Run, world: World, faults: list[Trouble]) -> None:
    """Every dialog and every post, whatever they carry and whatever happens to connections."""
    with Sandbox(world) as sandbox:
        for fault in faults:
            fault.prepare(sandbox)
        client = _client(sandbox)
        try:
            run(_read_all(client, world))
        finally:
            run(_close(client))
        assert sandbox.mistakes == ()


class Following:
    """A client that listens while the world changes."""

    def __init__(self, sandbox: Sandbox, client: Any, channels: list[Channel]) -> None:
        self.sandbox = sandbox
        self.client = client
        self.channels = channels
        self.told: Counter[tuple[int, int]] = Counter()
        self.changed = asyncio.Event()
        client.add_event_handler(self._note, events.NewMessage())

    async def _note(self, event: Any) -> None:
        self.told[event.message.peer_id.channel_id, event.id] += 1
        self.changed.set()

    async def act(self, action: str, place: int) -> None:
        """Change the world or the connection."""
        sandbox, channel = self.sandbox, self.channels[place % len(self.channels)]
        match action:
            case "publish":
                sandbox.publish(channel.id, f"post {channel.last_id + 1}")
            case "edit" if channel.ids:
                sandbox.edit(channel.id, channel.ids[place % len(channel.ids)], "edited")
            case "delete" if channel.ids:
                sandbox.delete(channel.id, channel.ids[place % len(channel.ids)])
            case "lose":
                sandbox.lose_updates(READER, place % 3)
            case "salt":
                sandbox.expire_salts()
            case "cut":
                sandbox.cut(READER)
                await self.client.get_me()
            case "restart":
                sandbox.restart()
                await self.client.get_me()

    async def catch_up(self, wanted: set[tuple[int, int]]) -> None:
        """Ask for what was missed, until everything wanted was told."""
        self.sandbox.lose_updates(READER, 0)
        await self.client.get_me()
        await self.client.catch_up()
        while not wanted <= set(self.told):
            self.changed.clear()
            await asyncio.wait_for(self.changed.wait(), 10)


actions = st.lists(
    st.tuples(
        st.sampled_from(
            ("publish", "publish", "publish", "edit", "delete", "lose", "salt", "cut", "restart")
        ),
        st.integers(0, 20),
    ),
    max_size=25,
)


@settings(max_examples=examples(40), deadline=None)
@given(actions=actions)
def test_a_client_is_told_of_every_post_once(run: Run, actions: list[tuple[str, int]]) -> None:
    """Whatever is lost, cut and restarted: after catching up each post was told exactly once."""
    world = World()
    reader = world.person(READER)
    channels = [world.channel("One", username="one"), world.channel("Two")]
    for channel in channels:
        world.follow(reader, channel)
        world.publish(channel, "before")

    async def follow(sandbox: Sandbox, client: Any) -> None:
        await client.connect()
        await client.get_dialogs()
        following = Following(sandbox, client, channels)
        for action, place in actions:
            await following.act(action, place)
        there = {(each.id, number) for each in channels for number in each.ids if number > 1}
        await following.catch_up(there)
        assert set(following.told.values()) <= {1}
        assert all(number <= world.channels[each].last_id for each, number in following.told)

    with Sandbox(world) as sandbox:
        client = _client(sandbox)
        try:
            run(follow(sandbox, client))
        finally:
            run(_close(client))
        assert sandbox.mistakes == ()
