"""Channels found by what people call them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from actors.errors import ChannelClosed, Flooded, NoSuchChannel, NotAChannel
from sandbox import Channel, Sandbox, World
from storage.rows import ChannelSeen
from tests.actors.telegram_accounts import opened, record

pytestmark = pytest.mark.anyio

ANNA, BORIS = 101, 102


@pytest.fixture
def world() -> World:
    """A world with Anna, who follows nothing, and Boris, who has a name."""
    made = World()
    made.person(ANNA, first_name="Anna")
    made.person(BORIS, first_name="Boris", username="boris")
    return made


@pytest.fixture
def news(world: World) -> Channel:
    """A public channel with two posts."""
    channel = world.channel("News", username="News_ru", protected=True)
    world.publish(channel, "one")
    world.publish(channel, "two")
    return channel


@pytest.fixture
def club(world: World) -> Channel:
    """A private channel with a post, that Boris follows."""
    channel = world.channel("Club")
    world.follow(world.find_person(BORIS), channel)
    world.publish(channel, "among us")
    return channel


@pytest.fixture
def sandbox(world: World, news: Channel, club: Channel) -> Iterator[Sandbox]:
    """That world, served, and asked nothing wrong."""
    assert news.id != club.id
    with Sandbox(world) as serving:
        yield serving
        assert serving.mistakes == ()


def count(sandbox: Sandbox, method: str) -> int:
    """How often a method was called."""
    return [call.method for call in sandbox.calls].count(method)


@pytest.mark.parametrize(
    "what", ["@news_ru", "News_ru", "https://t.me/news_ru/2", "tg://resolve?domain=news_ru"]
)
async def test_a_public_channel_is_found_without_joining(
    sandbox: Sandbox, news: Channel, what: str
) -> None:
    """By any of its names, with all that is needed to read it."""
    async with opened(sandbox, record(sandbox, ANNA)) as account:
        found = await account.find(what)
        assert isinstance(found, ChannelSeen)
        assert (found.id, found.title, found.username) == (news.id, "News", "News_ru")
        assert (found.top, found.pts, found.protected) == (2, news.pts, True)
        assert (await account.history(found.id, found.access_hash, 1)).ids == (2, 1)
    assert not sandbox.world.find_person(ANNA).follows


async def test_a_name_is_looked_up_once(sandbox: Sandbox) -> None:
    """Look-ups are few: what was seen is remembered, also by the next connection."""
    async with opened(sandbox, record(sandbox, ANNA)) as account:
        first = await account.find("@news_ru")
        assert await account.find("https://t.me/NEWS_RU") == first
        kept = account.record()
    async with opened(sandbox, kept) as account:
        assert await account.find("news_ru") == first
    assert count(sandbox, "contacts.resolveUsername") == 1


async def test_a_name_that_went_to_another_channel_is_looked_up_again(
    sandbox: Sandbox, news: Channel
) -> None:
    """What was remembered is no answer any more."""
    async with opened(sandbox, record(sandbox, ANNA)) as account:
        await account.find("@news_ru")
        sandbox.run(lambda: sandbox.world.make_public(news, "old_news"))
        fresh = sandbox.run(lambda: sandbox.world.channel("Fresh", username="news_ru"))
        found = await account.find("@news_ru")
        assert isinstance(found, ChannelSeen)
        assert (found.id, found.top) == (fresh.id, 0)
    assert count(sandbox, "contacts.resolveUsername") == 2


async def test_a_name_that_nobody_has_any_more_is_nobodys(sandbox: Sandbox, news: Channel) -> None:
    """The channel it was, is no longer found by it."""
    async with opened(sandbox, record(sandbox, ANNA)) as account:
        await account.find("@news_ru")
        sandbox.run(lambda: sandbox.world.make_public(news, "old_news"))
        with pytest.raises(NoSuchChannel, match="@news_ru"):
            await account.find("@news_ru")


@pytest.mark.parametrize(
    "what", ["@nobody_has_this", "no name", "https://example.com/news", "t.me/c/999/1", ""]
)
async def test_what_is_no_channel_is_refused_with_what_to_give(sandbox: Sandbox, what: str) -> None:
    """A free name, a text that is none, and a channel this account has never seen."""
    async with opened(sandbox, record(sandbox, ANNA)) as account:
        with pytest.raises(NoSuchChannel, match="invite link"):
            await account.find(what)


async def test_people_and_groups_are_no_channels(sandbox: Sandbox) -> None:
    """Whatever can be looked up is told from what can be followed."""
    sandbox.run(lambda: sandbox.world.channel("Talk", username="talk", megagroup=True))
    async with opened(sandbox, record(sandbox, ANNA)) as account:
        for what in ("@boris", "t.me/talk"):
            with pytest.raises(NotAChannel, match=what):
                await account.find(what)


async def test_a_channel_that_banned_the_account_is_closed_to_it(
    sandbox: Sandbox, news: Channel
) -> None:
    """Its name is there for others."""
    sandbox.ban(ANNA, news.id)
    async with opened(sandbox, record(sandbox, ANNA)) as account:
        with pytest.raises(ChannelClosed):
            await account.find("@news_ru")


async def test_a_flood_of_look_ups_is_a_flood(sandbox: Sandbox) -> None:
    """And not a name that nobody has."""
    async with opened(sandbox, record(sandbox, ANNA)) as account:
        sandbox.faults.error("contacts.resolveUsername", "FLOOD_WAIT_9")
        with pytest.raises(Flooded):
            await account.find("@news_ru")


async def test_a_private_channel_is_found_by_its_number_from_within(
    sandbox: Sandbox, club: Channel
) -> None:
    """A link to a post is enough for a member, and nothing for a stranger."""
    for person, inside in ((BORIS, True), (ANNA, False)):
        async with opened(sandbox, record(sandbox, person)) as account:
            await account.channels()
            what = f"https://t.me/c/{club.id}/1"
            if inside:
                found = await account.find(what)
                assert isinstance(found, ChannelSeen)
                assert (found.id, found.username, found.top) == (club.id, None, 1)
            else:
                with pytest.raises(NoSuchChannel):
                    await account.find(what)
