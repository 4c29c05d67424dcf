"""The TaggerActor."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import timedelta

import anyio
import anyio.lowlevel
import pytest

from actors.meaning_messages import ClaimWork, KeepTags
from actors.providers.outcomes import Later, Refused, Tagged
from actors.rounds import LEASE, TICK_SECONDS
from actors.tagger import AT_ONCE, TaggerActor
from actors.worker_messages import DescribeWorker, SettleWork, WorkArrived, WorkerStatus
from runtime import ActorCrashed, AskTimeout
from runtime.testing import ManualClock, Plain
from storage.errors import DatabaseUnreachable
from storage.work import MOST_ATTEMPTS
from tests.actors.meaning_models import SPENT, ModelMeaning, ModelProviders

pytestmark = pytest.mark.anyio

DOWN = Later(reason="everybody is down", until=None, blameless=True)
NONSENSE = Later(reason="it answers nonsense", until=None, blameless=False)
HOUR = timedelta(hours=1)


class Bench:
    """A tagger on the test's own loop, between a model store and model providers."""

    def __init__(self) -> None:
        self.clock = ManualClock()
        self.store = ModelMeaning()
        self.providers = ModelProviders()
        self.actor = TaggerActor(
            self.store,
            self.providers,
            cap=1000,
            clock=self.clock,
            now=self.store.now,
            chance=lambda: 0.0,
        )
        self.plain = Plain(self.actor)

    async def status(self) -> WorkerStatus:
        """Ask how it is doing."""
        return await self.plain.ask(DescribeWorker())

    async def until(self, holds: Callable[[], bool]) -> None:
        """Wait, without letting the clock go on, until something holds."""
        with anyio.fail_after(10):
            while not holds():
                await anyio.lowlevel.checkpoint()

    async def at_rest(self) -> WorkerStatus:
        """Wait until nothing is under way, and ask how it is doing."""
        await self.until(lambda: not self.actor._held)
        await self.clock.sleepers()
        return await self.status()

    async def pass_time(self, seconds: float = TICK_SECONDS) -> None:
        """Let time pass, here and in the store, once the tagger rests."""
        await self.clock.sleepers()
        self.store.skew += timedelta(seconds=seconds)
        self.clock.advance(seconds)

    async def tagged(self, *posts: int) -> None:
        """Wait until these posts have tags, or are skipped."""
        await self.until(lambda: {(7, post) for post in posts} <= self.store.tags.keys())

    def tags(self, post: int) -> tuple[str, ...]:
        """Return a post's tags."""
        return self.store.tags[7, post].tags


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    """A tagger that has begun."""
    made = Bench()
    await made.actor.started()
    yield made
    await made.actor.stopped()


async def test_posts_are_tagged_and_their_work_is_done(bench: Bench) -> None:
    """With the provider's and the model's name, at the cost of the one who pays."""
    bench.store.add(1, "погода в москве")
    await bench.plain.tell(WorkArrived())
    await bench.tagged(1)
    result = bench.store.tags[7, 1]
    assert (result.state, result.tags) == ("ok", ("погода", "в", "москве"))
    assert (result.provider, result.model) == ("openai", "m")
    assert bench.store.left("tag") == {}
    assert [(each.account, each.prompt_tokens) for each in bench.store.spendings] == [(42, 9)]
    status = await bench.at_rest()
    assert (status.state, status.ok, status.skipped) == ("idle", 1, 0)


async def test_work_nobody_has_told_of_is_found(bench: Bench) -> None:
    """A few seconds after it was stored."""
    await bench.clock.sleepers()
    bench.store.add(1, "погода")
    assert bench.providers.asked == []
    await bench.pass_time()
    await bench.tagged(1)


