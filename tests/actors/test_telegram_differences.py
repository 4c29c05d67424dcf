"""What happened to a channel's posts, by its pts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from telethon import errors as rpc
from telethon.tl import types

from actors.answers import Difference
from actors.telegram.account import TelegramAccount
from actors.telegram.differences import difference
from sandbox import Channel, Sandbox, World
from tests.actors.telegram_accounts import opened, record

pytestmark = pytest.mark.anyio

ANNA = 101
NOW = datetime(2024, 5, 1, tzinfo=UTC)


@pytest.fixture
def world() -> World:
    """A world with Anna."""
    made = World()
    made.person(ANNA, first_name="Anna")
    return made


@pytest.fixture
def news(world: World) -> Channel:
    """A channel Anna follows, with posts 1 to 5."""
    channel = world.channel("News", username="news")
    world.follow(world.find_person(ANNA), channel)
    for number in range(1, 6):
        world.publish(channel, f"post {number}")
    return channel


@pytest.fixture
def sandbox(world: World, news: Channel) -> Iterator[Sandbox]:
    """That world, served, and asked nothing wrong."""
    assert news.id
    with Sandbox(world) as serving:
        yield serving
        assert serving.mistakes == ()


async def asked(account: TelegramAccount, news: Channel, pts: int) -> Difference:
    """Ask what happened after a pts."""
    (seen,) = (await account.channels()).channels
    return await account.difference(news.id, seen.access_hash, pts)


async def test_nothing_new_is_one_call(sandbox: Sandbox, news: Channel) -> None:
    """The pts of the list is where the difference ends, and it is empty."""
    async with opened(sandbox, record(sandbox, ANNA)) as account:
        (seen,) = (await account.channels()).channels
        assert seen.pts is not None
        found = await account.difference(news.id, seen.access_hash, seen.pts)
    assert found == Difference(
        pts=news.pts, final=True, too_long=False, news=False, edited=(), deleted=()
    )
    assert [call.method for call in sandbox.calls].count("updates.getChannelDifference") == 1


async def test_edits_and_deletions_are_told_and_news_are_only_noticed(
    sandbox: Sandbox, news: Channel
) -> None:
    """An edit is the post as it is now; of what is new, only that there is some."""
    pts = news.pts
    sandbox.edit(news.id, 2, "changed")
    sandbox.edit(news.id, 2, "changed again", views=9)
    sandbox.delete(news.id, 1, 4)
    async with opened(sandbox, record(sandbox, ANNA)) as account:
        found = await asked(account, news, pts)
        assert not found.news
        sandbox.publish(news.id, "new")
        later = await asked(account, news, news.pts - 1)
    (edited,) = found.edited
    assert (edited.id, edited.content.text, edited.content.views) == (2, "changed again", 9)
    assert edited.edited_at is not None
    assert found.deleted == (1, 4)
    assert (found.pts, found.final, found.too_long) == (news.pts - 1, True, False)
    assert (later.news, later.edited, later.deleted) == (True, (), ())


async def test_what_was_edited_and_then_deleted_is_deleted(sandbox: Sandbox, news: Channel) -> None:
    """The last word counts."""
    pts = news.pts
    sandbox.edit(news.id, 3, "changed")
    sandbox.edit(news.id, 5, "stays")
    sandbox.delete(news.id, 3)
    async with opened(sandbox, record(sandbox, ANNA)) as account:
        found = await asked(account, news, pts)
    assert ([post.id for post in found.edited], found.deleted) == ([5], (3,))


async def test_too_much_is_said_to_be_too_long(sandbox: Sandbox, news: Channel) -> None:
    """With the pts to go on from: what happened before is to be found by reading again."""
    pts = news.pts
    sandbox.publish_many(news.id, ["more"] * 101)
    async with opened(sandbox, record(sandbox, ANNA)) as account:
        found = await asked(account, news, pts)
        assert found == Difference(
            pts=news.pts, final=True, too_long=True, news=True, edited=(), deleted=()
        )
        assert not (await asked(account, news, found.pts or 0)).too_long


@pytest.mark.parametrize("pts", [0, 10_000])
async def test_a_pts_that_telegram_refuses_is_too_long_without_another(
    sandbox: Sandbox, news: Channel, pts: int
) -> None:
    """One that is none, and one from the future: the channel is no less open for it."""
    async with opened(sandbox, record(sandbox, ANNA)) as account:
        found = await asked(account, news, pts)
    assert (found.pts, found.too_long, found.final) == (None, True, True)


async def test_a_protected_channels_edits_are_protected(sandbox: Sandbox) -> None:
    """The difference's own description of the channel says so."""
    shut = sandbox.run(lambda: sandbox.world.channel("Shut", protected=True))
    sandbox.follow(ANNA, shut.id)
    sandbox.publish(shut.id, "stays")
    sandbox.edit(shut.id, 1, "stays here")
    async with opened(sandbox, record(sandbox, ANNA)) as account:
        seen = next(each for each in (await account.channels()).channels if each.id == shut.id)
        found = await account.difference(shut.id, seen.access_hash, shut.pts - 1)
    assert [post.content.protected for post in found.edited] == [True]


