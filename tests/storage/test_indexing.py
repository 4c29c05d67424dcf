"""What is said to be in the collections."""

import pytest

from storage import indexing, posts, work
from storage.database import Database
from storage.rows import Batch, Hold
from tests.storage.conftest import Own
from tests.storage.found import message, seen
from tests.storage.storing import NO_TIME, amend, claim, store

pytestmark = pytest.mark.anyio

SAID = "SELECT collection, post_id, empty FROM contained ORDER BY collection, post_id"


@pytest.fixture
async def reader(db: Database, own: Own) -> Hold:
    """An account that follows channel 7, and two collections, of which one is being built."""
    hold = await own(42)
    await posts.follow(db, hold, [seen(7)])
    for name, state in (("old", "active"), ("new", "building")):
        await db.execute(
            "INSERT INTO collections (name, model, dimension, epoch, state) "
            "VALUES ($1, $1, 3, 'e', $2)",
            name,
            state,
        )
    return hold


async def said(db: Database) -> list[tuple[str, int, bool]]:
    """Which posts are said to be in which collection, and whether they are empty."""
    return [tuple(row) for row in await db.fetch(SAID)]


async def test_a_post_is_indexed_into_all_collections(db: Database, reader: Hold) -> None:
    """Its work goes with the last one, and whoever claims it again writes what is missing only."""
    await store(db, reader, 1)
    (item,) = await claim(db, "index", lease=NO_TIME)
    assert item.missing_in == ("old", "new")
    assert await indexing.keep(db, "old", [item.row]) == 1
    assert await said(db) == [("old", 1, False)]
    (again,) = await claim(db, "index")
    assert again.missing_in == ("new",)
    assert await indexing.keep(db, "new", [again.row]) == 1
    assert await said(db) == [("new", 1, False), ("old", 1, False)]
    assert await claim(db, "index") == []
    assert await db.fetch("SELECT FROM work WHERE kind = 'index'") == []


async def test_what_has_nothing_to_embed_counts_as_indexed(db: Database, reader: Hold) -> None:
    """It is known that there is nothing of it to be found in the vector store."""
    await store(db, reader, 1, 2)
    one, two = await claim(db, "index")
    for name in one.missing_in:
        assert await indexing.keep(db, name, [one.row], [two.row]) == 2
    assert ("old", 2, True) in await said(db)
    assert await db.fetch("SELECT FROM work WHERE kind = 'index'") == []


async def test_a_late_worker_says_nothing(db: Database, reader: Hold) -> None:
    """Neither one whose lease went to another, nor one that has the post as it was."""
    await store(db, reader, 1)
    (late,) = await claim(db, "index", lease=NO_TIME)
    (item,) = await claim(db, "index")
    assert await indexing.keep(db, "old", [late.row]) == 0
    await amend(db, reader, message(1, text="edited"))
    assert await indexing.keep(db, "old", [item.row]) == 0
    assert await said(db) == []
    (again,) = await claim(db, "index")
    assert (again.text, again.row.attempts) == ("edited", 1)


async def test_an_edit_voids_what_is_said(db: Database, reader: Hold) -> None:
    """The post is in no collection as it is now, and is put into all of them."""
    await store(db, reader, 1)
    (item,) = await claim(db, "index")
    for name in item.missing_in:
        await indexing.keep(db, name, [item.row])
    await amend(db, reader, message(1, text="edited"))
    assert await said(db) == []
    (again,) = await claim(db, "index")
    assert again.missing_in == ("old", "new")


async def test_an_edit_between_two_collections_voids_the_first(db: Database, reader: Hold) -> None:
    """What was said of the old text does not stay when the second collection gets the new one."""
    await store(db, reader, 1)
    (item,) = await claim(db, "index")
    await indexing.keep(db, "old", [item.row])
    await amend(db, reader, message(1, text="edited"))
    assert await indexing.keep(db, "new", [item.row]) == 0
    (again,) = await claim(db, "index")
    assert again.missing_in == ("old", "new")


async def test_a_deleted_post_is_in_no_collection(db: Database, reader: Hold) -> None:
    """What is said goes with it, and its removal from the vector store is to be done."""
    await store(db, reader, 1)
    (item,) = await claim(db, "index")
    for name in item.missing_in:
        await indexing.keep(db, name, [item.row])
    await amend(db, reader, deleted=(1,))
    assert await said(db) == []
    (removal,) = await claim(db, "unindex")
    assert (removal.row.post_id, removal.gone, removal.text) == (1, True, "")
    assert await work.done(db, [removal.row]) == 1


async def test_an_album_that_moves_is_indexed_anew(db: Database, reader: Hold) -> None:
    """Under its old id it is removed, under its new one nothing is said of it yet."""
    found = (message(3, album=5, text=""), message(4, album=5, text="words"))
    batch = Batch(channel_id=7, floor=None, read=(3, 5), posts=found)
    await posts.store(db, reader, batch)
    (item,) = await claim(db, "index")
    for name in item.missing_in:
        await indexing.keep(db, name, [item.row])
    await amend(db, reader, deleted=(3,))
    assert await said(db) == []
    assert [each.row.post_id for each in await claim(db, "unindex")] == [3]
    assert [each.row.post_id for each in await claim(db, "index")] == [4]


async def test_of_an_unknown_collection_nothing_is_said(db: Database, reader: Hold) -> None:
    """One that was forgotten meanwhile keeps nothing, and the work stays."""
    await store(db, reader, 1)
    (item,) = await claim(db, "index")
    assert await indexing.keep(db, "gone", [item.row]) == 0
    assert await said(db) == []
    assert await work.done(db, [item.row]) == 1