async def test_what_needs_no_provider_asks_none(bench: Bench) -> None:
    """A post without text is skipped, one that is gone is done with, a known text is as known."""
    bench.store.add(1, " \n")
    bench.store.add(2, "погода")
    bench.store.add(3, "бранное")
    bench.providers.said["бранное"] = Refused(reason="gigachat: blacklist")
    bench.store.add(4, "пропавшее")
    del bench.store.texts[7, 4]
    await bench.plain.tell(WorkArrived())
    await bench.tagged(1, 2, 3)
    asked = list(bench.providers.asked)
    bench.store.add(5, "погода")
    bench.store.add(6, "бранное")
    await bench.plain.tell(WorkArrived())
    await bench.tagged(5, 6)
    assert bench.store.left("tag") == {}
    assert sorted(asked) == ["бранное", "погода"] == sorted(bench.providers.asked)
    told = {post: (each.state, each.reason) for (_, post), each in bench.store.tags.items()}
    refused = ("skipped", "refused: gigachat: blacklist")
    assert told[1] == ("skipped", "no text")
    assert told[3] == told[6] == refused
    assert bench.tags(5) == bench.tags(2) == ("погода",)
    assert (await bench.at_rest()).skipped == 3


async def test_a_text_that_several_posts_have_is_asked_for_once(bench: Bench) -> None:
    """Also by posts that come while a provider has it; each has the tags, one has paid."""
    bench.store.learns = False
    bench.providers.held["погода"] = gate = asyncio.Event()
    for post in (1, 2):
        bench.store.add(post, "погода")
    await bench.plain.tell(WorkArrived())
    await bench.until(lambda: bench.providers.asked == ["погода"])
    bench.store.add(3, "Погода ")
    await bench.plain.tell(WorkArrived())
    await bench.until(lambda: len(bench.actor._held) == 3)
    gate.set()
    await bench.tagged(1, 2, 3)
    assert bench.providers.asked == ["погода"]
    assert len(bench.store.spendings) == 1
    bench.store.add(4, "погода")
    await bench.plain.tell(WorkArrived())
    await bench.tagged(4)


async def test_a_slow_answer_keeps_no_other_post_waiting(bench: Bench) -> None:
    """All the others are tagged meanwhile, so many at a time and no more."""
    bench.providers.held["медленно"] = gate = asyncio.Event()
    bench.store.add(0, "медленно")
    for post in range(1, 40):
        bench.store.add(post, f"пост {post}")
    await bench.plain.tell(WorkArrived())
    await bench.tagged(*range(1, 40))
    assert (7, 0) not in bench.store.tags
    assert 1 < bench.providers.most <= AT_ONCE
    assert (await bench.status()).state == "running"
    gate.set()
    await bench.tagged(0)


async def test_nobody_is_asked_for_what_nobody_can_pay(bench: Bench) -> None:
    """It waits for the time at which somebody can, with the reason, and is no failure."""
    bench.store.poor_until = until = bench.store.now() + HOUR
    bench.store.add(1, "погода")
    await bench.plain.tell(WorkArrived())
    await bench.until(lambda: bench.store.work["tag", 7, 1].reason is not None)
    assert all(each.cap == 1000 for each in bench.store.asked if isinstance(each, ClaimWork))
    row = bench.store.work["tag", 7, 1]
    assert (row.not_before, row.attempts) == (until, 0)
    assert "tokens" in str(row.reason)
    assert bench.providers.asked == []
    bench.store.poor_until = None
    await bench.pass_time(3600)
    await bench.tagged(1)


async def test_a_post_nobody_could_answer_for_is_put_back_and_tagged_later(bench: Bench) -> None:
    """With its reason and the time it was told; nothing of it counts as a failure."""
    until = bench.store.now() + HOUR
    bench.providers.said["погода"] = Later(reason="429", until=until, blameless=True)
    bench.store.add(1, "погода")
    await bench.plain.tell(WorkArrived())
    await bench.until(lambda: bench.store.work["tag", 7, 1].reason == "429")
    row = bench.store.work["tag", 7, 1]
    assert (row.not_before, row.attempts) == (until, 0)
    status = await bench.status()
    assert (status.state, status.reason, status.failed) == ("degraded", "429", 0)
    assert status.code == "unanswered"
    del bench.providers.said["погода"]
    await bench.pass_time(3600)
    await bench.tagged(1)
    assert (await bench.at_rest()).state == "idle"


