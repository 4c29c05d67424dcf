"""Digests in the chat: now, and by a schedule that is kept as data."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

import actors
from actors import Digest, DigestTopic
from actors.house import House
from bot.chat import digesting
from bot.chat.app import Chat
from bot.chat.digest_words import digest_html
from bot.chat.planning import time_of_day, topics_of
from bot.texts import EN, RU, Texts
from sandbox import Channel, World
from sandbox.botapi import Person
from sandbox.providers import Providers
from storage.database import Database
from tests.bot.chat.talking import PATIENCE, pressed, said, told
from tests.scenarios.witness import until

pytestmark = pytest.mark.anyio

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


@pytest.fixture
def workers(providers: Providers) -> bool:
    """Posts are tagged and summed up by providers of the sandbox."""
    return providers is not None


@pytest.fixture
def channels(world: World) -> list[Channel]:
    """One channel, with posts about rockets and markets."""
    person = next(iter(world.people.values()))
    made = world.channel("Space <b>", username="space")
    world.follow(person, made)
    for number in range(3):
        world.publish(made, f"rocket <i> orbit moon {number}")
        world.publish(made, f"market bank rate {number}")
    return [made]


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("07:45", time(7, 45)),
        (" 7.05 ", time(7, 5)),
        ("23 59", time(23, 59)),
        ("24:00", None),
        ("12:60", None),
        ("noon", None),
    ],
)
def test_times_as_people_type_them(typed: str, read: time | None) -> None:
    """Hours and minutes with a colon, a dot or a space are a time; what is none is refused."""
    assert time_of_day(typed) == read


@given(st.text(max_size=300))
def test_topics_are_few_short_and_each_once(typed: str) -> None:
    """Whatever is typed: at most ten topics, none empty, none twice."""
    topics = topics_of(typed)
    assert len(topics) == len(set(topics)) <= 10
    assert all(each and len(each) <= 60 for each in topics)
    assert topics_of("–") == ()
    assert topics_of("Space, space , NEWS") == ("space", "news")


@pytest.mark.parametrize(("texts", "told"), [(EN, "… and 5 more"), (RU, "… и ещё 5")])
def test_posts_without_a_line_are_counted(texts: Texts, told: str) -> None:
    """A topic has so many lines at most, and says how many posts none of them tells of."""
    topic = DigestTopic(topic="space", lines=(), posts=5, summary=None)
    whole = Digest(
        since=NOON,
        until=NOON,
        posts=5,
        topics=(topic,),
        untagged=0,
        cut=False,
        model=None,
        trouble=None,
    )
    assert told in digest_html(whole, texts, "UTC")
    assert told not in digest_html(replace(whole, topics=()), texts, "UTC")


@pytest.mark.usefixtures("read")
async def test_a_digest_now_has_its_stories_as_links(mia: Person) -> None:
    """/digest offers periods; a tap sums one up, each story with a link, texts as they are."""
    menu = await told(mia, "/digest", "of what time?", "None comes by schedule")
    await mia.press(menu, "3 days").awaited(PATIENCE)
    made = await said(mia, "6 posts from")
    assert 'href="https://t.me/space/' in made.html
    assert "rocket <i> orbit" in made.text
    assert made.edits[0].startswith("Summing up")


@pytest.mark.usefixtures("known")
async def test_an_empty_period_is_told(mia: Person) -> None:
    """Where nothing was published, the digest says so."""
    menu = await told(mia, "/digest", "of what time?")
    await mia.press(menu, "Last day").awaited(PATIENCE)
    await said(mia, "Nothing was published")


@pytest.mark.usefixtures("read")
async def test_a_double_tap_makes_one_digest(providers: Providers, mia: Person) -> None:
    """While one is made, another tap is told so, and one comes."""
    with providers.gigachat.hold(of="chat"), providers.openrouter.hold(of="chat"):
        menu = await told(mia, "/digest", "of what time?")
        await mia.press(menu, "Week").awaited(PATIENCE)
        await said(mia, "Summing up")
        busy = await mia.press(menu, "Week").awaited(PATIENCE)
        assert "already runs" in busy.text
    await said(mia, "6 posts from")
    assert len([each for each in mia.inbox if "6 posts from" in each.text]) == 1


async def test_the_schedule_is_chosen_by_buttons_and_words(known: int, mia: Person) -> None:
    """A time makes a plan; days, length and topics change it; the plan is what the chat says."""
    user = actors.user(known)
    menu = await told(mia, "/digest", "None comes by schedule")
    plan = await pressed(mia, menu, "⏰ Schedule", "Choose a time (UTC)")
    plan = await pressed(mia, plan, "08:00", "every day at 08:00 (UTC)")
    plan = await pressed(mia, plan, "✅ Su", "Mo, Tu, We, Th, Fr, Sa at 08:00")
    plan = await pressed(mia, plan, "20 stories", "20 stories")
    await mia.press(plan, "Topics").awaited(PATIENCE)
    await said(mia, "Type topics")
    await told(mia, "Space, <b>", "Topics: space, <b>")
    await mia.press(plan, "Another time").awaited(PATIENCE)
    await said(mia, "Type a time")
    await told(mia, "noon", "no time of day")
    await told(mia, "07:45", "at 07:45 (UTC)")
    kept = await user.digest_plan()
    assert kept is not None
    assert (kept.at, kept.days, kept.topics, kept.lines) == (
        time(7, 45),
        frozenset({1, 2, 3, 4, 5, 6}),
        ("space", "<b>"),
        20,
    )
    await told(mia, "/digest", "at 07:45 (UTC). Next:")
    await pressed(mia, plan, "Turn off", "any more")
    assert await user.digest_plan() is None


async def test_without_an_account_there_is_no_schedule(mia: Person) -> None:
    """Whoever chooses a time or a period without having logged in is led there."""
    menu = await told(mia, "/digest", "None comes by schedule")
    plan = await pressed(mia, menu, "⏰ Schedule", "Choose a time (UTC)")
    led = await pressed(mia, plan, "08:00", "Log in first")
    assert led.keyboard == (("Log in",),)
    menu = await told(mia, "/digest", "None comes by schedule")
    await mia.press(menu, "Last day").awaited(PATIENCE)
    led = await said(mia, "Log in first", after=menu.id)
    assert led.keyboard == (("Log in",),)


async def test_the_last_day_stays(known: int, mia: Person) -> None:
    """A plan without a day is none: the last day cannot be taken away."""
    await actors.user(known).plan_digest(time(9), {3})
    menu = await told(mia, "/digest", "We at 09:00")
    plan = await pressed(mia, menu, "⏰ Schedule", "We at 09:00")
    answer = await mia.press(plan, "✅ We").awaited(PATIENCE)
    assert "One day at least" in answer.text
    kept = await actors.user(known).digest_plan()
    assert kept is not None
    assert kept.days == {3}


async def test_a_due_digest_comes_once_and_a_change_is_felt_at_once(
    read: int, house: House, chat: Chat, dsn: str, mia: Person
) -> None:
    """D13: plans that are made and changed while the pump runs are kept, each digest comes once.

    The second begins where the first one ended: nothing was published meanwhile.
    """
    await told(mia, "/start", "I read your Telegram channels")
    async with pumping(house, chat):
        await actors.user(read).plan_digest(time(9), topics=["rocket"])
        await due(dsn)
        first = await said(mia, "Your digest", "6 posts from")
        await confirmed(read)
        await actors.user(read).plan_digest(time(10))
        await due(dsn)
        await said(mia, "Your digest", "Nothing was published", after=first.id)
    digests = [each for each in mia.inbox if "Your digest" in each.text]
    assert len(digests) == 2


async def test_who_has_blocked_the_bot_holds_up_nobody(
    read: int, house: House, chat: Chat, dsn: str, mia: Person
) -> None:
    """A digest that was made for somebody who has just blocked the bot counts as sent."""
    await told(mia, "/start", "I read your Telegram channels")
    await actors.user(read).plan_digest(time(9))
    await due(dsn)
    [taken] = await house.take_due_digests()
    mia.block()
    await digesting.deliver(house, chat.bot, taken)
    assert [each for each in mia.inbox if "Your digest" in each.text] == []
    assert not await house.digest_sent(taken), "it was confirmed"


@asynccontextmanager
async def pumping(house: House, chat: Chat) -> AsyncIterator[None]:
    """Have digests sent that are due."""
    running = asyncio.create_task(digesting.pump(house, chat.bot, look=0.05))
    try:
        yield
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running


async def due(dsn: str) -> None:
    """Let every digest be due."""
    async with await Database.open(dsn, connections=1) as db:
        await db.execute("UPDATE digest_plans SET next_at = now()")


async def confirmed(account: int) -> None:
    """Wait until the digest that was sent is confirmed."""

    async def is_later() -> bool:
        plan = await actors.user(account).digest_plan()
        return plan is not None and plan.next_at > datetime.now(UTC)

    await until(is_later)
