"""The IndexerActor."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from itertools import groupby
from typing import Any

import anyio
import anyio.lowlevel
import pytest

from actors.collections import INTACT_SECONDS
from actors.indexer import LOOK_OVER_SECONDS, POSTS_AT_ONCE, IndexerActor
from actors.meaning_messages import ClaimWork, DelayWork, KeepIndexed
from actors.providers.breaker import BROKEN_IN_A_ROW
from actors.providers.outcomes import Later
from actors.reasons import LOSSES
from actors.rounds import LEASE, TICK_SECONDS
from actors.vector_messages import RemovePosts, ReplacePoints
from actors.worker_messages import DescribeWorker, SettleWork, WorkArrived, WorkerStatus
from runtime import ActorCrashed
from runtime.testing import ManualClock, Plain
from storage.errors import DatabaseUnreachable
from storage.vectors.errors import VectorsUnreachable
from storage.work import MOST_ATTEMPTS
from tests.actors.meaning_models import ModelCollection, ModelMeaning, ModelProviders, ModelVectors

pytestmark = pytest.mark.anyio

HOUR = timedelta(hours=1)
DOWN = Later(reason="it is down", until=None, blameless=True)
NONSENSE = Later(reason="NaN", until=None, blameless=False)
LONG = "слово " * 600


class Bench:
    """An indexer on the test's own loop, between models of all it asks."""

    def __init__(self) -> None:
        self.clock = ManualClock()
        self.store = ModelMeaning()
        self.providers = ModelProviders()
        self.vectors = ModelVectors()
        self.actor = self.made()

    def made(self) -> IndexerActor:
        """Make one, as a new process does."""
        actor = IndexerActor(
            self.store,
            self.providers,
            self.vectors,
            cap=1000,
            clock=self.clock,
            now=self.store.now,
            chance=lambda: 0.0,
        )
        self.plain = Plain(actor)
        return actor

    async def status(self) -> WorkerStatus:
        """Ask how it is doing."""
        return await self.plain.ask(DescribeWorker())

    async def until(self, holds: Callable[[], bool]) -> None:
        """Wait, without letting the clock go on, until something holds."""
        with anyio.fail_after(10):
            while not holds():
                await anyio.lowlevel.checkpoint()

    async def at_rest(self) -> WorkerStatus:
        """Have it look for work, wait until it has found no more, and ask how it is doing."""
        await self.clock.sleepers()
        await self.plain.tell(WorkArrived())
        await self.until(lambda: not self.clock._sleepers)
        await self.clock.sleepers()
        return await self.status()

    async def pass_time(self, seconds: float = TICK_SECONDS) -> WorkerStatus:
        """Let time pass, here and in the store, until it rests again, or still."""
        await self.clock.sleepers()
        self.store.skew += timedelta(seconds=seconds)
        self.clock.advance(seconds)
        await self.clock.sleepers()
        return await self.status()

    async def finished(self) -> WorkerStatus:
        """Let time pass until no index work is left, and it rests."""
        with anyio.fail_after(10):
            while self.store.left("index", "unindex"):
                await self.pass_time()
        return await self.at_rest()

    async def again(self) -> None:
        """Stop it, and begin as a new process does."""
        await self.actor.stopped()
        self.actor = self.made()
        await self.actor.started()

    @property
    def collection(self) -> str:
        """The name of the only collection."""
        [name] = self.store.collections
        return name

    def agrees(self) -> bool:
        """Whether the vectors hold what the store says, which is all that it holds."""
        held = self.store.texts.keys()
        return bool(self.store.collections) and all(
            each.posts.keys() == held
            and self.vectors.collections[name].posts.keys()
            == {post for post in held if self.store.texts[post].strip()}
            for name, each in self.store.collections.items()
        )


def fails(*kinds: type, times: int = 1_000_000) -> Callable[[Any], None]:
    """Refuse requests of some kinds, so many times."""
    left = iter(range(times))

    def refuse(request: Any) -> None:
        if isinstance(request, kinds) and next(left, None) is not None:
            raise VectorsUnreachable("there", "it is off")

    return refuse


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    """An indexer that has begun."""
    made = Bench()
    await made.actor.started()
    yield made
    await made.actor.stopped()


