"""Following channels by what people have of them."""

from __future__ import annotations

import pytest

import actors
from sandbox import Sandbox, World
from tests.scenarios.conftest import PERSON, Open, log_in

pytestmark = pytest.mark.anyio


async def test_a_public_channel_is_followed_by_name_and_by_link(
    sandbox: Sandbox, world: World, open_house: Open
) -> None:
    """No membership is needed: it is read with the next parse, and stays after the next list."""
    news = sandbox.run(lambda: world.channel("News", username="news"))
    more = sandbox.run(lambda: world.channel("More", username="more"))
    sandbox.publish(news.id, "from news")
    sandbox.publish(more.id, "from more")
    async with open_house():
        user = actors.user(PERSON)
        await log_in(sandbox)
        first = await user.follow("@news")
        second = await user.follow("https://t.me/more/1")
        assert (await user.parse()).added == 2
        assert (await user.parse()).added == 0
        assert {channel.id for channel in await user.channels()} >= {first, second}


async def test_an_invite_is_joined(sandbox: Sandbox, world: World, open_house: Open) -> None:
    """The account becomes a member, and reads what it may see."""
    channel = sandbox.run(lambda: world.channel("Private"))
    invite = sandbox.invite(channel.id)
    sandbox.publish(channel.id, "among us")
    async with open_house():
        user = actors.user(PERSON)
        await log_in(sandbox)
        assert await user.follow(invite.url) == channel.id
        await user.parse()
        assert [post.text for post in await user.posts()] == ["among us"]


async def test_what_is_no_channel_is_refused(
    sandbox: Sandbox, world: World, open_house: Open
) -> None:
    """The refusal says what can be given."""
    sandbox.run(lambda: world.person(77, first_name="Борис", username="boris"))
    async with open_house():
        user = actors.user(PERSON)
        await log_in(sandbox)
        with pytest.raises(actors.NoSuchChannel, match="@name"):
            await user.follow("@nobody_here")
        with pytest.raises(actors.NotAChannel, match="group or a person"):
            await user.follow("@boris")
        with pytest.raises(actors.NoSuchChannel):
            await user.follow("what?")


async def test_too_many_names_at_once_have_to_wait(sandbox: Sandbox, open_house: Open) -> None:
    """The account's own limit comes before Telegram's; it survives a restart."""
    async with open_house():
        user = actors.user(PERSON)
        await log_in(sandbox)
        for number in range(10):
            with pytest.raises(actors.NoSuchChannel):
                await user.follow(f"@nobody_{number}")
        with pytest.raises(actors.Flooded):
            await user.follow("@channel0")
    before = len(sandbox.calls)
    async with open_house():
        with pytest.raises(actors.Flooded):
            await actors.user(PERSON).follow("@channel0")
    assert not [c for c in sandbox.calls[before:] if c.method == "contacts.resolveUsername"]


async def test_unfollowing_removes_what_nobody_else_follows(
    sandbox: Sandbox, open_house: Open
) -> None:
    """It stays away though Telegram lists it; following again brings it back."""
    async with open_house():
        user = actors.user(PERSON)
        await log_in(sandbox)
        await user.parse()
        channel = (await user.channels())[0]
        sandbox.publish(channel.id, "a post")
        await user.parse()
        assert await user.unfollow(channel.id)
        assert await user.posts() == ()
        await user.parse()
        assert channel.id not in {each.id for each in await user.channels()}
        assert not await user.unfollow(channel.id)
        await user.follow(f"@{channel.username}")
        await user.parse()
        assert [post.text for post in await user.posts()] == ["a post"]


async def test_a_wish_for_older_posts_is_fulfilled(
    sandbox: Sandbox, world: World, open_house: Open
) -> None:
    """A channel that is held from its newest posts on is read downward as deep as wished."""
    channel = sandbox.run(lambda: world.channel("Deep", username="deep"))
    sandbox.publish_many(channel.id, [f"post {number}" for number in range(350)])
    async with open_house():
        user = actors.user(PERSON)
        await log_in(sandbox)
        await user.follow("@deep")
        assert (await user.parse(depth=50)).added == 50
        await user.follow("@deep", depth=300)
        assert (await user.parse()).added == 250
        assert (await user.parse()).added == 0
        (held,) = [each for each in await user.channels() if each.id == channel.id]
        assert (held.posts, held.holes) == (300, ())
