"""Pages of a channel's history, and what becomes of who may not read them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from telethon.tl import types
from telethon.tl.types import ChatBannedRights

from actors.errors import ChannelClosed, Fate, Flooded
from actors.telegram.entities import fate_of
from sandbox import Channel, Sandbox, World
from storage.rows import ChannelSeen
from tests.actors.telegram_accounts import opened, record

pytestmark = pytest.mark.anyio

ANNA = 101


@pytest.fixture
def world() -> World:
    """A world with Anna."""
    made = World()
    made.person(ANNA, first_name="Anna")
    return made


@pytest.fixture
def news(world: World) -> Channel:
    """A channel Anna follows."""
    channel = world.channel("News", username="news")
    world.follow(world.find_person(ANNA), channel)
    return channel


@pytest.fixture
def sandbox(world: World, news: Channel) -> Iterator[Sandbox]:
    """That world, served, and asked nothing wrong."""
    assert news.id
    with Sandbox(world) as serving:
        yield serving
        assert serving.mistakes == ()


async def seen_by(sandbox: Sandbox, channel: Channel) -> ChannelSeen:
    """The channel as Anna's list has it."""
    async with opened(sandbox, record(sandbox, ANNA)) as account:
        listing = await account.channels()
    return next(each for each in listing.channels if each.id == channel.id)


async def test_windows_lead_down_to_the_first_post(sandbox: Sandbox, news: Channel) -> None:
    """Each begins right below the one before, and has a hundred posts at most."""
    sandbox.publish_many(news.id, [f"post {n}" for n in range(1, 251)])
    sandbox.delete(news.id, *range(100, 121))
    seen = await seen_by(sandbox, news)
    pages, below = [], None
    async with opened(sandbox, record(sandbox, ANNA)) as account:
        while (page := await account.window(news.id, seen.access_hash, below)).ids:
            pages.append(page)
            below = min(page.ids)
    assert [len(page.ids) for page in pages] == [100, 100, 29]
    assert [id_ for page in pages for id_ in page.ids] == [*range(250, 120, -1), *range(99, 0, -1)]
    assert {page.pts for page in pages} == {news.pts}


async def test_a_window_that_begins_at_a_post_does_not_have_it(
    sandbox: Sandbox, news: Channel
) -> None:
    """`below` is no part of it, whether there is such a post or not."""
    sandbox.publish_many(news.id, ["one", "two", "three", "four"])
    sandbox.delete(news.id, 3)
    seen = await seen_by(sandbox, news)
    async with opened(sandbox, record(sandbox, ANNA)) as account:
        for below, ids in ((4, (2, 1)), (3, (2, 1)), (2, (1,)), (1, ()), (99, (4, 2, 1))):
            assert (await account.window(news.id, seen.access_hash, below)).ids == ids


async def test_the_newest_post_before_a_moment_is_found(sandbox: Sandbox, news: Channel) -> None:
    """One of that very moment is not before it."""
    noon = datetime(2026, 5, 1, 12, tzinfo=UTC)
    for days in (30, 20, 10):
        sandbox.publish(news.id, "a post", at=noon - timedelta(days=days))
    seen = await seen_by(sandbox, news)
    async with opened(sandbox, record(sandbox, ANNA)) as account:
        for days, expected in ((0, 3), (10, 2), (15, 2), (20, 1), (29, 1), (30, None)):
            moment = noon - timedelta(days=days)
            found = await account.newest_before(news.id, seen.access_hash, moment)
            assert found == expected, days


async def test_service_messages_are_counted_and_hold_nothing(
    sandbox: Sandbox, news: Channel
) -> None:
    """Their ids prove the page whole; they are no posts."""
    sandbox.publish(news.id, "one")
    sandbox.run(lambda: sandbox.world.service(news, "renamed", "News"))
    sandbox.publish(news.id, "three")
    seen = await seen_by(sandbox, news)
    async with opened(sandbox, record(sandbox, ANNA)) as account:
        for page in (
            await account.window(news.id, seen.access_hash, None),
            await account.history(news.id, seen.access_hash, 1),
        ):
            assert page.ids == (3, 2, 1)
            assert [post.content.text for post in page.posts] == ["three", "one"]


async def test_posts_come_with_all_they_hold(sandbox: Sandbox, news: Channel) -> None:
    """A forward's origin has the name that came with the page."""
    source = sandbox.run(lambda: sandbox.world.channel("Source", username="source"))
    first = sandbox.publish(source.id, "first here")
    sandbox.run(lambda: sandbox.world.forward(source, first.id, news))
    sandbox.publish(news.id, "seen", views=7, protected=True)
    seen = await seen_by(sandbox, news)
    async with opened(sandbox, record(sandbox, ANNA)) as account:
        page = await account.window(news.id, seen.access_hash, None)
    seven, forwarded = (post.content for post in page.posts)
    assert (seven.views, seven.protected, forwarded.protected) == (7, True, False)
    assert forwarded.forward is not None
    assert (forwarded.forward.name, forwarded.forward.post_id) == ("Source", 1)


async def test_every_post_of_a_protected_channel_is_protected(sandbox: Sandbox) -> None:
    """The page's own description of the channel says so."""
    shut = sandbox.run(lambda: sandbox.world.channel("Shut", protected=True))
    sandbox.follow(ANNA, shut.id)
    sandbox.publish(shut.id, "stays here")
    seen = await seen_by(sandbox, shut)
    async with opened(sandbox, record(sandbox, ANNA)) as account:
        for page in (
            await account.window(shut.id, seen.access_hash, None),
            await account.history(shut.id, seen.access_hash, 1),
        ):
            assert [post.content.protected for post in page.posts] == [True]