async def test_posts_are_written_and_their_work_is_done(bench: Bench) -> None:
    """Into the collection of the configured model; a long one in pieces, a blank one not."""
    for post in range(1, 51):
        bench.store.add(post, f"пост {post}", channel=post % 3)
    bench.store.add(60, LONG)
    bench.store.add(61, " \n")
    status = await bench.at_rest()
    assert bench.agrees()
    assert bench.store.left("index", "unindex") == {}
    assert bench.collection.startswith("local-v3-")
    assert bench.collection.endswith("-2")
    assert bench.vectors.collections[bench.collection].posts[7, 60] > 3
    assert (status.state, status.ok, status.skipped, status.failed) == ("idle", 51, 1, 0)
    assert all(len(texts) <= 32 and model is None for model, texts in bench.providers.embedded)
    assert len(bench.providers.embedded) < 6
    assert sum(each.prompt_tokens for each in bench.store.spendings) >= 12
    assert all((each.purpose, each.account) == ("index", 42) for each in bench.store.spendings)


async def test_work_nobody_has_told_of_is_found(bench: Bench) -> None:
    """A few seconds after it was stored."""
    await bench.clock.sleepers()
    bench.store.add(1, "погода")
    assert bench.providers.embedded == []
    await bench.pass_time()
    assert bench.agrees()
    assert bench.store.left("index") == {}


async def test_nothing_is_opened_before_there_is_something_to_index() -> None:
    """What was deleted before it was ever indexed needs no model either."""
    bench = Bench()
    bench.vectors.before = bench.providers.before = fails(object)
    bench.store.add(1, "погода")
    bench.store.remove(1)
    await bench.actor.started()
    status = await bench.at_rest()
    assert (status.state, bench.store.work) == ("idle", {})
    bench.vectors.before = bench.providers.before = lambda _: None
    bench.store.add(2, "погода")
    await bench.pass_time()
    assert bench.agrees()
    await bench.actor.stopped()


async def test_a_deleted_post_is_taken_out(bench: Bench) -> None:
    """And a changed one is replaced: none of the pieces of its old text is left."""
    bench.store.add(1, LONG)
    bench.store.add(2, LONG)
    bench.store.add(3, LONG)
    await bench.at_rest()
    bench.store.remove(1)
    bench.store.add(2, "коротко")
    bench.store.add(3, "  ")
    await bench.at_rest()
    assert bench.agrees()
    assert bench.vectors.collections[bench.collection].posts == {(7, 2): 1}
    assert bench.store.left("index", "unindex") == {}


async def test_a_channel_is_taken_out_whole(bench: Bench) -> None:
    """Its removal is one row, which names no post."""
    for post in (1, 2):
        bench.store.add(post, "погода", channel=5)
    bench.store.add(3, "погода", channel=6)
    await bench.at_rest()
    for post in (1, 2):
        del bench.store.texts[5, post]
        del bench.store.collections[bench.collection].posts[5, post]
    bench.store._enqueue(("unindex", 5, 0))
    await bench.at_rest()
    assert bench.agrees()
    assert bench.store.left("unindex") == {}


async def test_a_post_that_is_gone_is_done_with(bench: Bench) -> None:
    """Nothing is written of it."""
    await bench.clock.sleepers()
    bench.store.add(1, "погода")
    del bench.store.texts[7, 1]
    await bench.at_rest()
    assert bench.store.left("index") == {}
    assert bench.providers.embedded == []


async def test_posts_that_nobody_could_embed_are_put_back(bench: Bench) -> None:
    """With the reason; it is no failure, and they are written once somebody can."""
    await bench.clock.sleepers()
    bench.providers.otherwise = DOWN
    for post in range(1, 6):
        bench.store.add(post, f"пост {post}")
    status = await bench.at_rest()
    assert (status.state, status.reason, status.failed) == ("degraded", "it is down", 0)
    assert not status.healing
    rows = bench.store.left("index").values()
    assert all((row.reason, row.attempts) == ("it is down", 0) for row in rows)
    assert len(bench.providers.embedded) == 1
    bench.providers.otherwise = None
    status = await bench.pass_time(60)
    assert bench.agrees()
    assert status.state == "idle"


