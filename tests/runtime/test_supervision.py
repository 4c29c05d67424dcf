"""Crashes, restarts, giving up, and who is told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from runtime import (
    Actor,
    ActorCrashed,
    ActorRef,
    ActorStopped,
    ActorSystem,
    Backoff,
    Intensity,
    Message,
    Refusal,
    Request,
    StartOverdue,
    Urgent,
    message,
)
from runtime.once import Once
from runtime.testing import PATIENCE, ManualClock, crash

pytestmark = pytest.mark.anyio


class Unready(Refusal):
    """The world is not ready: try again later."""


@message
class Fail(Request[str]):
    fault: str = "a bug"


@message
class FailUnasked(Message):
    pass


@message
class Generation(Request[int]):
    pass


@message
class Block(Request[str]):
    pass


@message
class FailUrgently(Request[str], Urgent):
    pass


@message
class BadJob(Request[str]):
    pass


Order = Fail | FailUnasked | Generation | Block | FailUrgently | BadJob


class World:
    """What outlives an actor's incarnations: how many there were, and how starts go."""

    def __init__(self) -> None:
        self.made = 0
        self.stopped = 0
        self.starts: list[object] = []  # what each next start does; then they succeed
        self.blocked: Once[None] = Once()


class Fragile(Actor[Order]):
    """Crash when told to."""

    def __init__(self, world: World) -> None:
        world.made += 1
        self.generation = world.made
        self.world = world

    async def started(self) -> None:
        outcome = self.world.starts.pop(0) if self.world.starts else None
        if isinstance(outcome, BaseException):
            raise outcome
        if outcome == "hang":
            await asyncio.Event().wait()

    async def nothing(self) -> str:
        return "nothing"

    async def stopped(self) -> None:
        self.world.stopped += 1

    async def handle(self, message: Order, /) -> object:
        match message:
            case Fail(fault=fault):
                raise ValueError(fault)
            case FailUnasked() | FailUrgently():
                raise ValueError("a bug")
            case Generation():
                return self.generation
            case BadJob():
                return self.job(self.nothing(), key=([],))
            case Block():
                self.world.blocked.set(None)
                await asyncio.Event().wait()
                return "never"


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
async def timed(clock: ManualClock) -> AsyncIterator[ActorSystem]:
    """A system whose restarts go by the test's clock."""
    async with ActorSystem("timed", grace=0.2, clock=clock) as system:
        yield system


@pytest.fixture
def world() -> World:
    return World()


async def test_a_crash_answers_and_restarts(system: ActorSystem, world: World) -> None:
    """A bug answers ActorCrashed with its cause; the next incarnation is a new object."""
    ref = await system.spawn("fragile", lambda: Fragile(world))
    with pytest.raises(ActorCrashed, match="fragile crashed while it worked on this") as caught:
        await ref.ask(Fail(fault="bad luck"))
    assert caught.value.cause == "ValueError: bad luck"
    assert "raise ValueError(fault)" in caught.value.details
    assert caught.value.__cause__ is None
    assert await ref.ask(Generation()) == 2
    (seen,) = system.statistics()
    assert (seen.restarts, seen.last_error) == (1, "ValueError: bad luck")
    assert world.stopped == 1


async def test_the_mailbox_survives_a_crash(timed: ActorSystem, clock: ManualClock) -> None:
    """Messages behind the one that crashed wait through the pause and are handled after it."""
    world = World()
    ref = await timed.spawn(
        "fragile", lambda: Fragile(world), backoff=Backoff(first=3.0, jitter=0.0)
    )
    fails = asyncio.create_task(ref.ask(Fail()))
    behind = asyncio.create_task(ref.ask(Generation()))
    with pytest.raises(ActorCrashed):
        await fails
    assert await clock.sleepers() == [3.0]
    (seen,) = timed.statistics()
    assert (seen.state, seen.depth) == ("restarting", 1)
    assert repr(ref) == "<ActorRef fragile restarting>"
    assert not behind.done()
    clock.advance(3.0)
    assert await behind == 2


