"""What all actors of a kind have done, and how long they were asked."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime import Actor, ActorCrashed, ActorSystem, AskTimeout, Request, message
from runtime.totals import BOUNDS, Durations, KindTotals, kind_of

pytestmark = pytest.mark.anyio


@message
class Say(Request[str]):
    what: str


class Saying(Actor[Say]):
    """Say it, crash, or never answer."""

    async def handle(self, message: Say, /) -> object:
        if message.what == "crash":
            raise ArithmeticError
        if message.what == "never":
            await asyncio.Event().wait()
        return message.what


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
