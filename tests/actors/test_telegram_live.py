"""What a connected account is told, and how it is known to be connected."""

from __future__ import annotations

from collections.abc import Iterator

import anyio
import anyio.to_thread
import pytest

from actors.answers import Heard
from actors.errors import SessionRevoked, TelegramUnreachable
from actors.telegram.account import TelegramAccount
from sandbox import Channel, Sandbox, World
from tests.actors.telegram_accounts import listening, opened, record

pytestmark = pytest.mark.anyio

ANNA = 101
OWN_CALLS = ("updates.getDifference", "updates.getChannelDifference")


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
    world.publish(channel, "one")
    return channel


@pytest.fixture
def sandbox(world: World, news: Channel) -> Iterator[Sandbox]:
    """That world, served, and asked nothing wrong."""
    assert news.id
    with Sandbox(world) as serving:
        yield serving
        assert serving.mistakes == ()


def posts(channel: Channel) -> Heard:
    """What is heard of posts."""
    return Heard(channel=channel.id, posts=True, access=False, folders=False)


def own_calls(sandbox: Sandbox) -> int:
    """How often a client asked for what it believed to have missed."""
    return sum(call.method in OWN_CALLS for call in sandbox.calls)


async def test_posts_that_come_change_and_go_are_heard(sandbox: Sandbox, news: Channel) -> None:
    """Each is a reason to read the channel, and costs no call."""
    async with listening(sandbox, ANNA) as account:
        before = len(sandbox.calls)
        for change in (
            lambda: sandbox.publish(news.id, "two"),
            lambda: sandbox.edit(news.id, 2, "changed"),
            lambda: sandbox.delete(news.id, 2),
        ):
            change()
            assert await account.heard() == posts(news)
        assert len(sandbox.calls) == before


async def test_what_happens_while_nobody_looks_is_one_sum_for_each_channel(
    sandbox: Sandbox, news: Channel
) -> None:
    """However much it was; whoever waited longest comes first."""
    other = sandbox.run(lambda: sandbox.world.channel("Other"))
    async with listening(sandbox, ANNA) as account:
        sandbox.publish_many(news.id, ["more"] * 300)
        sandbox.follow(ANNA, other.id)
        sandbox.publish(other.id, "hello")
        sandbox.publish(news.id, "last")
        await settled(sandbox, account)
        assert await account.heard() == posts(news)
        both = await account.heard()
        assert (both.channel, both.posts, both.access) == (other.id, True, True)
        with anyio.move_on_after(0.05) as scope:
            await account.heard()
        assert scope.cancelled_caught, "nothing is left"


async def test_groups_are_not_heard(sandbox: Sandbox, news: Channel) -> None:
    """They are the busiest, and no channels."""
    talk = sandbox.run(lambda: sandbox.world.channel("Talk", megagroup=True))
    async with listening(sandbox, ANNA) as account:
        sandbox.follow(ANNA, talk.id)
        sandbox.publish(talk.id, "chatter")
        sandbox.publish(news.id, "two")
        assert await account.heard() == posts(news)


async def test_joining_and_losing_a_channel_is_heard(sandbox: Sandbox, news: Channel) -> None:
    """With the channel as it is seen then, or what became of the access to it."""
    club = sandbox.run(lambda: sandbox.world.channel("Club", protected=True))
    async with listening(sandbox, ANNA) as account:
        sandbox.follow(ANNA, club.id)
        joined = await account.heard()
        assert (joined.channel, joined.posts, joined.access) == (club.id, False, True)
        assert joined.gone is None
        assert joined.seen is not None
        assert (joined.seen.title, joined.seen.protected) == ("Club", True)
        hash_ = joined.seen.access_hash
        assert (await account.history(club.id, hash_, 1)).ids == (), "it can be read by that"
        sandbox.unfollow(ANNA, club.id)
        lost = await account.heard()
        assert (lost.channel, lost.access, lost.seen, lost.gone) == (club.id, True, None, "private")
        sandbox.unfollow(ANNA, news.id)
        left = await account.heard()
        assert (left.channel, left.access, left.gone) == (news.id, True, "left")


async def test_a_channel_that_closes_or_hides_its_past_is_heard(
    sandbox: Sandbox, news: Channel
) -> None:
    """What may be seen of it has changed."""
    async with listening(sandbox, ANNA) as account:
        sandbox.hide_history(ANNA, news.id)
        hidden = await account.heard()
        assert (hidden.channel, hidden.access, hidden.gone) == (news.id, True, None)
        sandbox.close_channel(news.id)
        closed = await account.heard()
        assert (closed.channel, closed.access, closed.gone) == (news.id, True, "private")