async def test_while_nobody_embeds_no_more_is_claimed_but_removals_go_on(bench: Bench) -> None:
    """Instead of turning all work over; what is deleted is not found meanwhile."""
    bench.store.add(999, "старое")
    await bench.at_rest()
    bench.providers.otherwise = DOWN
    for post in range(1, 101):
        bench.store.add(post, f"пост {post}")
    await bench.at_rest()
    assert await bench.clock.sleepers() == [TICK_SECONDS]
    assert len(bench.providers.embedded) == 2
    assert sum(row.reason is not None for row in bench.store.left("index").values()) == 32
    bench.store.remove(999)
    await bench.at_rest()
    assert (7, 999) not in bench.vectors.collections[bench.collection].posts
    assert len(bench.providers.embedded) == 2


async def test_one_bad_post_does_not_take_others_along(bench: Bench) -> None:
    """It is found among those it was embedded with, and given up alone after eight attempts."""
    await bench.clock.sleepers()
    bench.providers.said["ужас"] = NONSENSE
    for post in range(1, 21):
        bench.store.add(post, "ужас" if post == 13 else f"пост {post}")
    await bench.at_rest()
    posts = bench.vectors.collections[bench.collection].posts
    assert posts.keys() == {(7, post) for post in range(1, 21) if post != 13}
    for _ in range(MOST_ATTEMPTS):
        await bench.pass_time(3600)
    status = await bench.status()
    assert bench.store.work["index", 7, 13].dead
    assert bench.store.work["index", 7, 13].reason is not None
    assert (status.ok, status.failed, status.dead) == (19, MOST_ATTEMPTS - 1, 1)


@pytest.mark.parametrize("bad", [1, 2, 10, 20])
async def test_a_bad_post_is_found_without_many_failures_in_a_row(bench: Bench, bad: int) -> None:
    """They would be taken for an outage, and then nobody would be asked."""
    await bench.clock.sleepers()
    bench.providers.said["ужас"] = NONSENSE
    for post in range(1, 21):
        bench.store.add(post, "ужас" if post == bad else f"пост {post}")
    await bench.at_rest()
    failed = ["ужас" in texts for _, texts in bench.providers.embedded]
    longest = max(sum(run) for fails, run in groupby(failed) if fails)
    assert longest < BROKEN_IN_A_ROW - 1
    assert len(bench.vectors.collections[bench.collection].posts) == 19


async def test_nobody_is_asked_for_what_nobody_can_pay(bench: Bench) -> None:
    """It waits until somebody can; what may be spent is what was set."""
    await bench.clock.sleepers()
    bench.store.poor_until = until = bench.store.now() + HOUR
    bench.store.add(1, "погода")
    await bench.at_rest()
    assert bench.store.work["index", 7, 1].not_before == until
    assert bench.providers.embedded == []
    assert all(each.cap == 1000 for each in bench.store.asked if isinstance(each, ClaimWork))


async def test_vectors_that_are_down_are_waited_for(bench: Bench) -> None:
    """It says so, embeds nothing meanwhile, and writes everything once they are back."""
    bench.store.add(999, "погода")
    await bench.at_rest()
    for post in range(1, 101):
        bench.store.add(post, f"пост {post}")
    bench.vectors.before = fails(object)
    await bench.plain.tell(WorkArrived())
    await bench.until(lambda: bench.actor._rounds.trouble is not None)
    await bench.clock.sleepers()
    status = await bench.status()
    assert "it is off" in str(status.reason)
    assert status.code == "trouble"
    for _ in range(5):
        await bench.pass_time(30)
    assert len(bench.providers.embedded) == 2
    assert max(row.attempts for row in bench.store.left("index").values()) == 0
    bench.vectors.before = lambda _: None
    status = await bench.finished()
    assert bench.agrees()
    assert (status.state, status.failed, bench.actor._held) == ("idle", 0, set())