async def test_what_is_hidden_ends_at_an_id(sandbox: Sandbox, news: Channel) -> None:
    """Posts above it are seen, the others neither in windows nor upward; 0 where none is hidden."""
    sandbox.publish_many(news.id, ["one", "two", "three"])
    seen = await seen_by(sandbox, news)
    async with opened(sandbox, record(sandbox, ANNA)) as account:
        assert await account.visible_from(news.id, seen.access_hash) == 0
        sandbox.hide_history(ANNA, news.id, 2)
        assert await account.visible_from(news.id, seen.access_hash) == 2
        assert (await account.window(news.id, seen.access_hash, None)).ids == (3,)
        assert (await account.history(news.id, seen.access_hash, 1)).ids == (3,)


# Lost access


async def test_a_channel_that_cannot_be_read_is_asked_about_once(
    sandbox: Sandbox, news: Channel
) -> None:
    """Telegram's name is the same for all: a second call tells, whichever way it was read."""
    seen = await seen_by(sandbox, news)
    sandbox.close_channel(news.id)
    async with opened(sandbox, record(sandbox, ANNA)) as account:
        before = len(calls(sandbox, "channels.getChannels"))
        for read in (
            account.history(news.id, seen.access_hash, 1),
            account.window(news.id, seen.access_hash, None),
            account.difference(news.id, seen.access_hash, 1),
            account.visible_from(news.id, seen.access_hash),
            account.nth_newest(news.id, seen.access_hash, 1),
            account.newest_before(news.id, seen.access_hash, datetime.now(UTC)),
        ):
            with pytest.raises(ChannelClosed) as caught:
                await read
            assert (caught.value.reason, caught.value.why) == ("CHANNEL_PRIVATE", "private")
        assert len(calls(sandbox, "channels.getChannels")) == before + 6


@pytest.mark.parametrize(
    ("error", "why"),
    [
        ("CHANNEL_INVALID", "deleted"),
        ("USER_BANNED_IN_CHANNEL", "banned"),
        ("USER_NOT_PARTICIPANT", "left"),
        ("CHANNEL_PUBLIC_GROUP_NA", "private"),
        ("MSG_ID_INVALID", None),
        ("SOMETHING_NEW", None),
    ],
)
async def test_a_name_that_tells_what_became_of_a_channel_is_enough(
    sandbox: Sandbox, news: Channel, error: str, why: Fate | None
) -> None:
    """No further call is made; a name that tells nothing does not end the membership."""
    seen = await seen_by(sandbox, news)
    async with opened(sandbox, record(sandbox, ANNA)) as account:
        sandbox.faults.error("messages.getHistory", error)
        with pytest.raises(ChannelClosed) as caught:
            await account.window(news.id, seen.access_hash, None)
    assert (caught.value.reason, caught.value.why) == (error, why)
    assert not calls(sandbox, "channels.getChannels")


async def test_a_channel_that_is_back_when_asked_about_is_not_lost(
    sandbox: Sandbox, news: Channel
) -> None:
    """Refused once, described as open right after: the trouble may be over the next time."""
    seen = await seen_by(sandbox, news)
    async with opened(sandbox, record(sandbox, ANNA)) as account:
        sandbox.faults.error("messages.getHistory", "CHANNEL_PRIVATE")
        with pytest.raises(ChannelClosed) as caught:
            await account.window(news.id, seen.access_hash, None)
    assert caught.value.why is None


@pytest.mark.parametrize(
    ("error", "why"), [("CHANNEL_INVALID", "deleted"), ("CHANNEL_PRIVATE", "private"),
                       ("FLOOD_WAIT_9", "private")],
)  # fmt: skip
async def test_who_may_not_even_ask_believes_the_first_word(
    sandbox: Sandbox, news: Channel, error: str, why: Fate
) -> None:
    """A refusal of the second call is no trouble of the account's."""
    seen = await seen_by(sandbox, news)
    async with opened(sandbox, record(sandbox, ANNA)) as account:
        sandbox.faults.error("messages.getHistory", "CHANNEL_PRIVATE")
        sandbox.faults.error("channels.getChannels", error)
        with pytest.raises(ChannelClosed) as caught:
            await account.window(news.id, seen.access_hash, None)
    assert caught.value.why == why


async def test_a_flood_is_the_accounts(sandbox: Sandbox, news: Channel) -> None:
    """On no way to read is it taken for the channel's trouble."""
    seen = await seen_by(sandbox, news)
    async with opened(sandbox, record(sandbox, ANNA)) as account:
        sandbox.faults.error("updates.getChannelDifference", "FLOOD_WAIT_9")
        with pytest.raises(Flooded):
            await account.difference(news.id, seen.access_hash, 1)


def opened_channel(**rest: object) -> types.Channel:
    """A channel as Telegram describes one."""
    return types.Channel(1, "News", types.ChatPhotoEmpty(), None, **rest)


@pytest.mark.parametrize(
    ("chat", "fate"),
    [
        (opened_channel(), None),
        (opened_channel(left=True), "left"),
        (opened_channel(left=True, banned_rights=ChatBannedRights(None, view_messages=True)),
         "banned"),
        (opened_channel(banned_rights=ChatBannedRights(None, send_media=True)), None),
        (types.ChannelForbidden(1, 2, "News"), "private"),
        (types.ChannelForbidden(1, 2, "News", until_date=9), "banned"),
        (types.ChatEmpty(1), "deleted"),
    ],
)  # fmt: skip
def test_a_description_tells_what_became_of_the_access(chat: object, fate: Fate | None) -> None:
    """Only of a ban Telegram says until when it holds."""
    assert fate_of(chat) == fate


def calls(sandbox: Sandbox, method: str) -> list[str]:
    """The answers to the calls of a method."""
    return [call.answer for call in sandbox.calls if call.method == method]
