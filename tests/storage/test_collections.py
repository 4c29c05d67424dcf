"""The collections that the database knows."""

import asyncio
from collections.abc import Iterable
from datetime import UTC, datetime

import pytest

from storage import collections, indexing, posts, work
from storage.database import Database
from storage.meaning_rows import CollectionRow, WorkItem
from storage.rows import Hold
from tests.storage.conftest import Own
from tests.storage.found import message, seen
from tests.storage.storing import NO_TIME, amend, claim, store

pytestmark = pytest.mark.anyio


@pytest.fixture
async def reader(db: Database, own: Own) -> Hold:
    """An account that follows channels 7 and 8."""
    hold = await own(42)
    await posts.follow(db, hold, [seen(7), seen(8)])
    return hold


async def begin(db: Database, name: str, epoch: str = "1") -> CollectionRow:
    """Know a collection of vectors of three numbers."""
    return await collections.begin(db, name, model=name, dimension=3, epoch=epoch)


async def index(db: Database) -> list[tuple[int, tuple[str, ...]]]:
    """Index what is to be indexed; return which posts that were, and into what."""
    done: list[tuple[int, tuple[str, ...]]] = []
    while items := await claim(db, "index"):
        for item in items:
            await write(db, [item], item.missing_in)
            done.append((item.row.post_id, item.missing_in))
    return sorted(done)


async def write(db: Database, items: list[WorkItem], into: Iterable[str]) -> None:
    """Say that posts are in some collections; those that miss nothing are done."""
    for name in into:
        assert await indexing.keep(db, name, [item.row for item in items]) == len(items)
    await work.done(db, [item.row for item in items if not item.missing_in])


async def states(db: Database) -> dict[str, tuple[str, int, int]]:
    """Each collection's state, how many posts it has, and how many are to come."""
    return {row.name: (row.state, row.posts, row.missing) for row in await collections.known(db)}


async def test_the_first_collection_answers(db: Database, reader: Hold) -> None:
    """With whatever is in it; the next one is built beside it."""
    await store(db, reader, 1, 2)
    assert await collections.known(db) == []
    first = await begin(db, "a")
    assert first == CollectionRow(
        name="a", model="a", dimension=3, epoch="1", state="active", posts=0, missing=2
    )
    second = await begin(db, "b")
    assert (second.state, second.missing) == ("building", 2)
    assert [row.name for row in await collections.known(db)] == ["a", "b"]


async def test_posts_are_counted_only_for_who_asks(db: Database, reader: Hold) -> None:
    """Which one answers is known without going through all posts."""
    await store(db, reader, 1, 2)
    await begin(db, "a")
    (row,) = await collections.known(db, counted=False)
    assert (row.name, row.state, row.posts, row.missing) == ("a", "active", 0, 0)


async def test_a_known_collection_is_left_alone(db: Database, reader: Hold) -> None:
    """Beginning it again, as with each start, makes no work and voids nothing."""
    await begin(db, "a")
    await store(db, reader, 1)
    await index(db)
    assert await begin(db, "a") == CollectionRow(
        name="a", model="a", dimension=3, epoch="1", state="active", posts=1, missing=0
    )
    assert await claim(db, "index") == []


async def test_a_second_collection_takes_in_what_is_held(db: Database, reader: Hold) -> None:
    """All posts become work for it alone while the first one answers; then it takes its place."""
    await begin(db, "a")
    await store(db, reader, *range(1, 251))
    await index(db)
    await begin(db, "b")
    await store(db, reader, 251)
    assert not await collections.activate(db, "b")
    assert await states(db) == {"a": ("active", 250, 1), "b": ("building", 0, 251)}
    done = await index(db)
    assert done == [(number, ("b",)) for number in range(1, 251)] + [(251, ("a", "b"))]
    assert await collections.activate(db, "b")
    assert await states(db) == {"b": ("active", 251, 0), "a": ("building", 251, 0)}
    await collections.forget(db, "a")
    assert await states(db) == {"b": ("active", 251, 0)}
    assert await claim(db, "index") == []


async def test_posts_that_are_not_indexed_yet_go_into_both(db: Database, reader: Hold) -> None:
    """A switch in the middle of indexing does nothing twice and leaves nothing out."""
    await begin(db, "a")
    await store(db, reader, 1, 2, 3)
    one, two, three = await claim(db, "index")
    await write(db, [one], ["a"])
    await work.later(db, two.row, datetime.now(UTC), "no answer")
    await begin(db, "b")
    assert await indexing.keep(db, "a", [three.row]) == 0
    assert await index(db) == [(1, ("b",)), (2, ("a", "b")), (3, ("a", "b"))]


async def test_a_post_that_was_given_up_keeps_no_collection_back(
    db: Database, reader: Hold
) -> None:
    """It is tried anew for a new collection; given up again, the collection is complete."""
    await begin(db, "a")
    await store(db, reader, 1, 2)
    one, two = await claim(db, "index")
    await write(db, [one], ["a"])
    await work.dead(db, two.row, "broken")
    assert (await states(db))["a"] == ("active", 1, 0)
    await begin(db, "b")
    one, two = await claim(db, "index")
    await write(db, [one], ["b"])
    assert not await collections.activate(db, "b")
    await work.dead(db, two.row, "broken")
    assert await collections.activate(db, "b")


async def test_an_unknown_collection_does_not_answer(db: Database) -> None:
    """What was never begun is not activated, and what answers goes on."""
    await begin(db, "a")
    assert not await collections.activate(db, "b")
    assert await collections.activate(db, "a")
    assert await states(db) == {"a": ("active", 0, 0)}


