"""What all actors of a kind have done, and how long they were asked."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime import (
    Actor,
    ActorCrashed,
    ActorSystem,
    AskTimeout,
    Request,
    StreamRequest,
    message,
    progress,
)
from runtime.totals import BOUNDS, Durations, KindTotals, kind_of

pytestmark = pytest.mark.anyio


@message
class Say(Request[str]):
    what: str


@message
class Count(StreamRequest[int, str]):
    to: int
    ends: bool = True


class Saying(Actor[Say | Count]):
    """Say it, crash, or never answer; count, and perhaps never end."""

    async def handle(self, message: Say | Count, /) -> object:
        if isinstance(message, Count):
            return self.job(self._count(message))
        if message.what == "crash":
            raise ArithmeticError
        if message.what == "never":
            await asyncio.Event().wait()
        return message.what

    async def _count(self, message: Count) -> str:
        for number in range(message.to):
            await progress(message, number)
        if not message.ends:
            await asyncio.Event().wait()
        return "counted"


def only(system: ActorSystem) -> KindTotals:
    """Return the totals of the one kind there is."""
    (found,) = system.totals()
    return found


@given(st.lists(st.floats(0, 100)))
def test_each_ask_is_counted_at_every_bound_that_it_keeps(times: list[float]) -> None:
    """The counts are cumulative, as Prometheus has them; a bound is itself within it."""
    kept = Durations()
    for each in times:
        kept.note(each)
    latency = kept.latency()
    assert latency.counts[:-1] == tuple(sum(each <= bound for each in times) for bound in BOUNDS)
    assert latency.number == len(times)
    assert latency.seconds == pytest.approx(sum(times))


@pytest.mark.parametrize(
    ("name", "kind"),
    [("account-42", "account"), ("newcomer-7", "newcomer"), ("store", "store"), ("a-b", "a-b")],
)
def test_a_kind_is_a_name_without_its_number(name: str, kind: str) -> None:
    """So there are few kinds, and none of them names an account."""
    assert kind_of(name) == kind


async def test_what_actors_did_is_counted_by_kind_and_outlives_them(system: ActorSystem) -> None:
    """A counter never goes back: not when an actor ends, not when its name is reused."""
    first = await system.spawn("account-1", Saying)
    second = await system.spawn("account-2", Saying)
    assert [await first.ask(Say(what="a")), await second.ask(Say(what="b"))] == ["a", "b"]
    before = only(system)
    assert (before.kind, before.handled, before.latency.number) == ("account", 2, 2)
    await system.dismiss("account-1")
    again = await system.spawn("account-1", Saying)
    assert only(system).handled == 2
    await again.ask(Say(what="c"))
    assert (only(system).handled, only(system).latency.number) == (3, 3)


async def test_asks_without_an_answer_are_counted_as_well(system: ActorSystem) -> None:
    """Who was told of a crash, and who gave up, waited too."""
    actor = await system.spawn("account-1", Saying)
    with pytest.raises(ActorCrashed):
        await actor.ask(Say(what="crash"))
    with pytest.raises(AskTimeout):
        await actor.ask(Say(what="never"), timeout=0.05)
    found = only(system)
    assert (found.latency.number, found.restarts) == (2, 1)
    assert found.latency.seconds >= 0.05


async def test_a_thread_that_blocks_for_an_answer_is_counted(system: ActorSystem) -> None:
    """It asks the same actor, by another way."""
    actor = await system.spawn("store", Saying)
    await asyncio.to_thread(actor.ask_sync, Say(what="a"))
    assert only(system).latency.number == 1


async def test_a_stream_is_counted_once_when_something_comes(system: ActorSystem) -> None:
    """Its first item counts, not its end: how long it goes on is up to whom it tells of."""
    actor = await system.spawn("account-1", Saying)
    async with actor.stream(Count(to=3, ends=False)) as stream:
        assert [await anext(stream) for _ in range(3)] == [0, 1, 2]
        assert only(system).latency.number == 1
    async with actor.stream(Count(to=3)) as stream:
        assert [each async for each in stream] == [0, 1, 2]
    assert only(system).latency.number == 2


async def test_a_stream_without_an_item_is_counted_at_its_end(system: ActorSystem) -> None:
    """With its result, with a crash, by the reader's patience, or when the reader leaves."""
    actor = await system.spawn("account-1", Saying)
    async with actor.stream(Count(to=0)) as stream:
        assert [each async for each in stream] == []
    assert only(system).latency.number == 1
    with pytest.raises(AskTimeout):
        await anext(actor.stream(Count(to=0, ends=False), timeout=0.05))
    assert only(system).latency.number == 2
    assert only(system).latency.seconds >= 0.05
    actor.stream(Count(to=0, ends=False)).close()
    assert only(system).latency.number == 3


async def test_a_thread_that_reads_a_stream_is_counted(system: ActorSystem) -> None:
    """It asks the same actor, by another way."""
    actor = await system.spawn("store", Saying)
    assert await asyncio.to_thread(lambda: list(actor.stream(Count(to=2)))) == [0, 1]
    assert only(system).latency.number == 1