@pytest.mark.parametrize(
    "outcome",
    [
        Refused(reason="everybody refuses", spent=(SPENT, SPENT)),
        Later(reason="nonsense", until=None, blameless=False, spent=(SPENT, SPENT)),
        Tagged(tags=("погода",), spent=SPENT, before=(SPENT,)),
    ],
)
async def test_answers_of_no_use_are_paid_for(
    bench: Bench, outcome: Refused | Later | Tagged
) -> None:
    """By the account for whose channel they were asked: providers bill them as well."""
    bench.providers.said["погода"] = outcome
    bench.store.add(1, "погода")
    await bench.plain.tell(WorkArrived())
    await bench.until(lambda: len(bench.store.spendings) == 2)
    assert {(each.account, each.purpose) for each in bench.store.spendings} == {(42, "tag")}


@pytest.mark.parametrize("wrong", [NONSENSE, ActorCrashed("providers", "a fault")])
async def test_a_post_that_fails_every_time_is_given_up(
    bench: Bench, wrong: Later | Exception
) -> None:
    """After eight attempts, with the reason; other posts are tagged all the while."""
    bench.providers.said["ужас"] = wrong
    bench.store.add(0, "ужас")
    for number in range(1, MOST_ATTEMPTS + 1):
        bench.store.add(number, f"пост {number}")
        await bench.plain.tell(WorkArrived())
        await bench.until(lambda: bench.providers.asked.count("ужас") == number)  # noqa: B023
        await bench.tagged(number)
        await bench.at_rest()
        await bench.pass_time(3600)
    await bench.until(lambda: bench.store.work["tag", 7, 0].dead)
    assert "8 times" in str(bench.store.work["tag", 7, 0].reason)
    assert (7, 0) not in bench.store.tags
    status = await bench.at_rest()
    assert (status.failed, status.dead) == (MOST_ATTEMPTS - 1, 1)


async def test_providers_that_cannot_be_asked_cost_no_attempt(bench: Bench) -> None:
    """Their silence is not the post's fault."""
    bench.providers.said["погода"] = AskTimeout("providers")
    bench.store.add(1, "погода")
    await bench.plain.tell(WorkArrived())
    await bench.until(lambda: bench.store.work["tag", 7, 1].reason is not None)
    row = bench.store.work["tag", 7, 1]
    assert row.attempts == 0
    assert row.not_before > bench.store.now()


async def test_when_nobody_answers_the_tagger_waits_instead_of_turning_all_work_over(
    bench: Bench,
) -> None:
    """Until the first of them says he will; then it goes on with those it had put back, too."""
    until = bench.store.now() + timedelta(seconds=40)
    bench.providers.otherwise = Later(reason="429", until=until, blameless=True)
    for post in range(100):
        bench.store.add(post, f"пост {post}")
    await bench.plain.tell(WorkArrived())
    await bench.until(lambda: len(bench.providers.asked) >= AT_ONCE)
    await bench.at_rest()
    assert AT_ONCE <= len(bench.providers.asked) <= 2 * AT_ONCE
    bench.providers.otherwise = None
    for _ in range(8):
        assert len(bench.providers.asked) <= 2 * AT_ONCE
        await bench.pass_time()
    await bench.tagged(*range(100))


async def test_a_long_wait_is_told_to_each_post(bench: Bench) -> None:
    """So that it can be seen why each of them has no tags."""
    until = bench.store.now() + 2 * HOUR
    bench.providers.otherwise = Later(reason="the day's budget", until=until, blameless=True)
    for post in range(50):
        bench.store.add(post, f"пост {post}")
    await bench.plain.tell(WorkArrived())
    await bench.until(lambda: all(r.reason for r in bench.store.left("tag").values()))
    assert len(bench.store.left("tag")) == 50