changes = st.lists(st.tuples(st.sampled_from(["edit", "delete", "new"]), st.integers(1, 20)))


@settings(max_examples=25, deadline=None)
@given(changes=changes)
async def test_whoever_follows_the_differences_has_the_channel(
    changes: list[tuple[str, int]],
) -> None:
    """Posts held at a pts, with the differences from there, are those that are there now."""
    world = World()
    anna, news = world.person(ANNA), world.channel("News", username="news")
    world.follow(anna, news)
    for number in range(1, 6):
        world.publish(news, f"post {number}")
    with Sandbox(world) as sandbox:
        async with opened(sandbox, record(sandbox, ANNA)) as account:
            (seen,) = (await account.channels()).channels
            page = await account.window(news.id, seen.access_hash, None)
            held = {post.id: post.content.text for post in page.posts}
            for kind, number in changes:
                sandbox.run(partial(change, world, news, kind, number))
            found = await account.difference(news.id, seen.access_hash, seen.pts or 0)
        assert found.final
        held.update({post.id: post.content.text for post in found.edited})
        there = {id_: post.text for id_, post in news.posts.items() if id_ <= 5}
        assert {id_: held[id_] for id_ in held if id_ <= 5 and id_ not in found.deleted} == there
        assert found.news == (news.last_id > 5 and any(id_ > 5 for id_ in news.posts))
        assert not {post.id for post in found.edited} & set(found.deleted)


def change(world: World, news: Channel, kind: str, number: int) -> None:
    """Let something happen to a post, if it is there."""
    if kind == "new":
        world.publish(news, "new")
    elif number in news.posts and kind == "edit":
        world.edit(news, number, f"edited to {news.pts}")
    elif number in news.posts:
        world.delete(news, number)


# What a Telegram may do and this sandbox never does


class Answers:
    """A client to whom one answer is given."""

    def __init__(self, answer: object) -> None:
        self._answer = answer

    async def __call__(self, _request: Any) -> object:
        """Give it."""
        if isinstance(self._answer, Exception):
            raise self._answer
        return self._answer


def told(*updates: object, pts: int = 7, final: bool = True) -> types.updates.ChannelDifference:
    """A difference of these updates."""
    return types.updates.ChannelDifference(
        pts=pts, new_messages=[], other_updates=list(updates), chats=[], users=[], final=final
    )


async def test_more_is_to_be_asked_for_from_where_it_ended() -> None:
    """A part of a difference says so, with the pts of its end."""
    client: Any = Answers(told(pts=7, final=False))
    found = await difference(client, 1, 2, 5)
    assert (found.pts, found.final) == (7, False)


async def test_a_part_that_leads_nowhere_is_the_last() -> None:
    """Whoever asked on from the same pts would get the same answer, for ever."""
    client: Any = Answers(told(pts=5, final=False))
    assert (await difference(client, 1, 2, 5)).final


async def test_new_posts_among_the_updates_are_news() -> None:
    """Telegram may tell them there as well."""
    new = types.UpdateNewChannelMessage(types.Message(1, types.PeerChannel(1), None, "new"), 7, 1)
    client: Any = Answers(told(new))
    assert (await difference(client, 1, 2, 5)).news


async def test_a_difference_that_says_it_is_too_long_in_its_midst_is() -> None:
    """What it tells besides is not all there is."""
    client: Any = Answers(
        told(types.UpdateDeleteChannelMessages(1, [3], 6, 1), types.UpdateChannelTooLong(1, 9))
    )
    found = await difference(client, 1, 2, 5)
    assert (found.too_long, found.pts, found.deleted) == (True, 7, ())


async def test_a_telegram_out_of_step_with_itself_is_too_long() -> None:
    """The account is not stopped by it."""
    client: Any = Answers(rpc.PersistentTimestampOutdatedError(None))
    found = await difference(client, 1, 2, 5)
    assert (found.pts, found.too_long, found.final) == (None, True, True)


async def test_what_was_told_as_edited_and_then_as_deleted_is_deleted() -> None:
    """The last word counts, also about what comes with its text."""
    message = types.Message(3, types.PeerChannel(1), NOW, "changed")
    kept = types.Message(4, types.PeerChannel(1), NOW, "stays")
    client: Any = Answers(
        told(
            types.UpdateEditChannelMessage(message, 5, 1),
            types.UpdateEditChannelMessage(kept, 6, 1),
            types.UpdateDeleteChannelMessages(1, [3], 7, 1),
        )
    )
    found = await difference(client, 1, 2, 4)
    assert ([post.id for post in found.edited], found.deleted) == ([4], (3,))


async def test_a_channel_protects_posts_that_do_not_say_so() -> None:
    """What is said of the channel holds for each of its posts, and for no other channel's."""
    message = types.Message(3, types.PeerChannel(1), NOW, "changed")
    for number, protected in ((1, True), (9, False)):
        answer = told(types.UpdateEditChannelMessage(message, 7, 1))
        answer.chats = [types.Channel(number, "C", types.ChatPhotoEmpty(), NOW, noforwards=True)]
        client: Any = Answers(answer)
        (post,) = (await difference(client, 1, 2, 6)).edited
        assert post.content.protected == protected
