"""What an account sees of the meaning of its posts."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from storage import collections, indexing, meaning, posts, tagging, work
from storage.database import Database
from storage.meaning_rows import Meaning, Waiting
from storage.rows import Batch, Hold
from storage.vectors.port import Scope
from tests.storage.conftest import Own
from tests.storage.found import EPOCH, message, seen
from tests.storage.storing import HOUR, claim, refused, store, tagged

pytestmark = pytest.mark.anyio


@pytest.fixture
async def reader(db: Database, own: Own) -> Hold:
    """An account that follows channels 7 and 8, and a collection."""
    hold = await own(42)
    await posts.follow(db, hold, [seen(7), seen(8)])
    await collections.begin(db, "a", model="m", dimension=3, epoch="1")
    return hold


async def test_every_post_is_counted_as_what_it_is(db: Database, reader: Hold) -> None:
    """Each post once in each count; pending is whatever has not come to its end in both."""
    told = await meaning.describe(db, 42)
    assert told == Meaning(
        posts=0, tagged=0, skipped=0, dead=0, indexed=0, pending=0,
        fresh_tagged=0, fresh_indexed=0, at=told.at, waiting=(),
    )  # fmt: skip
    await store(db, reader, *range(1, 7))
    tags, vectors = await claim(db, "tag"), await claim(db, "index")
    await tagging.keep(db, [tagged(tags[0].row), tagged(tags[1].row), refused(tags[2].row)])
    await work.dead(db, tags[3].row, "broken")
    at = datetime.now(UTC) + HOUR
    await work.later(db, tags[4].row, at, "the day's tokens are spent")
    await indexing.keep(db, "a", [item.row for item in vectors[:4]])
    await work.dead(db, vectors[1].row, "late")
    await work.dead(db, vectors[4].row, "no vector")
    told = await meaning.describe(db, 42)
    assert told == Meaning(
        posts=6, tagged=2, skipped=1, dead=2, indexed=4, pending=2,
        fresh_tagged=2, fresh_indexed=4, at=told.at,
        waiting=(
            Waiting(kind="tag", reason="the day's tokens are spent", posts=1, next_at=at),
            Waiting(kind="index", reason="no vector", posts=1, next_at=None),
            Waiting(kind="tag", reason="broken", posts=1, next_at=None),
        ),
    )  # fmt: skip
    assert (await meaning.describe(db, 43)).posts == 0


async def test_what_is_fresh_is_what_became_so_since(db: Database, reader: Hold) -> None:
    """Counted from a time on, as reports do that follow each other."""
    await store(db, reader, 1, 2)
    one, two = await claim(db, "tag")
    vectors = await claim(db, "index")
    await tagging.keep(db, [tagged(one.row)])
    since = (await meaning.describe(db, 42)).at
    await tagging.keep(db, [tagged(two.row)])
    await indexing.keep(db, "a", [item.row for item in vectors])
    told = await meaning.describe(db, 42, since)
    assert (told.tagged, told.fresh_tagged, told.fresh_indexed) == (2, 1, 2)


async def test_a_lost_collection_leaves_all_pending(db: Database, reader: Hold) -> None:
    """What was in it counts no longer; neither does what is in one that is being built."""
    await collections.begin(db, "b", model="m", dimension=3, epoch="1")
    await store(db, reader, 1)
    (item,) = await claim(db, "index")
    for name in item.missing_in:
        await indexing.keep(db, name, [item.row])
    assert (await meaning.describe(db, 42)).indexed == 1
    await collections.begin(db, "a", model="m", dimension=3, epoch="2")
    told = await meaning.describe(db, 42)
    assert (told.indexed, told.pending) == (0, 1)
    ((post),) = await meaning.load(db, 42, [(7, 1)])
    assert not post.indexed


async def test_posts_come_in_the_order_asked_for(db: Database, reader: Hold) -> None:
    """With what is known of them; what is not to be seen, or has none of the tags, is left out."""
    await store(db, reader, 1, 2, 3)
    await store(db, reader, 1, channel=8)
    items = {(item.row.channel_id, item.row.post_id): item.row for item in await claim(db, "tag")}
    await tagging.keep(db, [tagged(items[7, 1], "t", "u"), refused(items[7, 2])])
    at = datetime.now(UTC) + HOUR
    await work.later(db, items[7, 3], at, "budget")
    await work.dead(db, items[8, 1], "broken")
    (vector, *_) = await claim(db, "index")
    await indexing.keep(db, "a", [vector.row])
    asked = [(8, 1), (7, 3), (9, 9), (7, 2), (7, 1)]
    found = await meaning.load(db, 42, asked)
    assert [(each.post.channel_id, each.post.id) for each in found] == [
        key for key in asked if key != (9, 9)
    ]
    dead, pending, skipped, ok = found
    assert (ok.tag_state, ok.tags, ok.model) == ("ok", ("t", "u"), "words")
    assert ok.post.text == "post 7/1"
    assert (skipped.tag_state, skipped.tag_reason) == ("skipped", "refused by all")
    assert (pending.tag_state, pending.tag_reason, pending.tag_due_at) == ("pending", "budget", at)
    assert (dead.tag_state, dead.tag_reason, dead.tag_due_at) == ("dead", "broken", None)
    where = {(each.post.channel_id, each.post.id) for each in found if each.indexed}
    assert where == {(vector.row.channel_id, vector.row.post_id)}
    assert [each.post.id for each in await meaning.load(db, 42, asked, ["u", "x"])] == [1]
    assert await meaning.load(db, 42, []) == []


async def test_a_period_has_its_posts(db: Database, reader: Hold) -> None:
    """From the first time to before the second, the newest first, of all channels or of some."""
    await store(db, reader, *range(1, 6))
    await store(db, reader, 3, channel=8)

    async def between(first: int, end: int | None = None, **more: Any) -> list[tuple[int, int]]:
        until = None if end is None else EPOCH + timedelta(minutes=end)
        since = EPOCH + timedelta(minutes=first)
        found = await meaning.between(db, 42, since, until, **more)
        return [(each.post.channel_id, each.post.id) for each in found]

    assert await between(3) == [(7, 5), (7, 4), (7, 3), (8, 3)]
    assert await between(2, 4) == [(7, 3), (8, 3), (7, 2)]
    assert await between(1, 9, channels=[8]) == [(8, 3)]
    assert await between(1, limit=2) == [(7, 5), (7, 4)]
    with pytest.raises(ValueError, match="limit must be"):
        await between(1, limit=0)


async def test_the_scope_is_what_may_be_seen(db: Database, reader: Hold) -> None:
    """Of each channel the ids above one; not of a private one of which that is not known yet."""
    private = seen(9, username=None)
    await posts.follow(db, reader, [seen(7), private])
    since, until = EPOCH, EPOCH + HOUR
    assert await meaning.scope(db, 42, since=since, until=until) == Scope(
        channels=((7, 0),), since=since, until=until
    )
    await posts.sees_from(db, reader, 9, 5)
    assert (await meaning.scope(db, 42)).channels == ((7, 0), (9, 5))
    assert (await meaning.scope(db, 42, channels=[9, 8])).channels == ((9, 5),)
    assert (await meaning.scope(db, 43)).channels == ()


async def test_of_an_album_with_hidden_parts_no_tags_are_told(db: Database, reader: Hold) -> None:
    """They may be of the part that is hidden; the rest of it is seen, and counts as skipped."""
    await posts.follow(db, reader, [seen(9, username=None)])
    await posts.sees_from(db, reader, 9, 3)
    found = tuple(message(id, channel=9, album=5, text=f"t{id}") for id in (3, 4))  # noqa: A001
    await posts.store(db, reader, Batch(channel_id=9, floor=None, read=(3, 5), posts=found))
    (item,) = await claim(db, "tag")
    await tagging.keep(db, [tagged(item.row, "t3")])
    (post,) = await meaning.load(db, 42, [(9, 3)])
    assert (post.post.id, post.post.text, post.tags, post.tag_state) == (4, "t4", (), "skipped")
    assert await meaning.load(db, 42, [(9, 3)], ["t3"]) == []
    told = await meaning.describe(db, 42)
    assert (told.posts, told.tagged, told.skipped, told.pending) == (1, 0, 1, 0)