async def test_a_store_that_is_down_is_waited_for(bench: Bench) -> None:
    """The tagger says so meanwhile, tries less and less often, and goes on by itself."""

    def down(_: object) -> None:
        raise DatabaseUnreachable("here", "it is off")

    await bench.clock.sleepers()
    bench.store.before = down
    await bench.plain.tell(WorkArrived())
    await bench.until(lambda: bench.actor._rounds.trouble is not None)
    status = await bench.status()
    assert status.state == "degraded"
    assert "it is off" in str(status.reason)
    pauses = []
    for _ in range(7):
        [pause] = await bench.clock.sleepers()
        pauses.append(pause)
        bench.clock.advance(pause)
        await bench.until(lambda: not bench.clock._sleepers)
        await bench.clock.sleepers()
    assert pauses == [1, 2, 4, 8, 16, 30, 30]
    bench.store.before = lambda _: None
    bench.store.add(1, "погода")
    bench.clock.advance(30)
    await bench.tagged(1)


async def test_an_answer_survives_a_store_that_is_down(bench: Bench) -> None:
    """It is kept as soon as the store is back, and nobody is asked, or pays, again."""

    def down(request: object) -> None:
        if isinstance(request, KeepTags):
            raise DatabaseUnreachable("here", "it is off")

    bench.store.before = down
    bench.store.add(1, "погода")
    await bench.plain.tell(WorkArrived())
    await bench.until(lambda: bench.providers.asked == ["погода"])
    await bench.clock.sleepers(2)
    bench.clock.advance(1)
    await bench.clock.sleepers(2)
    bench.store.before = lambda _: None
    bench.clock.advance(1)
    await bench.tagged(1)
    assert bench.providers.asked == ["погода"]
    assert len(bench.store.spendings) == 1


async def test_an_answer_is_let_go_when_its_lease_is_over(bench: Bench) -> None:
    """The post is asked for again then, by whoever has it."""
    store = bench.store

    def down(request: object) -> None:
        if isinstance(request, KeepTags) and store.skew < timedelta(seconds=LEASE + 60):
            raise DatabaseUnreachable("here", "it is off")

    bench.store.before = down
    bench.store.add(1, "погода")
    await bench.plain.tell(WorkArrived())
    with anyio.fail_after(10):
        while (7, 1) not in store.tags:
            await bench.pass_time()
            await asyncio.sleep(0)
    assert len(bench.providers.asked) == 2
    assert store.left("tag") == {}


async def test_a_late_answer_does_not_count(bench: Bench) -> None:
    """Once the work is another's, whatever the first one says is void."""
    bench.providers.held["погода"] = gate = asyncio.Event()
    bench.store.add(1, "погода")
    await bench.plain.tell(WorkArrived())
    await bench.until(lambda: bench.providers.asked == ["погода"])
    await bench.clock.sleepers()
    bench.store.skew += timedelta(seconds=LEASE + 1)
    [other] = await bench.store.ask(ClaimWork(kind="tag", worker="other", n=8, lease=LEASE))
    gate.set()
    await bench.at_rest()
    assert bench.store.was_asked(KeepTags)
    assert bench.store.tags == {}
    assert bench.store._mine(other.row) is not None


async def test_a_post_that_changes_while_it_is_tagged_is_tagged_anew(bench: Bench) -> None:
    """Its tags are those of its last text."""
    bench.providers.held["погода"] = gate = asyncio.Event()
    bench.store.add(1, "погода")
    await bench.plain.tell(WorkArrived())
    await bench.until(lambda: bench.providers.asked == ["погода"])
    bench.store.add(1, "политика")
    gate.set()
    await bench.until(lambda: bench.providers.asked == ["погода", "политика"])
    await bench.tagged(1)
    assert bench.tags(1) == ("политика",)


