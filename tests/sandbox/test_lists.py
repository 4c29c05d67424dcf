"""Searching, looking up names, folders and the archive, as a stock client does."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from telethon import functions, types
from telethon.errors import FilterNotSupportedError, FloodWaitError

from sandbox import (
    Channel,
    Document,
    Folder,
    Mark,
    Person,
    Photo,
    Sandbox,
    UnknownChannel,
    WebPage,
    World,
)
from sandbox.refusal import Refused
from sandbox.resolving import Resolving
from sandbox.world import access_hash
from tests.examples import examples

Connect = Callable[..., AbstractAsyncContextManager[Any]]
pytestmark = pytest.mark.anyio

START = datetime(2024, 5, 1, tzinfo=UTC)


def _peer(viewer: Person, channel: Channel) -> Any:
    return types.InputPeerChannel(channel.id, access_hash(viewer.id, "channel", channel.id))


@pytest.fixture
def mixed(world: World, anna: Person) -> Channel:
    """A channel whose posts, a minute apart, are of every kind."""
    channel = world.channel("Mixed")
    world.follow(anna, channel)
    contents: list[dict[str, Any]] = [
        {},
        {"media": Photo(id=1)},
        {"media": Document(id=2)},
        {"media": WebPage(url="https://example.org")},
        {"marks": (Mark("url", 0, 4),)},
        {},
    ]
    texts = ["Рыба", "fish", "РЫБА и fish", "bird", "рыбалка", "Fish"]
    for place, (text, content) in enumerate(zip(texts, contents, strict=True)):
        world.publish(channel, text, at=START + timedelta(minutes=place), **content)
    return channel


@pytest.fixture
def told(mixed: Channel, served: Sandbox) -> Sandbox:
    """A sandbox that serves that channel too."""
    assert mixed.ids
    return served


async def _found(client: Any, peer: Any, **options: Any) -> list[int]:
    return [post.id async for post in client.iter_messages(peer, **options)]


@pytest.mark.parametrize(
    ("words", "ids"), [("рыба", [5, 3, 1]), ("FISH", [6, 3, 2]), ("и fish", [3]), ("cat", [])]
)
async def test_words_are_found_whatever_their_case(
    mixed: Channel, told: Sandbox, connect: Connect, anna: Person, words: str, ids: list[int]
) -> None:
    """Searching gives exactly the posts with those words, newest first, and their number."""
    async with connect(anna, to=told) as client:
        assert await _found(client, _peer(anna, mixed), search=words) == ids
        some = await client.get_messages(_peer(anna, mixed), limit=1, search=words)
        assert some.total == len(ids)


@pytest.mark.parametrize(
    ("kind", "ids"),
    [
        (types.InputMessagesFilterPhotos, [2]),
        (types.InputMessagesFilterPhotoVideo, [2]),
        (types.InputMessagesFilterDocument, [3]),
        (types.InputMessagesFilterUrl, [5, 4]),
        (types.InputMessagesFilterPinned, []),
    ],
)
async def test_posts_are_found_by_kind(
    mixed: Channel, told: Sandbox, connect: Connect, anna: Person, kind: type, ids: list[int]
) -> None:
    """A filter gives the posts of that kind only."""
    async with connect(anna, to=told) as client:
        assert await _found(client, _peer(anna, mixed), filter=kind) == ids


async def test_searching_has_bounds(
    mixed: Channel, told: Sandbox, connect: Connect, anna: Person
) -> None:
    """Dates and ids bound a search; a filter that is not served is refused by name."""
    async with connect(anna, to=told) as client:
        peer = _peer(anna, mixed)
        assert await _found(client, peer, search="рыба", max_id=5) == [3, 1]
        assert await _found(client, peer, search="рыба", min_id=1) == [5, 3]
        assert await _found(client, peer, search="рыба", offset_id=5) == [3, 1]
        ask, every = functions.messages.SearchRequest, types.InputMessagesFilterEmpty()
        page = await client(
            ask(peer, "", every, START, START + timedelta(minutes=3), 0, 0, 100, 0, 0, 0)
        )
        assert [post.id for post in page.messages] == [3, 2]
        with pytest.raises(FilterNotSupportedError):
            await _found(client, peer, filter=types.InputMessagesFilterGeo)


async def test_names_lead_to_people_and_channels(
    told: Sandbox, connect: Connect, anna: Person, boris: Person, news: Channel
) -> None:
    """A username finds a channel or a person, whatever its case."""
    async with connect(boris, to=told) as client:
        assert (await client.get_entity("@ANNA")).first_name == "Anna"
        assert (await client.get_entity("News_Channel")).id == news.id
    assert anna.username == "anna"


async def test_too_many_names_make_an_account_wait(connect: Connect) -> None:
    """Beyond its number a day an account waits for the rest of that day; another does not."""
    world = World()
    one, other = world.person(1), world.person(2)
    world.channel("News", username="news_channel")
    with Sandbox(world, resolves_per_day=3) as sandbox:
        ask = functions.contacts.ResolveUsernameRequest("news_channel")
        async with (
            connect(one, to=sandbox, flood_sleep_threshold=0) as client,
            connect(other, to=sandbox) as friend,
        ):
            for _ in range(3):
                await client(ask)
            with pytest.raises(FloodWaitError) as caught:
                await client(ask)
            assert 86_000 < caught.value.seconds <= 86_400
            assert (await friend(ask)).chats[0].title == "News"


@settings(max_examples=examples(50))
@given(st.lists(st.integers(0, 50_000), max_size=30), st.integers(1, 5))
def test_never_more_look_ups_in_a_day_than_allowed(steps: list[int], allowed: int) -> None:
    """Whatever the times, no day has more look-ups than the limit, and each wait is enough."""
    now, done = [0.0], list[float]()
    resolving = Resolving(clock=lambda: now[0], per_day=allowed)
    for step in steps:
        now[0] += step
        try:
            resolving.count(1)
        except Refused as refused:
            now[0] += int(refused.error.removeprefix("FLOOD_WAIT_"))
            resolving.count(1)
        done.append(now[0])
        assert sum(now[0] - at < 86_400 for at in done) <= allowed


async def test_folders_are_listed(
    told: Sandbox, connect: Connect, anna: Person, news: Channel, private: Channel, mixed: Channel
) -> None:
    """A person's folders come with their channels, as that person names them."""
    folder = Folder(
        id=2, title="Читать", channels=(news.id,), pinned=(private.id,), excluded=(mixed.id,)
    )
    told.run(lambda: told.world.folder(anna, folder))
    told.run(lambda: told.world.folder(anna, Folder(id=3, title="All", all_channels=True)))
    async with connect(anna, to=told) as client:
        found = (await client(functions.messages.GetDialogFiltersRequest())).filters
    assert isinstance(found[0], types.DialogFilterDefault)
    assert (found[1].id, found[1].title.text) == (2, "Читать")
    assert found[1].include_peers == [_peer(anna, news)]
    assert found[1].pinned_peers == [_peer(anna, private)]
    assert found[1].exclude_peers == [_peer(anna, mixed)]
    assert (found[2].broadcasts, found[2].include_peers) == (True, [])
    with pytest.raises(UnknownChannel):
        told.run(lambda: told.world.folder(anna, Folder(id=4, title="x", channels=(5,))))