async def test_too_many_crashes_end_it(timed: ActorSystem, clock: ManualClock) -> None:
    """One restart more than allowed in the window, and the actor gives up for good."""
    world = World()
    ref = await timed.spawn(
        "fragile",
        lambda: Fragile(world),
        intensity=Intensity(restarts=2, within=10.0),
        backoff=Backoff(first=1.0, factor=1.0, jitter=0.0),
    )
    for _ in range(2):
        with pytest.raises(ActorCrashed):
            await ref.ask(Fail())
        await clock.sleepers()
        clock.advance(1.0)
    asks = [asyncio.create_task(ref.ask(each)) for each in (Fail(), Generation())]
    with pytest.raises(ActorCrashed):
        await asks[0]
    with pytest.raises(ActorStopped, match="it crashed too often, last by ValueError: a bug"):
        await asks[1]
    with pytest.raises(ActorStopped):
        ref.tell(FailUnasked())
    health = timed.health()
    assert not health.healthy
    assert health.failed == (("fragile", "it crashed too often, last by ValueError: a bug"),)
    assert [each.state for each in timed.statistics()] == ["failed"]
    successor = await timed.spawn("fragile", lambda: Fragile(world))
    assert await successor.ask(Generation()) == 4
    assert timed.health().healthy


async def test_a_poisonous_message_is_not_handled_again(system: ActorSystem, world: World) -> None:
    """A message that crashed its actor is a dead letter, counted by its kind."""
    ref = await system.spawn("fragile", lambda: Fragile(world))
    ref.tell(FailUnasked())
    assert await ref.ask(Generation()) == 2
    assert system.letters.counts() == {("fragile", "FailUnasked"): 1}
    assert system.health().dead_letters == 1


async def test_an_impossible_answer_is_a_crash(system: ActorSystem, world: World) -> None:
    """A handler whose answer the kernel cannot take is answered like any other bug."""
    ref = await system.spawn("fragile", lambda: Fragile(world))
    with pytest.raises(ActorCrashed, match="unhashable"):
        await ref.ask(BadJob())
    assert await ref.ask(Generation()) == 2


async def test_an_urgent_crash_interrupts_the_rest(system: ActorSystem, world: World) -> None:
    """When an urgent handler crashes, the handler it passed answers ActorCrashed too."""
    ref = await system.spawn("fragile", lambda: Fragile(world))
    blocked = asyncio.create_task(ref.ask(Block()))
    await world.blocked.wait(PATIENCE)
    with pytest.raises(ActorCrashed):
        await ref.ask(FailUrgently())
    with pytest.raises(ActorCrashed):
        await blocked
    assert await ref.ask(Generation()) == 2


async def test_a_crash_may_be_injected(system: ActorSystem, world: World) -> None:
    """`crash` ends the incarnation like a bug: work at hand answers, the next one serves."""
    ref = await system.spawn("fragile", lambda: Fragile(world))
    blocked = asyncio.create_task(ref.ask(Block()))
    await world.blocked.wait(PATIENCE)
    assert crash(ref, "pulled the plug")
    with pytest.raises(ActorCrashed, match="Injected: pulled the plug"):
        await blocked
    assert await ref.ask(Generation()) == 2
    await system.stop()
    assert not crash(ref)


async def test_a_start_that_fails_is_raised_to_the_spawner(
    system: ActorSystem, world: World
) -> None:
    """A refusal comes as itself, a bug as ActorCrashed; either way nothing is left running."""
    world.starts = [Unready(), ValueError("a bug"), asyncio.CancelledError()]
    with pytest.raises(Unready, match="The world is not ready"):
        await system.spawn("one", lambda: Fragile(world))
    with pytest.raises(ActorCrashed, match="ValueError: a bug"):
        await system.spawn("two", lambda: Fragile(world))
    with pytest.raises(ActorCrashed, match="CancelledError"):
        await system.spawn("stray", lambda: Fragile(world))
    assert world.stopped == 3

    def unmakable() -> Fragile:
        raise ValueError("unmakable")

    with pytest.raises(ActorCrashed, match="unmakable"):
        await system.spawn("three", unmakable)
    assert [each.state for each in system.statistics()] == ["failed"] * 4


