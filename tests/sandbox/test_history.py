"""Every window of a history, compared with the world."""

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from telethon import TelegramClient, functions, types
from telethon.sessions import StringSession

from sandbox import Channel, Sandbox, World
from sandbox.world import access_hash
from tests.examples import examples

READER = 1
START = datetime(2024, 5, 1, tzinfo=UTC)
Ask = Callable[[Coroutine[Any, Any, Any]], Any]

bound = st.integers(0, 410)


@st.composite
def histories(draw: st.DrawFn) -> list[int]:
    """Ascending ids, often several pages of them, with holes."""
    size = draw(st.sampled_from((0, 1, 99, 100, 101, 200, 260, 400)))
    gone = draw(st.sets(bound, max_size=80))
    return [number for number in range(1, size + 1) if number not in gone]


class Reading:
    """One connected client, and a fresh channel for each example."""

    def __init__(self, sandbox: Sandbox, client: Any, ask: Ask) -> None:
        self.sandbox = sandbox
        self.client = client
        self.ask = ask

    def channel(self, ids: list[int]) -> tuple[Channel, Any]:
        """A channel with just these posts; two ids share each minute."""
        world = self.sandbox.world

        def make() -> Channel:
            channel = world.channel("Gappy")
            world.follow(world.find_person(READER), channel)
            for number in ids:
                world.publish(channel, str(number), id=number, at=_date(number))
            return channel

        channel = self.sandbox.run(make)
        key = access_hash(READER, "channel", channel.id)
        return channel, types.InputPeerChannel(channel.id, key)

    def iterate(self, peer: Any, **options: Any) -> list[int]:
        """The ids iter_messages yields."""

        async def collect() -> list[int]:
            return [post.id async for post in self.client.iter_messages(peer, **options)]

        return list(self.ask(asyncio.wait_for(collect(), 20)))


def _date(number: int) -> datetime:
    return START + timedelta(minutes=number // 2)


async def _close(client: Any) -> None:
    await asyncio.wait_for(client.disconnect(), 10)


@pytest.fixture(scope="module")
def reading() -> Iterator[Reading]:
    world = World()
    world.person(READER)
    with Sandbox(world) as sandbox, asyncio.Runner() as runner:
        key = StringSession(sandbox.mint(READER).string())
        client = TelegramClient(key, 1, "hash", receive_updates=False)
        runner.run(client.connect())
        yield Reading(sandbox, client, runner.run)
        runner.run(_close(client))
        assert sandbox.mistakes == ()


@settings(max_examples=examples(150), deadline=None)
@given(ids=histories(), limit=st.none() | st.integers(0, 250), offset=bound, low=bound, high=bound)
def test_iterating_down(
    reading: Reading, ids: list[int], limit: int | None, offset: int, low: int, high: int
) -> None:
    """Newest first: exactly the posts below offset and max_id and above min_id, up to limit."""
    _, peer = reading.channel(ids)
    found = reading.iterate(
        peer, limit=limit, offset_id=offset, min_id=low, max_id=high, wait_time=0
    )
    top = max(offset, high) or 1000  # Telethon's own rule: the larger of the two, 0 is none
    assert found == list(islice((n for n in reversed(ids) if low < n < top), limit))


@settings(max_examples=examples(150), deadline=None)
@given(ids=histories(), limit=st.none() | st.integers(0, 250), offset=bound, low=bound, high=bound)
def test_iterating_up(
    reading: Reading, ids: list[int], limit: int | None, offset: int, low: int, high: int
) -> None:
    """Oldest first: exactly the posts above offset and min_id and below max_id, up to limit."""
    _, peer = reading.channel(ids)
    found = reading.iterate(
        peer, limit=limit, offset_id=offset, min_id=low, max_id=high, reverse=True, wait_time=0
    )
    bottom, top = max(offset, low), high or 1000
    assert found == list(islice((n for n in ids if bottom < n < top), limit))


@settings(max_examples=examples(150), deadline=None)
@given(ids=histories(), minute=st.integers(0, 205), reverse=st.booleans())
def test_iterating_from_a_date(
    reading: Reading, ids: list[int], minute: int, reverse: bool
) -> None:
    """Down from a date: only older posts. Up from it: that moment and everything newer."""
    _, peer = reading.channel(ids)
    moment = START + timedelta(minutes=minute)
    found = reading.iterate(peer, offset_date=moment, reverse=reverse, wait_time=0)
    if reverse:
        assert found == [n for n in ids if _date(n) >= moment]
    else:
        assert found == [n for n in reversed(ids) if _date(n) < moment]


@settings(max_examples=examples(150), deadline=None)
@given(
    ids=histories(),
    offset=bound,
    add=st.integers(-120, 120),
    limit=st.integers(0, 130),
    low=bound,
    high=bound,
)
def test_one_window(
    reading: Reading, ids: list[int], offset: int, add: int, limit: int, low: int, high: int
) -> None:
    """A raw page is the places from the offset on, cut at both ends, then filtered by id."""
    channel, peer = reading.channel(ids)
    page = reading.ask(
        reading.client(
            functions.messages.GetHistoryRequest(peer, offset, None, add, limit, high, low, 0)
        )
    )
    falling = ids[::-1]
    begin = sum(number >= offset for number in ids) if offset else 0
    places = range(begin + add, begin + add + min(limit, 100))
    window = [falling[place] for place in places if 0 <= place < len(falling)]
    expected = [number for number in window if number > low and (not high or number < high)]
    assert [post.id for post in page.messages] == expected
    assert [post.date for post in page.messages] == [_date(number) for number in expected]
    assert (page.count, page.pts) == (len(ids), channel.pts)


@settings(max_examples=examples(150), deadline=None)
@given(ids=histories(), data=st.data())
def test_deleted_posts_leave_holes(reading: Reading, ids: list[int], data: st.DataObject) -> None:
    """After any deletions both directions give what is left, and a new post gets a new id."""
    channel, peer = reading.channel(ids)
    gone = data.draw(st.sets(st.sampled_from(ids))) if ids else set()
    for number in gone:
        reading.sandbox.delete(channel.id, number)
    added = reading.sandbox.publish(channel.id, "new")
    left = [number for number in ids if number not in gone]
    assert added.id == (ids[-1] if ids else 0) + 1
    assert reading.iterate(peer, reverse=True, wait_time=0) == [*left, added.id]
    assert reading.iterate(peer, wait_time=0) == [added.id, *left[::-1]]