async def test_a_stop_gives_back_what_has_no_answer() -> None:
    """It is due at once, its attempt does not count, nobody is being asked any more."""
    bench = Bench()
    await bench.actor.started()
    bench.providers.held["медленно"] = asyncio.Event()
    bench.store.add(1, "медленно")
    bench.store.add(2, "погода")
    await bench.plain.tell(WorkArrived())
    await bench.tagged(2)
    await bench.until(lambda: bench.providers.under_way == 1)
    await bench.actor.stopped()
    assert bench.providers.under_way == 0
    row = bench.store.work["tag", 7, 1]
    assert (row.claimed, row.attempts) == (False, 0)
    assert row.not_before <= bench.store.now()
    asked = len(bench.store.asked)
    bench.store.add(3, "после")
    for _ in range(100):
        await asyncio.sleep(0)
    assert len(bench.store.asked) == asked, "it has ended"


async def test_a_stop_keeps_an_answer_that_was_paid_for() -> None:
    """What has just come is kept before the end."""
    bench = Bench()
    await bench.actor.started()
    bench.store.held[KeepTags] = gate = asyncio.Event()
    bench.store.add(1, "погода")
    await bench.plain.tell(WorkArrived())
    await bench.until(lambda: bench.store.was_asked(KeepTags))
    stopping = asyncio.create_task(bench.actor.stopped())
    await bench.until(lambda: any(task.cancelling() for task in bench.actor._tasks))
    gate.set()
    await stopping
    assert bench.tags(1) == ("погода",)


async def test_it_begins_again_after_a_stop() -> None:
    """With room for as many as at first, and with patience for a store that is down."""
    bench = Bench()
    await bench.actor.started()
    for post in range(AT_ONCE):
        bench.store.add(post, f"пост {post}")
        bench.providers.held[f"пост {post}"] = asyncio.Event()
    await bench.plain.tell(WorkArrived())
    await bench.until(lambda: bench.providers.under_way == AT_ONCE)
    await bench.actor.stopped()
    bench.providers.held.clear()
    bench.providers.asked.clear()
    refusals = iter([DatabaseUnreachable("here", "it is off")])

    def down_once(request: object) -> None:
        if isinstance(request, KeepTags):
            for refusal in refusals:
                raise refusal

    bench.store.before = down_once
    await bench.actor.started()
    await bench.clock.sleepers(2)
    bench.clock.advance(1)
    await bench.tagged(*range(AT_ONCE))
    assert len(bench.providers.asked) == AT_ONCE
    await bench.actor.stopped()


async def test_a_fault_costs_one_post_not_the_worker(bench: Bench) -> None:
    """Its work comes back by its lease; others are tagged, and there is room for all."""
    bench.providers.said["ужас"] = ValueError("not expected by anybody")
    for post in range(AT_ONCE):
        bench.store.add(post, "ужас" if post == 0 else f"пост {post}")
    await bench.plain.tell(WorkArrived())
    await bench.tagged(*range(1, AT_ONCE))
    await bench.until(lambda: bench.actor._held == set())
    assert bench.actor._asked == {}
    assert bench.store.work["tag", 7, 0].claimed
    del bench.providers.said["ужас"]
    await bench.pass_time(LEASE + 1)
    await bench.tagged(0)


async def test_settling_waits_for_what_is_due_and_for_nothing_else(bench: Bench) -> None:
    """It ends when all is tagged or put back, or when the time is up."""
    until = bench.store.now() + HOUR
    bench.providers.said["потом"] = Later(reason="429", until=until, blameless=True)
    bench.providers.held["погода"] = gate = asyncio.Event()
    await bench.clock.sleepers()
    bench.store.add(1, "погода")
    bench.store.add(2, "потом")
    settling = asyncio.create_task(bench.plain.ask(SettleWork(account=42, within=30)))
    await bench.until(lambda: bench.store.work["tag", 7, 2].reason == "429")
    await bench.clock.sleepers(2)
    assert not settling.done()
    gate.set()
    await bench.tagged(1)
    bench.clock.advance(0.1)
    assert await settling is True
    bench.providers.held["вечно"] = asyncio.Event()
    bench.store.add(3, "вечно")
    settling = asyncio.create_task(bench.plain.ask(SettleWork(account=42, within=3)))
    await bench.until(lambda: bench.providers.under_way == 1)
    await bench.clock.sleepers(2)
    bench.clock.advance(3)
    assert await settling is False