async def test_a_store_that_is_down_costs_nothing_but_time(bench: Bench) -> None:
    """What was written is said as soon as the store is back, and embedded once."""
    await bench.clock.sleepers()
    left = iter(range(3))

    def down(request: Any) -> None:
        if isinstance(request, KeepIndexed) and next(left, None) is not None:
            raise DatabaseUnreachable("here", "it is off")

    bench.store.before = down
    bench.store.add(1, "погода")
    await bench.plain.tell(WorkArrived())
    await bench.finished()
    assert bench.agrees()
    assert len(bench.providers.embedded) == 1


async def test_vectors_that_were_lost_are_made_anew(bench: Bench) -> None:
    """By another epoch of the same collection: all is indexed again, and that is said meanwhile."""
    for post in range(1, 41):
        bench.store.add(post, f"пост {post}")
    await bench.at_rest()
    bench.vectors.wipe()
    bench.providers.held["пост 40"] = gate = asyncio.Event()
    await bench.clock.sleepers()
    bench.clock.advance(LOOK_OVER_SECONDS)
    await bench.until(lambda: len(bench.providers.embedded) > 2)
    status = await bench.status()
    assert (status.state, status.under_way) == ("degraded", POSTS_AT_ONCE)
    assert (status.code, status.reason) == ("lost", LOSSES["lost"])
    gate.set()
    assert (await bench.at_rest()).state == "idle"
    assert bench.agrees()
    assert len(bench.vectors.collections[bench.collection].posts) == 40


async def test_a_loss_is_noticed_soon_where_nothing_is_written(bench: Bench) -> None:
    """Searches would find little for an hour, and nobody would say so."""
    bench.store.add(1, "погода")
    await bench.at_rest()
    bench.vectors.wipe()
    for _ in range(int(INTACT_SECONDS / TICK_SECONDS)):
        await bench.pass_time()
    await bench.until(lambda: len(bench.vectors.collections) == 1)
    await bench.at_rest()
    assert bench.agrees()
    assert len(bench.providers.embedded) == 2


async def test_a_removal_is_tried_until_it_is_done(bench: Bench) -> None:
    """Even if the vectors have crashed at it more often than a post may fail."""
    bench.store.add(1, "погода")
    await bench.at_rest()
    left = iter(range(MOST_ATTEMPTS + 2))

    def crash(request: Any) -> None:
        if isinstance(request, RemovePosts) and next(left, None) is not None:
            raise ActorCrashed("vectors", "a fault")

    bench.vectors.before = crash
    bench.store.remove(1)
    await bench.finished()
    assert next(left, None) is None
    assert bench.agrees()


async def test_what_is_removed_goes_from_collections_that_others_use(bench: Bench) -> None:
    """Another process may be building one of another model, and hears nothing of it."""
    bench.store.add(1, "погода")
    await bench.at_rest()
    other = ModelCollection("other", 2, "e", {(7, 1): 1})
    bench.vectors.collections["other-2"] = other
    bench.store.collections["other-2"] = ModelCollection("other", 2, "e")
    bench.store.remove(1)
    await bench.at_rest()
    assert other.posts == {}


async def test_a_loss_is_noticed_by_the_next_write(bench: Bench) -> None:
    """Without waiting for the comparison of the hour."""
    bench.store.add(1, "погода")
    await bench.at_rest()
    bench.vectors.wipe()
    bench.store.add(2, "политика")
    await bench.plain.tell(WorkArrived())
    await bench.until(lambda: bench.actor._rounds.trouble is not None)
    await bench.pass_time(60)
    assert bench.agrees()


