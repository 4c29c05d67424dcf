"""Channels that are called as others were before: what is held is of a channel, not of a name."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

import actors
from actors.house import House
from sandbox import Channel, Person, Sandbox, World
from tests.scenarios.conftest import PERSON
from tests.scenarios.reading import Seen, admit, agree, held, opened

pytestmark = pytest.mark.anyio


@pytest.fixture
def channels(world: World, person: Person) -> list[Channel]:
    """A channel that the person follows, with three posts."""
    news = world.channel("News", username="news")
    world.follow(person, news)
    for number in (1, 2, 3):
        world.publish(news, f"old {number}")
    return [news]


@pytest.fixture
async def house(sandbox: Sandbox, settings: dict[str, str]) -> AsyncIterator[House]:
    """A house in which the person has read everything."""
    async with opened(settings) as house_:
        await admit(house_, sandbox, PERSON)
        await actors.user(PERSON).parse(depth=None)
        yield house_


def named_news(sandbox: Sandbox, world: World) -> Channel:
    """Another channel that takes the name, with two posts."""

    def made() -> Channel:
        channel = world.channel("The news", username="news")
        for number in (1, 2):
            world.publish(channel, f"new {number}")
        return channel

    return sandbox.run(made)


async def known(channel: Channel) -> actors.Channel:
    """A channel as the person knows it."""
    views = await actors.user(PERSON).channels(known=True)
    (found,) = [each for each in views if each.id == channel.id]
    return found


async def links() -> set[str]:
    """Where the person's posts are."""
    return {post.permalink for post in await actors.user(PERSON).posts()}


@pytest.mark.usefixtures("house")
async def test_a_name_that_moves_takes_no_post_with_it(
    sandbox: Sandbox, world: World, person: Person, channels: list[Channel]
) -> None:
    """Both channels are followed: each has its own posts, holes and links, the old one at its new
    name; following the name follows who has it now.
    """  # noqa: D205
    (old,) = channels
    sandbox.run(lambda: world.make_public(old, "news_archive"))
    new = named_news(sandbox, world)
    user = actors.user(PERSON)
    assert await user.follow("@news") == new.id
    report = await user.parse(depth=None)
    assert (report.added, report.unread) == (2, ())
    assert await held(PERSON, old) == [Seen(number, f"old {number}") for number in (1, 2, 3)]
    assert await held(PERSON, new) == [Seen(1, "new 1"), Seen(2, "new 2")]
    assert await links() == {f"https://t.me/news_archive/{n}" for n in (1, 2, 3)} | {
        f"https://t.me/news/{n}" for n in (1, 2)
    }
    sandbox.publish(old.id, "old 4")
    assert (await user.parse(depth=None)).added == 1
    await agree(sandbox, person, old)


@pytest.mark.usefixtures("house")
async def test_a_name_that_moves_between_channels_that_are_not_listed(
    sandbox: Sandbox, world: World, channels: list[Channel], settings: dict[str, str]
) -> None:
    """Followed by name from outside, the old channel is read on under the name it has now."""
    assert channels
    far = sandbox.run(lambda: world.channel("Far", username="faraway"))
    sandbox.publish(far.id, "far")
    user = actors.user(PERSON)
    assert await user.follow("@faraway") == far.id
    assert (await user.parse(depth=None)).added == 1

    def move() -> Channel:
        world.make_public(far, "far_archive")
        return world.channel("Far again", username="faraway")

    again = sandbox.run(move)
    sandbox.publish(again.id, "again")
    assert await user.follow("@faraway") == again.id
    assert (await known(far)).username is None
    await user.parse(depth=None)
    assert (await known(far)).username == "far_archive"
    assert (await known(far)).state == (await known(again)).state == "followed"
    assert {"https://t.me/far_archive/1", "https://t.me/faraway/1"} <= await links()
    assert settings


@pytest.mark.usefixtures("house")
@pytest.mark.parametrize("how", ["deleted", "made private"])
async def test_a_channel_that_is_made_anew_under_its_name_begins_anew(
    sandbox: Sandbox, world: World, person: Person, channels: list[Channel], how: str
) -> None:
    """Its ids begin at 1 again, and none of them counts as read; of the old one is shown what its
    members may see: nothing once it is deleted.
    """  # noqa: D205
    (old,) = channels
    if how == "deleted":
        sandbox.close_channel(old.id)
    else:
        sandbox.make_private(old.id)
    new = named_news(sandbox, world)
    sandbox.follow(PERSON, new.id)
    user = actors.user(PERSON)
    report = await user.parse(depth=None)
    assert report.added == 2
    assert await held(PERSON, new) == [Seen(1, "new 1"), Seen(2, "new 2")]
    assert (await known(new)).share == 1.0
    assert await user.follow("@news") == new.id
    if how == "deleted":
        assert (await known(old)).state in {"private", "deleted", "left"}
        assert await held(PERSON, old) == []
        assert await links() == {"https://t.me/news/1", "https://t.me/news/2"}
    else:
        assert (await known(old)).username is None
        await agree(sandbox, person, old)
        assert f"https://t.me/c/{old.id}/1" in await links()
    await agree(sandbox, person, new)