async def test_archived_channels_are_in_the_archive(
    told: Sandbox, connect: Connect, anna: Person, news: Channel
) -> None:
    """A client can archive a dialog; it is then listed there, and in all, and can come back."""
    async with connect(anna, to=told) as client:
        await client.edit_folder(_peer(anna, news), 1)
        assert [each.title for each in await client.get_dialogs(folder=1)] == ["News"]
        assert {each.title for each in await client.get_dialogs(folder=0)} == {"Private", "Mixed"}
        assert len(await client.get_dialogs()) == 3
        assert news.id in anna.archived
        await client.edit_folder(_peer(anna, news), 0)
        assert await client.get_dialogs(folder=1) == []


async def test_pinned_channels_come_first(
    told: Sandbox, connect: Connect, anna: Person, news: Channel, private: Channel, mixed: Channel
) -> None:
    """Pinned dialogs lead the list in their order, are marked, and can be left out."""
    told.run(lambda: anna.pinned.extend([mixed.id, private.id]))
    async with connect(anna, to=told) as client:
        dialogs = await client.get_dialogs()
        assert [each.title for each in dialogs] == ["Mixed", "Private", "News"]
        assert [each.pinned for each in dialogs] == [True, True, False]
        assert [each.title for each in await client.get_dialogs(ignore_pinned=True)] == ["News"]
        pinned = await client(functions.messages.GetPinnedDialogsRequest(0))
        assert [each.peer.channel_id for each in pinned.dialogs] == [mixed.id, private.id]
        ask = functions.messages.GetPeerDialogsRequest([types.InputDialogPeer(_peer(anna, news))])
        (line,) = (await client(ask)).dialogs
        assert (line.top_message, line.pts) == (250, news.pts)


async def test_pinned_channels_come_once_over_many_pages(connect: Connect) -> None:
    """With more dialogs than a page, some of them pinned, each arrives exactly once."""
    world = World()
    reader = world.person(1)
    for number in range(250):
        channel = world.channel(f"Channel {number}")
        world.follow(reader, channel)
        world.publish(channel, "text", at=START + timedelta(minutes=number // 7))
        if number % 40 == 0:
            reader.pinned.append(channel.id)
    with Sandbox(world) as sandbox:
        async with connect(reader, to=sandbox) as client:
            ids = [each.entity.id async for each in client.iter_dialogs()]
    assert ids[:7] == reader.pinned
    assert len(ids) == len(set(ids)) == 250


async def test_a_page_goes_on_after_a_channel_that_was_left(connect: Connect) -> None:
    """Left between two pages, a page's last channel takes no other with it, pinned or not."""
    world = World()
    reader = world.person(1)
    channels = [world.channel(f"Channel {number}") for number in range(8)]
    for number, channel in enumerate(channels):
        world.follow(reader, channel)
        world.publish(channel, "text", at=START + timedelta(minutes=number))
    reader.pinned.extend([channels[0].id, channels[1].id])  # the oldest
    with Sandbox(world) as sandbox:
        async with connect(reader, to=sandbox) as client:
            ask = functions.messages.GetDialogsRequest
            first = await client(ask(None, 0, types.InputPeerEmpty(), 4, 0))
            left, message = first.dialogs[-1], first.messages[-1]
            sandbox.unfollow(reader.id, left.peer.channel_id)
            peer = types.InputPeerChannel(left.peer.channel_id, 0)
            rest = await client(ask(message.date, message.id, peer, 100, 0))
    read = [each.peer.channel_id for each in (*first.dialogs, *rest.dialogs)]
    order = [channels[number].id for number in (0, 1, 7, 6, 5, 4, 3, 2)]
    assert read == order
