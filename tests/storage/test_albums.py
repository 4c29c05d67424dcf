"""Albums whose messages come in any order."""

import asyncio
from datetime import timedelta
from itertools import permutations

import pytest

from storage import posts, work
from storage.database import Database
from storage.rows import Amendment, Batch, Hold, PostRow
from tests.storage.conftest import Own
from tests.storage.found import message, seen
from tests.storage.holding import blocked, locked

pytestmark = pytest.mark.anyio


@pytest.fixture
async def reader(db: Database, own: Own) -> Hold:
    """An account that follows channel 7."""
    hold = await own(42)
    await posts.follow(db, hold, [seen(7)])
    return hold


def part(number: int) -> PostRow:
    """A message of an album."""
    return message(number, album=5, text=f"t{number}")


def found(*numbers: int) -> Batch:
    """Some messages of the album, as one reading finds them, and a post for each before it."""
    low, high = min(numbers), max(numbers) + 1
    return Batch(
        channel_id=7, floor=None, read=(low, high), posts=tuple(part(each) for each in numbers)
    )


@pytest.mark.parametrize(
    "order", [*permutations([(5, 6), (6, 7), (8,)]), ((5,), (5, 6), (5, 6, 7, 8))]
)
async def test_parts_end_as_one_post(
    db: Database, reader: Hold, order: tuple[tuple[int, ...], ...]
) -> None:
    """In whatever order and pieces an album is read, it is one post, under its lowest id."""
    added = [(await posts.store(db, reader, found(*piece))).added for piece in order]
    assert added == [1, 0, 0]
    (view,) = await posts.newest(db, 42, 9)
    assert (view.id, view.parts, view.text) == (5, (5, 6, 7, 8), "t5\n\nt6\n\nt7\n\nt8")
    (channel,) = await posts.channels(db, 42)
    assert channel.coverage == ((5, 9),)


async def test_other_posts_of_the_batch_are_stored_with_it(db: Database, reader: Hold) -> None:
    """A batch that completes one album still brings its single posts and its other albums."""
    await posts.store(db, reader, found(5))
    other = message(8, album=9, text="other")
    batch = Batch(channel_id=7, floor=None, read=(6, 9), posts=(part(6), message(7), other))
    assert (await posts.store(db, reader, batch)).added == 2
    assert [view.id for view in await posts.newest(db, 42, 9)] == [8, 7, 5]


async def test_what_was_enqueued_moves_with_an_album(db: Database, reader: Hold) -> None:
    """Under its new id it is done, under the old one it is taken from the index."""
    await posts.store(db, reader, found(6))
    await posts.store(db, reader, found(5))
    assert await _due(db) == {("tag", 5), ("index", 5), ("unindex", 6)}


async def test_an_album_held_whole_is_left_alone(db: Database, reader: Hold) -> None:
    """Reading a part of it again enqueues nothing."""
    await posts.store(db, reader, found(5, 6))
    await _due(db)
    for again in (found(5), found(6), found(5, 6)):
        assert (await posts.store(db, reader, again)).added == 0
    assert await _due(db) == set()


async def test_parts_read_at_once_meet(db: Database, dsn: str, reader: Hold) -> None:
    """Two connections that store parts of one album at the same moment make one post."""
    async with await Database.open(dsn) as other:
        async with locked(db, "SELECT FROM channels FOR UPDATE"):
            stores = [
                asyncio.create_task(posts.store(other, reader, found(number)))
                for number in (6, 5, 7)
            ]
            await blocked(db, 3)
        await asyncio.gather(*stores)
    (view,) = await posts.newest(db, 42, 9)
    assert view.parts == (5, 6, 7)


async def test_an_album_is_found_by_any_of_its_messages(db: Database, reader: Hold) -> None:
    """An edit or a deletion names one of them only."""
    await posts.store(db, reader, found(5, 6, 7))
    edit = message(6, album=5, text="edited")
    told = Amendment(channel_id=7, seen=(edit,), deleted=(7,), window=None, pts=1, swept_to=None)
    assert (await posts.amend(db, reader, told)).edited == 1
    (view,) = await posts.newest(db, 42, 9)
    assert (view.parts, view.text) == ((5, 6), "t5\n\nedited")


async def test_a_window_that_cuts_an_album(db: Database, reader: Hold) -> None:
    """It judges those of its messages that lie inside."""
    await posts.store(db, reader, found(5, 6, 7))
    told = Amendment(
        channel_id=7, seen=(part(7),), deleted=(), window=(6, 20), pts=None, swept_to=None
    )
    assert (await posts.amend(db, reader, told)).edited == 1
    (view,) = await posts.newest(db, 42, 9)
    assert view.parts == (5, 7)


async def _due(db: Database) -> set[tuple[str, int]]:
    """What is to be done, which is done with it."""
    rows = [
        row
        for kind in ("unindex", "tag", "index")
        for row in await work.claim(db, kind, "w", 99, timedelta(hours=1))
    ]
    assert await work.done(db, rows) == len(rows)
    return {(row.kind, row.post_id) for row in rows}
