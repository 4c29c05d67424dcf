"""The list of an account's channels: whole, or said to be short."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import anyio
import pytest
from telethon.tl import types

from actors.telegram import dialogs
from sandbox import Channel, Person, Sandbox, World
from tests.actors.telegram_accounts import opened, record

pytestmark = pytest.mark.anyio

ANNA = 101
START = datetime(2024, 5, 1, tzinfo=UTC)


@pytest.fixture
def world() -> World:
    """An empty world."""
    return World()


@pytest.fixture
def anna(world: World) -> Person:
    """Who follows."""
    return world.person(ANNA, first_name="Anna")


@pytest.fixture
def sandbox(world: World, anna: Person) -> Iterator[Sandbox]:
    """That world, served, and asked nothing wrong."""
    assert anna.id == ANNA
    with Sandbox(world) as serving:
        yield serving
        assert serving.mistakes == ()


def followed(sandbox: Sandbox, count: int, *, posts: int = 1) -> list[Channel]:
    """Let Anna follow channels, the newest of them last."""

    def make() -> list[Channel]:
        made = []
        for number in range(count):
            channel = sandbox.world.channel(f"Channel {number}")
            sandbox.world.follow(sandbox.world.find_person(ANNA), channel)
            for post in range(posts):
                at = START + timedelta(minutes=number, seconds=post)
                sandbox.world.publish(channel, "hello", at=at)
            made.append(channel)
        return made

    return sandbox.run(make)


async def listed(sandbox: Sandbox) -> set[int]:
    """Ask for the channels."""
    async with opened(sandbox, record(sandbox, ANNA)) as account:
        listing = await account.channels()
    assert listing.complete
    seen = listing.channels
    assert len(seen) == len({each.id for each in seen})
    return {each.id for each in seen}


@pytest.mark.parametrize("count", [0, 1, 99, 100, 101, 250])
async def test_every_followed_channel_is_listed(sandbox: Sandbox, count: int) -> None:
    """However many pages they are, and whether the last one is full."""
    channels = followed(sandbox, count)
    assert await listed(sandbox) == {each.id for each in channels}


async def test_a_channel_is_listed_with_its_pts_and_whether_it_is_protected(
    sandbox: Sandbox,
) -> None:
    """Both are in the dialogs: nobody has to ask again."""

    def make() -> list[Channel]:
        made = [sandbox.world.channel("Open"), sandbox.world.channel("Shut", protected=True)]
        for each in made:
            sandbox.world.follow(sandbox.world.find_person(ANNA), each)
        sandbox.world.publish(made[1], "one")
        return made

    made = sandbox.run(make)
    async with opened(sandbox, record(sandbox, ANNA)) as account:
        seen = {each.title: each for each in (await account.channels()).channels}
    assert [seen[each.title].pts for each in made] == [each.pts for each in made] == [1, 2]
    assert {title: each.protected for title, each in seen.items()} == {"Open": False, "Shut": True}


async def test_channels_without_posts_are_listed(sandbox: Sandbox) -> None:
    """They have no place in time, and pages of them end nothing."""
    channels = followed(sandbox, 120) + followed(sandbox, 230, posts=0)
    assert await listed(sandbox) == {each.id for each in channels}


async def test_pinned_channels_are_listed_with_the_others(sandbox: Sandbox, anna: Person) -> None:
    """They come first and out of order, and are counted once."""
    channels = followed(sandbox, 202)  # two more than two pages, which the pinned ones would hide

    def pin() -> None:
        anna.pinned.extend(each.id for each in channels[:3])

    sandbox.run(pin)
    assert await listed(sandbox) == {each.id for each in channels}


async def test_a_channel_that_moves_to_the_top_meanwhile_is_not_missed(sandbox: Sandbox) -> None:
    """It passes the reader on its way down: the reader looks at the top again."""
    channels = followed(sandbox, 250)
    async with (
        opened(sandbox, record(sandbox, ANNA)) as account,
        anyio.create_task_group() as group,
    ):
        held = sandbox.faults.hold("messages.getDialogs", skip=1)

        async def move() -> None:
            await anyio.to_thread.run_sync(held.reached)
            for channel in channels[:2]:  # the oldest, on the last page
                sandbox.publish(channel.id, "news")
            held.release()

        group.start_soon(move)
        seen = {each.id: each.top for each in (await account.channels()).channels}
    assert set(seen) == {each.id for each in channels}
    assert seen[channels[0].id] == 2, "what is known of it is the newest"


async def test_channels_left_and_joined_meanwhile_are_no_fault(sandbox: Sandbox) -> None:
    """The list may shrink and grow while it is read; all that stay are there."""
    channels = followed(sandbox, 250)
    async with (
        opened(sandbox, record(sandbox, ANNA)) as account,
        anyio.create_task_group() as group,
    ):
        held = sandbox.faults.hold("messages.getDialogs", skip=1)

        async def change() -> None:
            await anyio.to_thread.run_sync(held.reached)
            for channel in channels[:3]:
                sandbox.unfollow(ANNA, channel.id)
            followed(sandbox, 1)
            held.release()

        group.start_soon(change)
        seen = {each.id for each in (await account.channels()).channels}
    assert seen >= {each.id for each in channels[3:]}
    assert not seen & {each.id for each in channels[:3]}


# What a Telegram may do and this sandbox never does


class Pages:
    """A client to whom pages are given, then empty ones."""

    def __init__(self, *pages: object) -> None:
        self.pages = list(pages)
        self.asked = 0
        self.offsets: list[tuple[int, datetime | None, Any]] = []

    async def __call__(self, request: Any) -> object:
        """Give the next."""
        self.asked += 1
        self.offsets.append((request.offset_id, request.offset_date, request.offset_peer))
        return self.pages.pop(0) if self.pages else page([], count=0)


def page(chats: list[Any], *, count: int, forbidden: bool = False) -> types.messages.DialogsSlice:
    """A page of some of the chats there are."""
    lines, messages = [], []
    for chat in chats:
        is_channel = isinstance(chat, types.Channel)
        peer = types.PeerChannel(chat.id) if is_channel else types.PeerChat(chat.id)
        lines.append(
            types.Dialog(peer, 1, 0, 0, 0, 0, 0, 0, types.PeerNotifySettings(), pts=1),
        )
        messages.append(types.Message(1, peer, START - timedelta(minutes=chat.id), "text"))
    known = [] if forbidden else chats
    return types.messages.DialogsSlice(count, lines, messages, chats=known, users=[])


def channel(number: int, *, broadcast: bool = True) -> types.Channel:
    """A channel, or a large group."""
    return types.Channel(
        id=number,
        title=f"Channel {number}",
        photo=types.ChatPhotoEmpty(),
        date=START,
        access_hash=number,
        broadcast=broadcast,
    )


def group(number: int) -> types.Chat:
    """A small group that has become a large one."""
    return types.Chat(
        id=number,
        title="Group",
        photo=types.ChatPhotoEmpty(),
        participants_count=1,
        date=START,
        version=1,
        migrated_to=types.InputChannel(number, number),
    )


async def test_a_short_page_is_not_the_end() -> None:
    """Telegram may give fewer than it was asked for."""
    client = Pages(
        page([channel(1)], count=3), page([channel(2)], count=3), page([channel(3)], count=3)
    )
    assert [each.id for each in (await dialogs.channels(client)).channels] == [1, 2, 3]
    assert client.asked == 3


async def test_the_list_goes_on_after_the_last_chat_that_has_a_place_in_it() -> None:
    """A chat without messages has none: the one before it has, and its own peer breaks the tie."""
    first = page([channel(1), channel(2)], count=4)
    del first.messages[1]
    second = page([channel(3)], count=4)
    second.messages.clear()
    client = Pages(first, second, page([channel(4)], count=4))
    assert [each.id for each in (await dialogs.channels(client)).channels] == [1, 2, 3, 4]
    ids, dates, peers = zip(*client.offsets, strict=True)
    assert ids == (0, 1, 1)
    assert dates == (None, START - timedelta(minutes=1), START - timedelta(minutes=1))
    assert [getattr(each, "channel_id", None) for each in peers] == [None, 2, 3]


async def test_a_page_without_channels_is_not_the_end() -> None:
    """Old groups and large groups are passed over, whole pages of them too."""
    client = Pages(
        page([group(1), group(2)], count=4),
        page([channel(3, broadcast=False)], count=4),
        page([channel(4)], count=4),
    )
    assert [each.id for each in (await dialogs.channels(client)).channels] == [4]


async def test_a_list_with_an_end_too_early_is_not_called_whole() -> None:
    """What is listed is told; what is not would be taken for left, so the list says it is short."""
    client = Pages(*[page([channel(1)], count=3), page([], count=3)] * 9)
    listing = await dialogs.channels(client)
    assert [each.id for each in listing.channels] == [1]
    assert not listing.complete
    assert client.asked == 4, "a second look that brings nothing new is the last"


async def test_a_list_that_goes_in_a_circle_ends() -> None:
    """The same page again and again ends, too."""
    client = Pages(*[page([channel(1)], count=3)] * 30)
    assert not (await dialogs.channels(client)).complete
    assert client.asked == 4


async def test_a_list_that_goes_on_growing_is_looked_through_a_few_times_only() -> None:
    """Each look that brings something is worth another, up to a limit."""
    looks = [[page([channel(n)], count=9), page([], count=9)] for n in range(1, 9)]
    client = Pages(*[each for look in looks for each in look])
    listing = await dialogs.channels(client)
    assert [each.id for each in listing.channels] == [1, 2, 3]
    assert not listing.complete


async def test_a_list_that_ended_too_early_once_is_read_again() -> None:
    """A glitch is made good by another look."""
    short = [page([channel(1)], count=2), page([], count=2)]
    client = Pages(*short, page([channel(1)], count=2), page([channel(2)], count=2))
    assert [each.id for each in (await dialogs.channels(client)).channels] == [1, 2]


async def test_a_chat_that_is_listed_without_a_description_is_counted_and_left_out() -> None:
    """Telegram may name what it does not describe; the others are listed."""
    client = Pages(page([channel(1)], count=2, forbidden=True), page([channel(2)], count=2))
    assert [each.id for each in (await dialogs.channels(client)).channels] == [2]


async def test_a_folder_is_counted_beside_the_chat_whose_peer_it_bears() -> None:
    """The archive is a line of its own, under the peer of its newest chat."""
    archive = page([channel(1)], count=2)
    folder = types.Folder(1, "Archive")
    archive.dialogs = [types.DialogFolder(folder, types.PeerChannel(1), 1, 0, 0, 0, 0)]
    client = Pages(archive, page([channel(1)], count=2))
    assert [each.id for each in (await dialogs.channels(client)).channels] == [1]
    assert client.asked == 2