async def test_lost_updates_only_delay(sandbox: Sandbox, news: Channel) -> None:
    """What nobody was told of is there at the next look; no calls are made to mend the gap."""
    async with listening(sandbox, ANNA) as account:
        (seen,) = (await account.channels()).channels
        assert seen.pts is not None
        before = own_calls(sandbox)
        sandbox.lose_updates(ANNA, 2)
        sandbox.publish(news.id, "lost")
        sandbox.edit(news.id, 1, "changed unheard")
        sandbox.publish(news.id, "heard")
        assert await account.heard() == posts(news)
        assert own_calls(sandbox) == before
        found = await account.difference(news.id, seen.access_hash, seen.pts)
        assert (found.news, [post.id for post in found.edited]) == (True, [1])
        assert (await account.history(news.id, seen.access_hash, 2)).ids == (3, 2)


async def test_after_a_broken_line_all_is_to_be_looked_at(sandbox: Sandbox, news: Channel) -> None:
    """What happened meanwhile was told to nobody; from then on it is told again."""
    async with listening(sandbox, ANNA) as account:
        sandbox.cut(ANNA)
        assert await account.heard() == Heard(channel=None, posts=True, access=True, folders=True)
        sandbox.publish(news.id, "two")
        assert await account.heard() == posts(news)


async def test_who_does_not_listen_is_told_nothing(sandbox: Sandbox, news: Channel) -> None:
    """An account that only reads is sent no updates; it may listen later, and twice."""
    async with opened(sandbox, record(sandbox, ANNA)) as account:
        sandbox.publish(news.id, "unheard")
        await settled(sandbox, account)
        await account.listen()
        await account.listen()
        sandbox.publish(news.id, "heard")
        assert await account.heard() == posts(news)
        with anyio.move_on_after(0.05) as scope:
            await account.heard()
        assert scope.cancelled_caught


async def test_waiting_ends_with_the_connection(sandbox: Sandbox) -> None:
    """Whoever listens to a connection that has ended would wait for ever."""

    async def listen(account: TelegramAccount) -> None:
        while True:  # that the line was broken, it may be told before
            assert (await account.heard()).channel is None

    async with listening(sandbox, ANNA) as account:
        sandbox.forget_keys(ANNA)
        sandbox.cut(ANNA)
        with pytest.raises(TelegramUnreachable):
            await listen(account)


async def test_giving_up_the_wait_loses_nothing(sandbox: Sandbox, news: Channel) -> None:
    """What comes later is there for the next who waits."""
    async with listening(sandbox, ANNA) as account:
        with anyio.move_on_after(0.05):
            await account.heard()
        sandbox.publish(news.id, "two")
        assert await account.heard() == posts(news)


# Signs of life


async def test_a_connection_that_answers_is_alive(sandbox: Sandbox) -> None:
    """Also when the answer is to wait."""
    async with opened(sandbox, record(sandbox, ANNA)) as account:
        await account.alive()
        sandbox.faults.error("updates.getState", "FLOOD_WAIT_9")
        await account.alive()


async def test_a_connection_that_is_silent_is_not(sandbox: Sandbox) -> None:
    """It is found dead within the time given, whatever Telethon believes."""
    async with opened(sandbox, record(sandbox, ANNA)) as account:
        sandbox.faults.silent("updates.getState")
        with pytest.raises(TelegramUnreachable, match="no answer in time"):
            await account.alive(within=0.2)


async def test_a_revoked_session_is_found_by_its_sign_of_life(sandbox: Sandbox) -> None:
    """Nothing else would tell who only listens."""
    async with listening(sandbox, ANNA) as account:
        sandbox.revoke(ANNA)
        with pytest.raises(SessionRevoked):
            await account.alive()


@pytest.mark.soak  # how soon Telethon gives up is a matter of luck under load
async def test_a_connection_that_ignores_all_it_is_sent_ends(
    sandbox: Sandbox, news: Channel
) -> None:
    """Telethon drops messages from another time, and would go on doing so for ever."""
    async with listening(sandbox, ANNA) as account:
        sandbox.clock_skew(3600)
        async with anyio.create_task_group() as group:
            group.start_soon(_publish_on, sandbox, news)
            await account.lost()
            group.cancel_scope.cancel()
        with pytest.raises(TelegramUnreachable):
            await account.alive()
    async with listening(sandbox, ANNA) as account:
        sandbox.publish(news.id, "heard")
        assert await account.heard() == posts(news), "the next connection knows the time"


async def _publish_on(sandbox: Sandbox, news: Channel) -> None:
    """Publish until nobody listens any more."""
    while True:
        await anyio.to_thread.run_sync(sandbox.publish, news.id, "ignored")


async def settled(sandbox: Sandbox, account: TelegramAccount) -> None:
    """Wait until all that was sent to an account so far has come."""
    assert sandbox.world.people
    await account.me()
