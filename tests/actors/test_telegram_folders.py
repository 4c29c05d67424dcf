"""An account's folders, as the channels in them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from telethon.tl import types

from actors.telegram.folders import folders
from sandbox import Channel, Folder, Sandbox, World
from storage.rows import Folder as Found
from tests.actors.telegram_accounts import opened, record

pytestmark = pytest.mark.anyio

ANNA = 101
NOW = datetime.now(UTC)


@pytest.fixture
def world() -> World:
    """A world with Anna."""
    made = World()
    made.person(ANNA, first_name="Anna")
    return made


@pytest.fixture
def followed(world: World) -> list[int]:
    """Five channels Anna follows, and a large group."""
    made: list[Channel] = [world.channel(f"Channel {number}") for number in range(5)]
    made.append(world.channel("Talk", megagroup=True))
    for each in made:
        world.follow(world.find_person(ANNA), each)
    return [each.id for each in made]


@pytest.fixture
def sandbox(world: World, followed: list[int]) -> Iterator[Sandbox]:
    """That world, served, and asked nothing wrong."""
    assert followed
    with Sandbox(world) as serving:
        yield serving
        assert serving.mistakes == ()


async def listed(sandbox: Sandbox, *made: Folder) -> tuple[Found, ...]:
    """Give Anna folders, and ask for them."""

    def give() -> None:
        for each in made:
            sandbox.world.folder(sandbox.world.find_person(ANNA), each)

    sandbox.run(give)
    async with opened(sandbox, record(sandbox, ANNA)) as account:
        return await account.folders()


async def test_a_folder_has_its_channels_and_those_pinned_in_it(
    sandbox: Sandbox, followed: list[int]
) -> None:
    """Each once; the folder of all chats is none."""
    found = await listed(
        sandbox,
        Folder(id=2, title="Work", channels=(followed[1], followed[0]), pinned=(followed[3],)),
        Folder(id=7, title="Empty"),
    )
    assert found == (
        Found(
            id=2,
            title="Work",
            channels=(followed[0], followed[1], followed[3]),
            complete=True,
        ),
        Found(id=7, title="Empty", channels=(), complete=True),
    )
    assert "messages.getDialogs" not in [call.method for call in sandbox.calls], "no rule, no list"


async def test_nobody_has_to_have_folders(sandbox: Sandbox) -> None:
    """None are none."""
    assert await listed(sandbox) == ()


async def test_a_folder_by_rule_is_the_channels_it_means(
    sandbox: Sandbox, followed: list[int]
) -> None:
    """All that are followed, without those left out; groups are no channels."""
    (found,) = await listed(
        sandbox, Folder(id=2, title="All", all_channels=True, excluded=(followed[2],))
    )
    assert found.channels == tuple(each for each in followed[:5] if each != followed[2])
    assert found.complete


# What a Telegram may do and this sandbox never does


class Answers:
    """A client that gives folders, then pages of dialogs, then empty ones."""

    def __init__(self, *filters: object, count: int = 4) -> None:
        self._answers: list[object] = [types.messages.DialogFilters(list(filters)), page(count)]
        self._count = count

    async def __call__(self, _request: Any) -> object:
        """Give the next."""
        if self._answers:
            return self._answers.pop(0)
        return types.messages.DialogsSlice(self._count, [], [], [], [])


def page(count: int) -> types.messages.DialogsSlice:
    """Channels 1 to 4: 2 is in the archive, 3 is muted, 4 was muted once."""
    until = {3: NOW + timedelta(days=1), 4: NOW - timedelta(days=1)}
    lines = [
        types.Dialog(
            types.PeerChannel(number), 1, 0, 0, 0, 0, 0, 0,
            types.PeerNotifySettings(mute_until=until.get(number)),
            pts=1, folder_id=1 if number == 2 else None,
        )
        for number in range(1, 5)
    ]  # fmt: skip
    chats = [
        types.Channel(
            number, "Channel", types.ChatPhotoEmpty(), NOW, access_hash=number, broadcast=True
        )
        for number in range(1, 5)
    ]
    return types.messages.DialogsSlice(count, lines, [], chats, [])


def rule(**rest: Any) -> types.DialogFilter:
    """A folder of all channels."""
    return types.DialogFilter(
        5,
        types.TextWithEntities("Rule", []),
        pinned_peers=[],
        include_peers=rest.pop("include_peers", []),
        exclude_peers=[],
        broadcasts=True,
        **rest,
    )


@pytest.mark.parametrize(
    ("given", "channels"),
    [
        (rule(), (1, 2, 3, 4)),
        (rule(exclude_archived=True), (1, 3, 4)),
        (rule(exclude_muted=True), (1, 2, 4)),
        (rule(exclude_read=True), (1, 2, 3, 4)),
        (rule(exclude_muted=True, include_peers=[types.InputPeerChannel(3, 3)]), (1, 2, 3, 4)),
    ],
)
async def test_a_rule_may_leave_out_more(
    given: types.DialogFilter, channels: tuple[int, ...]
) -> None:
    """What is archived or muted now, unless it is named; having read a channel leaves nothing."""
    client: Any = Answers(given)
    (found,) = await folders(client)
    assert (found.channels, found.complete) == (channels, True)


async def test_a_rule_about_a_list_that_is_short_says_so() -> None:
    """Of what is not in it, nothing is known; a folder without a rule is whole all the same."""
    plain = types.DialogFilter(
        6, types.TextWithEntities("Plain", []), [], [types.InputPeerChannel(9, 9)], []
    )
    client: Any = Answers(rule(), plain, count=9)
    assert [(each.id, each.complete) for each in await folders(client)] == [(5, False), (6, True)]


async def test_a_folder_that_was_shared_is_one_too() -> None:
    """It names its chats; whoever is no channel in it is passed over."""
    shared = types.DialogFilterChatlist(
        3,
        types.TextWithEntities("Shared", []),
        pinned_peers=[types.InputPeerChannel(8, 8)],
        include_peers=[types.InputPeerChannel(7, 7), types.InputPeerChat(5)],
    )
    client: Any = Answers(shared)
    assert await folders(client) == (Found(id=3, title="Shared", channels=(7, 8), complete=True),)