async def test_a_start_has_a_deadline(system: ActorSystem, world: World) -> None:
    """`started` is cancelled at its deadline, and so is a spawner's patience."""
    world.starts = ["hang", "hang"]
    with pytest.raises(StartOverdue, match="one did not start before the deadline"):
        await system.spawn("one", lambda: Fragile(world), start_within=0.02)
    with pytest.raises(StartOverdue):
        await system.spawn("two", lambda: Fragile(world), timeout=0.02)
    ref = await system.spawn("two", lambda: Fragile(world))
    assert await ref.ask(Generation()) == 3


async def test_who_waits_for_an_actor_that_refuses_to_start(
    system: ActorSystem, world: World
) -> None:
    """An ensured actor whose start is refused passes the refusal on to those who ask."""
    world.starts = [Unready()]
    ref = system.ensure("fragile", lambda: Fragile(world))
    with pytest.raises((Unready, ActorStopped)):
        await ref.ask(Generation())
    with pytest.raises(ActorStopped, match="it could not start: Unready"):
        await ref.ask(Generation())
    assert await system.ensure("fragile", lambda: Fragile(world)).ask(Generation()) == 2


async def test_a_failing_restart_is_one_more_crash(timed: ActorSystem, clock: ManualClock) -> None:
    """A restart whose start fails or hangs is tried again, later each time."""
    world = World()
    ref = await timed.spawn(
        "fragile",
        lambda: Fragile(world),
        intensity=Intensity(restarts=10),
        backoff=Backoff(first=1.0, jitter=0.0),
        start_within=0.02,
    )
    world.starts = [Unready(), "hang", ValueError("a bug")]
    with pytest.raises(ActorCrashed):
        await ref.ask(Fail())
    for delay in (1.0, 2.0, 4.0, 8.0):
        assert await clock.sleepers() == [delay]
        clock.advance(delay)
    assert await ref.ask(Generation(), timeout=PATIENCE) == 5


async def test_a_watcher_learns_of_the_end(system: ActorSystem, world: World) -> None:
    """`watch` fires when an actor ends, with the reason; and for one that has ended before."""
    ref = await system.spawn("fragile", lambda: Fragile(world), intensity=Intensity(restarts=0))
    watching = asyncio.create_task(ref.watch())
    impatient = asyncio.create_task(ref.watch())
    await asyncio.sleep(0)
    impatient.cancel()
    with pytest.raises(ActorCrashed):
        await ref.ask(Fail())
    down = await asyncio.wait_for(watching, PATIENCE)
    assert (down.actor, down.failed) == ("fragile", True)
    assert down.reason == "it crashed too often, last by ValueError: a bug"
    assert await asyncio.wait_for(ref.watch(), PATIENCE) == down
    other = await system.spawn("other", lambda: Fragile(world))
    await system.dismiss("other")
    assert not (await asyncio.wait_for(other.watch(), PATIENCE)).failed


async def test_giving_up_escalates_to_the_parent(system: ActorSystem, world: World) -> None:
    """When a child gives up its parent crashes, restarts, and may start the child anew."""
    home = World()
    children: list[ActorRef[Order]] = []

    class Parent(Fragile):
        async def started(self) -> None:
            await super().started()
            children.append(
                system.ensure(
                    "child",
                    lambda: Fragile(world),
                    intensity=Intensity(restarts=0),
                    parent=system.ensure("parent", lambda: Parent(home)),
                )
            )

    parent = await system.spawn("parent", lambda: Parent(home))
    with pytest.raises(ActorCrashed):
        await children[0].ask(Fail())
    await children[0].watch()
    assert await parent.ask(Generation()) == 2
    assert await children[1].ask(Generation()) == 2
    errors = {each.name: each.last_error for each in system.statistics()}
    assert errors["parent"] is not None
    assert errors["parent"].startswith("Escalated: child gave up (ValueError: a bug)")


async def test_a_sibling_lives_on(system: ActorSystem, world: World) -> None:
    """One actor's crash restarts that one alone."""
    other = World()
    one = await system.spawn("one", lambda: Fragile(world))
    two = await system.spawn("two", lambda: Fragile(other))
    with pytest.raises(ActorCrashed):
        await one.ask(Fail())
    assert (await one.ask(Generation()), await two.ask(Generation())) == (2, 1)