async def test_every_hour_what_is_there_is_compared_with_what_is_said(bench: Bench) -> None:
    """What is missing is indexed again, what nobody holds is removed, and it is said meanwhile."""
    for post in range(1, 11):
        bench.store.add(post, f"пост {post}", channel=5 + post % 2)
    await bench.at_rest()
    there = bench.vectors.collections[bench.collection].posts
    del there[5, 2], there[6, 3]
    there[6, 99] = 1
    bench.vectors.collections[bench.collection].first[6, 99] = 0.0
    await bench.at_rest()
    assert not bench.agrees()
    bench.providers.held["пост 2"] = gate = asyncio.Event()
    await bench.clock.sleepers()
    bench.clock.advance(LOOK_OVER_SECONDS)
    await bench.until(lambda: bench.providers.embedded[-1][1] == ("пост 2",))
    assert (await bench.status()).code == "differed"
    gate.set()
    assert (await bench.at_rest()).state == "idle"
    assert bench.agrees()


async def test_a_new_model_gets_a_collection_beside_the_old_one(bench: Bench) -> None:
    """The old one answers, and is kept up to date, until everything is in the new; then it goes."""
    for post in range(1, 41):
        bench.store.add(post, f"пост {post}")
    await bench.at_rest()
    old = bench.collection
    bench.vectors.collections["somebody's"] = ModelCollection("", 3, "")
    bench.providers.embeddings = ("other", 2)
    bench.providers.held["пост 40"] = gate = asyncio.Event()
    await bench.again()
    await bench.until(lambda: len(bench.providers.embedded) > 3)
    assert [name for name, each in bench.store.collections.items() if each.active] == [old]
    assert bench.vectors.collections.keys() == {old, "other-2", "somebody's"}
    bench.store.remove(1)
    bench.store.add(50, "новое")
    gate.set()
    await bench.finished()
    assert [name for name, each in bench.store.collections.items() if each.active] == ["other-2"]
    assert bench.vectors.collections.keys() == {"other-2", "somebody's"}
    assert bench.store.collections.keys() == {"other-2"}
    assert bench.agrees()
    models = {model for model, texts in bench.providers.embedded if "новое" in texts}
    assert models == {None, "local/v3"}


async def test_while_the_new_model_is_down_the_old_collection_is_kept_up(bench: Bench) -> None:
    """What is deleted goes from it; what comes waits, for one claim is written to both or none."""
    for post in (1, 2):
        bench.store.add(post, f"пост {post}")
    await bench.at_rest()
    old = bench.collection
    bench.providers.embeddings = ("other", 2)
    bench.providers.models = {"local/v3"}
    await bench.again()
    bench.store.remove(1)
    bench.store.add(3, "новое")
    await bench.at_rest()
    assert bench.vectors.collections[old].posts.keys() == {(7, 2)}
    assert bench.store.collections[old].active
    assert len(bench.providers.embedded) == 1


@pytest.mark.parametrize("deaf", [False, True])
async def test_an_old_model_that_is_not_to_be_had_keeps_nothing_waiting(
    bench: Bench, deaf: bool
) -> None:
    """What comes meanwhile is in the new collection, and never under another model's vectors."""
    bench.store.add(1, "погода")
    await bench.at_rest()
    old = bench.collection
    bench.providers.embeddings = ("other", 2)
    bench.providers.models = {"other"}
    bench.providers.deaf = deaf
    bench.providers.held["погода"] = gate = asyncio.Event()
    await bench.again()
    await bench.until(lambda: len(bench.providers.embedded) == 2)
    bench.store.add(2, "новое")
    gate.set()
    await bench.until(lambda: "other-2" in bench.store.collections)
    await bench.until(lambda: len(bench.store.collections["other-2"].posts) == 2)
    assert (7, 2) not in bench.vectors.collections.get(old, ModelCollection("", 2, "")).posts
    await bench.at_rest()
    await bench.pass_time(60)
    assert bench.collection == "other-2"
    assert bench.agrees()
    assert bench.store.left("index") == {}


