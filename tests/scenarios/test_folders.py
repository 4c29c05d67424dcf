"""Folders as subscriptions: an account follows what is in them, as they change."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import pytest

import actors
from actors.people import User
from sandbox import Channel, Folder, Person, Sandbox, World
from storage.database import Database
from tests.scenarios.conftest import PERSON, Open, log_in
from tests.scenarios.reading import admit, count, newest_call, opened, ticking

pytestmark = pytest.mark.anyio

FOLDERS = "messages.getDialogFilters"


@pytest.fixture
def news(sandbox: Sandbox, world: World, person: Person, channels: list[Channel]) -> Folder:
    """A folder with two of the person's channels, beside another one."""
    made = Folder(id=7, title="News", channels=(channels[0].id, channels[1].id))
    work = Folder(id=8, title="Work", channels=(channels[4].id,))
    for each in (made, work):
        sandbox.run(partial(world.folder, person, each))
    return made


def put(sandbox: Sandbox, person: Person, folder: Folder, *channels: Channel) -> None:
    """Put other channels into a folder."""

    def change() -> None:
        at = next(n for n, each in enumerate(person.folders) if each.id == folder.id)
        person.folders[at] = replace(folder, channels=tuple(each.id for each in channels))

    sandbox.run(change)


async def followed(user: User) -> set[int]:
    """The channels that are followed."""
    return {each.id for each in await user.channels()}


async def test_of_the_list_only_the_folder_is_followed(
    sandbox: Sandbox, channels: list[Channel], news: Folder, open_house: Open
) -> None:
    """Posts of its channels are read and no others, what was named besides; it costs no look at
    folders before one is followed.
    """  # noqa: D205
    for channel in channels:
        sandbox.publish(channel.id, f"from {channel.title}")
    async with open_house():
        user = actors.user(PERSON)
        await log_in(sandbox)
        assert (await user.parse()).added == 15
        assert count(sandbox, FOLDERS) == 0
        await user.follow(f"@{channels[3].username}")
        assert await user.follow("folder:news") == 7
        wanted = {channels[0].id, channels[1].id, channels[3].id}
        assert await followed(user) == wanted
        assert {post.channel_id for post in await user.posts()} == wanted
        for channel in channels:
            sandbox.publish(channel.id, "more")
        assert (await user.parse()).added == 3
        (folder,) = await user.folders()
        assert (folder.title, folder.channels) == ("News", 2)
        sources = {each.id: each.source for each in await user.channels()}
        assert sources == {channels[0].id: "folder:7", channels[1].id: "folder:7"} | {
            channels[3].id: "chosen"
        }
    assert count(sandbox, FOLDERS) == 2
    assert news.title == "News"


async def test_a_folder_is_followed_as_it_changes(
    sandbox: Sandbox,
    person: Person,
    channels: list[Channel],
    news: Folder,
    settings: dict[str, str],
    dsn: str,
) -> None:
    """The schedule's next look at the memberships takes in what came and lets go what went."""
    async with opened(settings, schedule=True) as house, await Database.open(dsn) as db:
        await admit(house, sandbox, PERSON)
        user = actors.user(PERSON)
        await user.follow("folder:News")
        put(sandbox, person, news, channels[1], channels[2])
        await db.execute("UPDATE accounts SET confirm_at = NULL")

        async def is_so() -> bool:
            return await followed(user) == {channels[1].id, channels[2].id}

        await ticking(house, is_so)
        (left,) = [each for each in await user.channels(known=True) if each.id == channels[0].id]
        assert (left.state, left.why) == ("outside", "it is in none of the folders that you follow")


async def test_unfollowing_the_last_folder_follows_the_list(
    sandbox: Sandbox, channels: list[Channel], news: Folder, open_house: Open
) -> None:
    """Two folders add up; without any the whole list is followed, with what was held of it."""
    async with open_house():
        user = actors.user(PERSON)
        await log_in(sandbox)
        sandbox.publish(channels[9].id, "held all the time")
        await user.parse()
        await user.follow("folder:News")
        await user.follow("folder:8")
        assert len(await user.channels()) == 3
        assert await user.unfollow(f"folder:{news.title}")
        await user.parse()
        assert await followed(user) == {channels[4].id}
        assert await user.unfollow("folder:work")
        assert (await user.parse()).channels == 15
        assert [post.text for post in await user.posts()] == ["held all the time"]
        with pytest.raises(actors.NoSuchFolder, match="none"):
            await user.unfollow("folder:News")


async def test_what_is_no_folder_of_the_account_is_refused(
    sandbox: Sandbox, news: Folder, open_house: Open
) -> None:
    """An unknown name says which there are, a shared folder's link what to do; no name is looked
    up for either, and nothing is followed otherwise than before.
    """  # noqa: D205
    async with open_house():
        user = actors.user(PERSON)
        await log_in(sandbox)
        before = newest_call(sandbox)
        with pytest.raises(actors.NoSuchFolder, match=f"{news.title}, Work"):
            await user.follow("folder:Nothing")
        with pytest.raises(actors.SharedFolder, match="Add it in Telegram's own app"):
            await user.follow("https://t.me/addlist/AbCdEf123456")
        assert count(sandbox, "contacts.resolveUsername", since=before) == 0
        with pytest.raises(ValueError, match="depth"):
            await user.follow("folder:News", depth=5)
        assert await user.folders() == ()
        await user.parse()
        assert len(await user.channels()) == 15
