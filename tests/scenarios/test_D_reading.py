"""D1, D2, D6: posts lost between runs, during a run, and doubled by overlapping runs."""

from __future__ import annotations

import asyncio

import pytest

import actors
from sandbox import Channel, Sandbox
from storage.database import Database
from tests.scenarios.conftest import PERSON, Open, log_in

pytestmark = pytest.mark.anyio


async def held(channel: Channel) -> list[str]:
    """Return the texts held of a channel, oldest first."""
    posts = await actors.user(PERSON).posts(limit=1000, channel=channel.id)
    return [post.text for post in reversed(posts)]


async def test_D1_120_posts_between_two_runs_are_all_stored(
    sandbox: Sandbox, channels: list[Channel], open_house: Open
) -> None:
    """More new posts than a page holds, between two runs: all are stored, none is skipped."""
    news = channels[0]
    async with open_house():
        await log_in(sandbox)
        sandbox.publish(news.id, "first")
        assert (await actors.user(PERSON).parse()).added == 1
        texts = [f"post {number}" for number in range(120)]
        for text in texts:
            sandbox.publish(news.id, text)
        assert (await actors.user(PERSON).parse()).added == 120
        assert await held(news) == ["first", *texts]


async def test_D1_a_channel_seen_empty_misses_nothing_later(
    sandbox: Sandbox, channels: list[Channel], open_house: Open
) -> None:
    """A channel that was empty at its first parse begins there, however much comes after."""
    async with open_house():
        await log_in(sandbox)
        assert (await actors.user(PERSON).parse(depth=5)).added == 0
        for number in range(30):
            sandbox.publish(channels[0].id, f"post {number}")
        assert (await actors.user(PERSON).parse(depth=5)).added == 30


async def test_D1_an_unread_channel_begins_at_its_newest_posts(
    sandbox: Sandbox, channels: list[Channel], open_house: Open
) -> None:
    """The depth bounds an unread channel from below; what comes later is read whole."""
    for number in range(30):
        sandbox.publish(channels[0].id, f"post {number}")
    async with open_house():
        await log_in(sandbox)
        assert (await actors.user(PERSON).parse(depth=5)).added == 5
        assert await held(channels[0]) == [f"post {number}" for number in range(25, 30)]


async def test_D2_a_post_published_while_its_channel_is_fetched_is_not_lost(
    sandbox: Sandbox, channels: list[Channel], open_house: Open
) -> None:
    """What appears while a page is on its way is stored by this parse or by the next."""
    news = channels[0]
    sandbox.publish(news.id, "before")
    async with open_house():
        await log_in(sandbox)
        with sandbox.faults.hold("messages.getHistory") as hold:
            parse = asyncio.create_task(actors.user(PERSON).parse(depth=None))
            await asyncio.to_thread(hold.reached)
            sandbox.publish(news.id, "meanwhile")
            hold.release()
            await parse
        await actors.user(PERSON).parse()
        assert await held(news) == ["before", "meanwhile"]


async def test_D6_overlapping_parses_join_and_store_each_post_once(
    sandbox: Sandbox, channels: list[Channel], open_house: Open
) -> None:
    """A second parse that comes while one runs joins it and gets the same report."""
    for channel in channels:
        sandbox.publish(channel.id, "a post")
    async with open_house():
        await log_in(sandbox)
        with sandbox.faults.hold("messages.getDialogs") as hold:
            scheduled = asyncio.create_task(actors.user(PERSON).parse())
            await asyncio.to_thread(hold.reached)
            manual = asyncio.create_task(actors.user(PERSON).parse())
            assert (await actors.user(PERSON).status()).parsing
            hold.release()
            assert await scheduled == await manual
        lists = [call for call in sandbox.calls if call.method == "messages.getDialogs"]
        assert len(lists) == 1
        assert len(await actors.user(PERSON).posts(limit=1000)) == len(channels)


async def test_D11_a_flood_is_told_with_its_end_and_costs_nothing_but_the_wait(
    sandbox: Sandbox, channels: list[Channel], dsn: str, open_house: Open
) -> None:
    """What was under way is stored, the rest is named and waits; afterwards it is read."""
    for channel in channels:
        sandbox.publish(channel.id, "a post")
    async with open_house():
        await log_in(sandbox)
        sandbox.faults.error("messages.getHistory", "FLOOD_WAIT_900", skip=4)
        report = await actors.user(PERSON).parse(depth=None)
        assert report.unread
        assert report.added + len(report.unread) == len(channels)
        assert report.flood_until is not None
        assert (await actors.user(PERSON).status()).flood_until == report.flood_until
        flooded = [call for call in sandbox.calls if call.answer.startswith("FLOOD_WAIT")]
        assert len(flooded) == 1  # nobody knocks again before the time
    async with await Database.open(dsn, connections=1) as db:
        await db.execute("UPDATE floods SET until = now()")
    async with open_house():
        assert (await actors.user(PERSON).parse()).added == len(report.unread)


async def test_D11_whatever_telegram_has_against_one_channel_stops_no_other(
    sandbox: Sandbox, channels: list[Channel], open_house: Open
) -> None:
    """An error this program has never heard of ends that channel's reading, and is named."""
    for channel in channels:
        sandbox.publish(channel.id, "a post")
    async with open_house():
        await log_in(sandbox)
        sandbox.faults.error("messages.getHistory", "MSG_ID_INVALID")
        report = await actors.user(PERSON).parse(depth=None)
        assert report.added == len(channels) - 1
        assert "MSG_ID_INVALID" in report.unread[0].reason


async def test_arguments_that_make_no_sense_are_refused_where_they_are_given(
    open_house: Open,
) -> None:
    """They reach no actor, and so crash none."""
    async with open_house() as house:
        user = actors.user(PERSON)
        with pytest.raises(ValueError, match="limit"):
            await user.posts(limit=0)
        with pytest.raises(ValueError, match="depth"):
            await user.parse(depth=-1)
        with pytest.raises(ValueError, match="Telegram user id"):
            actors.user(0)
        assert all(one.restarts == 0 for one in house.statistics().actors)