async def test_a_collection_that_was_left_behind_is_dropped(bench: Bench) -> None:
    """It is neither the configured model's nor the one that answers."""
    bench.store.add(1, "погода")
    await bench.at_rest()
    bench.store.collections["left-2"] = ModelCollection("left", 2, "e")
    bench.vectors.collections["left-2"] = ModelCollection("", 2, "e")
    old = next(name for name in bench.store.collections if name.startswith("local"))
    bench.providers.embeddings = ("other", 2)
    bench.providers.held["погода"] = asyncio.Event()
    await bench.again()
    await bench.until(lambda: len(bench.providers.embedded) == 2)
    assert bench.store.collections.keys() == {old, "other-2"}
    assert bench.vectors.collections.keys() == {old, "other-2"}


async def test_an_old_collection_that_was_lost_answers_no_more(bench: Bench) -> None:
    """Nothing is embedded for it again: the new one is about to be complete."""
    bench.store.add(1, "погода")
    await bench.at_rest()
    bench.vectors.collections[bench.collection].epoch = "another"
    bench.providers.embeddings = ("other", 2)
    await bench.again()
    await bench.finished()
    assert bench.collection == "other-2"
    assert bench.agrees()
    assert [model for model, _ in bench.providers.embedded] == [None, None]


async def test_it_says_when_much_of_what_is_held_is_not_found(bench: Bench) -> None:
    """Also when it was lost before this process began; a few new posts are nothing to speak of."""
    for post in range(1, 31):
        bench.store.add(post, f"пост {post}")
    await bench.at_rest()
    for post, code in ((31, None), (32, "behind")):
        bench.providers.held[f"пост {post}"] = gate = asyncio.Event()
        for each in range(post, post + (1 if code is None else 40)):
            bench.store.add(each, f"пост {each}")
        before = len(bench.providers.embedded)
        await bench.again()
        await bench.until(lambda: len(bench.providers.embedded) > before)  # noqa: B023
        assert (await bench.status()).code == code
        gate.set()
        assert (await bench.at_rest()).state == "idle"


async def test_a_collection_that_somebody_else_begins_is_looked_into_at_once(bench: Bench) -> None:
    """No post waits for ever to be written into one that is not in use here."""
    await bench.clock.sleepers()
    bench.store.collections["left-2"] = ModelCollection("left", 2, "e")
    bench.store.add(1, "погода")
    await bench.at_rest()
    await bench.pass_time()
    assert bench.agrees()
    assert bench.store.left("index") == {}


async def test_a_stop_gives_back_what_is_not_written() -> None:
    """It is due at once, its attempt does not count, nobody is being asked any more."""
    bench = Bench()
    await bench.actor.started()
    await bench.clock.sleepers()
    bench.providers.held["медленно"] = asyncio.Event()
    bench.store.add(1, "медленно")
    await bench.plain.tell(WorkArrived())
    await bench.until(lambda: bool(bench.providers.embedded))
    await bench.actor.stopped()
    row = bench.store.work["index", 7, 1]
    assert (row.claimed, row.attempts, row.not_before <= bench.store.now()) == (False, 0, True)
    bench.providers.held.clear()
    await bench.again()
    await bench.at_rest()
    assert bench.agrees()
    await bench.actor.stopped()


async def test_what_there_is_no_time_for_is_put_back_before_its_lease_ends(bench: Bench) -> None:
    """So that no result is void that was paid for."""
    await bench.clock.sleepers()
    bench.providers.held["пост 1"] = gate = asyncio.Event()
    for post in range(1, 5):
        bench.store.add(post, f"пост {post}" if post == 1 else LONG * 3)
    await bench.plain.tell(WorkArrived())
    await bench.until(lambda: bool(bench.providers.embedded))
    bench.clock.advance(LEASE / 2)
    bench.providers.held.clear()
    gate.set()
    await bench.at_rest()
    back = [each for each in bench.store.asked if isinstance(each, DelayWork)]
    assert {each.row.post_id for each in back} == {4}
    assert not any(each.failed for each in back)
    assert bench.agrees()
    assert len(bench.providers.embedded) > 1