async def test_a_lost_collection_is_filled_again(db: Database, reader: Hold) -> None:
    """Another epoch voids all that was said of it, of it alone, and all posts are work again."""
    await begin(db, "a")
    await begin(db, "b")
    await store(db, reader, 1, 2)
    await index(db)
    lost = await begin(db, "a", epoch="2")
    assert (lost.state, lost.epoch, lost.posts, lost.missing) == ("active", "2", 0, 2)
    assert (await states(db))["b"] == ("building", 2, 0)
    assert await index(db) == [(1, ("a",)), (2, ("a",))]
    assert (await states(db))["a"] == ("active", 2, 0)


async def test_what_was_written_into_the_lost_one_does_not_count(
    db: Database, reader: Hold
) -> None:
    """A worker that is between writing and saying so when the collection is lost does it again."""
    await begin(db, "a")
    await store(db, reader, 1)
    (item,) = await claim(db, "index")
    await begin(db, "a", epoch="2")
    assert await indexing.keep(db, "a", [item.row]) == 0
    assert await index(db) == [(1, ("a",))]


async def test_a_wiped_channel_heals(db: Database, reader: Hold) -> None:
    """What is said and not there is said no more and is work again, once."""
    await begin(db, "a")
    await store(db, reader, 1, 2, 3)
    await store(db, reader, 1, channel=8)
    await index(db)
    assert await collections.reconcile(db, "a", 7, {1, 2, 3}) == 0
    assert await collections.reconcile(db, "a", 7, {2}) == 2
    assert (await states(db))["a"] == ("active", 2, 2)
    assert await collections.reconcile(db, "a", 7, {2}) == 0
    assert await index(db) == [(1, ("a",)), (3, ("a",))]


async def test_what_is_not_held_is_removed(db: Database, reader: Hold) -> None:
    """Vectors of posts that are gone, or that have no text any more, become removals, once."""
    await begin(db, "a")
    await store(db, reader, 1, 2)
    one, two = await claim(db, "index")
    assert await indexing.keep(db, "a", [one.row], [two.row]) == 2
    assert await collections.reconcile(db, "a", 7, {1}) == 0
    assert await collections.reconcile(db, "a", 7, {1, 2, 9}) == 2
    assert await collections.reconcile(db, "a", 7, {1, 2, 9}) == 0
    removals = await claim(db, "unindex")
    assert [item.row.post_id for item in removals] == [2, 9]
    assert await collections.reconcile(db, "a", 99, {5}) == 1


async def test_what_nobody_works_at_is_found(db: Database, reader: Hold) -> None:
    """A post that is in no collection and has no work, for whatever reason, becomes work."""
    await begin(db, "a")
    await store(db, reader, 1)
    assert await collections.reconcile(db, "a", 7, ()) == 0
    (item,) = await claim(db, "index")
    assert await collections.reconcile(db, "a", 7, ()) == 0
    await work.done(db, [item.row])
    assert await collections.reconcile(db, "a", 7, ()) == 1
    assert await index(db) == [(1, ("a",))]


async def test_a_reconciliation_voids_who_is_at_it(db: Database, reader: Hold) -> None:
    """A worker that has a post meanwhile does it again, so that no wipe goes unseen."""
    await begin(db, "a")
    await begin(db, "b")
    await store(db, reader, 1)
    (item,) = await claim(db, "index")
    assert await indexing.keep(db, "a", [item.row]) == 1
    assert await collections.reconcile(db, "a", 7, ()) == 1
    assert await indexing.keep(db, "b", [item.row]) == 0
    assert await index(db) == [(1, ("a", "b"))]


async def test_of_an_unknown_collection_nothing_differs(db: Database, reader: Hold) -> None:
    """One that was forgotten is nobody's concern."""
    await store(db, reader, 1)
    assert await collections.reconcile(db, "gone", 7, {5}) == 0


async def test_channels_that_hold_posts_are_listed(db: Database, reader: Hold) -> None:
    """Those and no others are to be compared."""
    assert await collections.held_channels(db) == []
    await store(db, reader, 1, channel=8)
    assert await collections.held_channels(db) == [8]


async def test_all_of_it_at_once_ends(db: Database, dsn: str, reader: Hold) -> None:
    """Workers, edits, deletions, comparisons, losses and a switch deadlock nowhere.

    In the end every post that is left is in both collections, once.
    """
    await begin(db, "a")
    await store(db, reader, *range(1, 61))

    async def labour(store: Database) -> None:
        for _ in range(25):
            for item in await claim(store, "index", 7, lease=NO_TIME):
                for name in item.missing_in:
                    await indexing.keep(store, name, [item.row])

    async def change(store: Database) -> None:
        for number in range(1, 41):
            edits = [message(each, text=f"{number}") for each in range(number, number + 9)]
            await amend(store, reader, *edits, deleted=(number,))

    async def disturb(store: Database) -> None:
        for turn in range(10):
            await collections.begin(store, "a", model="a", dimension=3, epoch=f"{turn}")
            await collections.reconcile(store, "a", 7, range(turn + 1, 70))
            await begin(store, "b")
            await collections.activate(store, "b")

    async with await Database.open(dsn, connections=8) as other:
        async with asyncio.timeout(100):
            await asyncio.gather(labour(db), labour(other), change(other), disturb(other))
    await index(db)
    assert {name: each[1:] for name, each in (await states(db)).items()} == {
        "a": (20, 0),
        "b": (20, 0),
    }