async def test_nothing_is_written_after_its_lease(bench: Bench) -> None:
    """Another worker may have written a newer text by then; what was paid for is counted."""
    await bench.clock.sleepers()
    written: list[ReplacePoints] = []

    def note(request: Any) -> None:
        if isinstance(request, ReplacePoints):
            written.append(request)

    bench.vectors.before = note
    bench.providers.held["старое"] = gate = asyncio.Event()
    bench.store.add(1, "старое")
    await bench.plain.tell(WorkArrived())
    await bench.until(lambda: bool(bench.providers.embedded))
    bench.store.add(1, "новый текст")
    bench.store.skew += timedelta(seconds=LEASE)
    bench.clock.advance(LEASE)
    gate.set()
    await bench.until(lambda: bool(bench.store.spendings))
    assert not written
    await bench.finished()
    [only] = written
    assert [point.vector[0] for point in only.points] == [len("новый текст")]
    assert bench.agrees()


async def test_finding_a_bad_post_ends_before_the_lease(bench: Bench) -> None:
    """However slowly each of those it was embedded with is refused, the rest is put back."""
    await bench.clock.sleepers()
    for post in range(1, 5):
        bench.store.add(post, f"пост {post}")
    bench.providers.otherwise = NONSENSE
    bench.providers.held["пост 1"] = gate = asyncio.Event()
    await bench.plain.tell(WorkArrived())
    await bench.until(lambda: bool(bench.providers.embedded))
    bench.clock.advance(LEASE / 2)
    bench.providers.held.clear()
    gate.set()
    await bench.until(lambda: any(isinstance(each, DelayWork) for each in bench.store.asked))
    assert len(bench.providers.embedded) == 1
    bench.providers.otherwise = None
    await bench.finished()
    assert bench.agrees()


async def test_what_was_embedded_for_vectors_that_are_down_is_paid_for(bench: Bench) -> None:
    """The tokens are spent, whatever becomes of the vectors."""
    await bench.clock.sleepers()
    bench.vectors.before = fails(ReplacePoints, times=1)
    bench.store.add(1, "погода")
    await bench.plain.tell(WorkArrived())
    await bench.until(lambda: bench.actor._rounds.trouble is not None)
    assert len(bench.store.spendings) == 1


async def test_settling_waits_for_what_is_due_and_for_nothing_else(bench: Bench) -> None:
    """For posts to be indexed and for such that are to be removed; not for what was put back."""
    bench.store.add(1, "погода")
    await bench.at_rest()
    bench.providers.held["новое"] = gate = asyncio.Event()
    bench.store.add(2, "новое")
    bench.store.remove(1)
    settling = asyncio.create_task(bench.plain.ask(SettleWork(account=42, within=30)))
    await bench.until(lambda: len(bench.providers.embedded) == 2)
    await bench.clock.sleepers()
    assert not settling.done()
    gate.set()
    await bench.until(lambda: not bench.store.left("index", "unindex"))
    bench.clock.advance(0.1)
    assert await settling is True
    assert bench.store.left("tag") != {}, "which is the tagger's"
    bench.vectors.held[RemovePosts] = gate = asyncio.Event()
    bench.store.remove(2)
    settling = asyncio.create_task(bench.plain.ask(SettleWork(account=42, within=30)))
    await bench.clock.sleepers()
    assert not settling.done()
    gate.set()
    await bench.until(lambda: not bench.store.left("unindex"))
    bench.clock.advance(0.1)
    assert await settling is True


async def test_a_write_that_is_repeated_changes_nothing(bench: Bench) -> None:
    """One whose answer was lost: it was written, and was not said to be."""
    await bench.clock.sleepers()
    bench.store.add(1, LONG)
    asks = bench.vectors._of_posts

    def lost(request: Any) -> Any:
        answer = asks(request)
        if isinstance(request, ReplacePoints | RemovePosts):
            bench.vectors._of_posts = asks  # type: ignore[method-assign]
            raise VectorsUnreachable("there", "it was cut off")
        return answer

    bench.vectors._of_posts = lost  # type: ignore[method-assign]
    await bench.plain.tell(WorkArrived())
    await bench.until(lambda: bench.actor._rounds.trouble is not None)
    await bench.pass_time(60)
    assert bench.agrees()
    assert bench.store.left("index") == {}
