"""The tags of posts."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from storage import claiming, posts, tagging, work
from storage.database import Database
from storage.meaning_rows import KnownTags, Spending
from storage.rows import Batch, Hold
from tests.storage.conftest import Own
from tests.storage.found import message, seen
from tests.storage.storing import HOUR, NO_TIME, amend, claim, refused, store, tag, tagged

pytestmark = pytest.mark.anyio

STATES = "SELECT post_id, state, reason, tags FROM tags WHERE channel_id = 7 ORDER BY post_id"


@pytest.fixture
async def reader(db: Database, own: Own) -> Hold:
    """An account that follows channels 7 and 8."""
    hold = await own(42)
    await db.execute("UPDATE accounts SET state = 'READY'")
    await posts.follow(db, hold, [seen(7), seen(8)])
    return hold


async def states(db: Database) -> dict[int, tuple[Any, ...]]:
    """What is known of the tags of channel 7's posts."""
    return {row[0]: tuple(row)[1:] for row in await db.fetch(STATES)}


async def attempts(db: Database) -> list[tuple[str, int, bool]]:
    """The tagging there is: how often it was tried, and whether it was given up."""
    rows = await db.fetch(
        "SELECT post_id, attempts, dead_at IS NOT NULL FROM work WHERE kind = 'tag' ORDER BY 1"
    )
    return [tuple(row) for row in rows]


async def test_a_claim_brings_the_text(db: Database, reader: Hold) -> None:
    """A worker gets what it is to work on in the same order as the rows, and when it appeared."""
    await store(db, reader, 1, 2)
    first, second = await claim(db, "tag")
    assert (first.row.post_id, first.text, first.gone) == (1, "post 7/1", False)
    assert (second.row.post_id, second.text) == (2, "post 7/2")
    assert first.published_at == message(1).published_at
    assert (first.payer, first.poor_until, first.known, first.missing_in) == (42, None, None, ())


async def test_what_came_of_tagging_is_kept_with_its_end(db: Database, reader: Hold) -> None:
    """The result is there and the work is gone; tags are kept in their order."""
    await store(db, reader, 1, 2)
    one, two = await claim(db, "tag")
    results = [tagged(one.row, "мир", 'a "b", {c}\0'), refused(two.row)]
    assert await tagging.keep(db, results) == 2
    assert await states(db) == {
        1: ("ok", None, ["мир", 'a "b", {c}']),
        2: ("skipped", "refused by all", []),
    }
    assert await attempts(db) == []


async def test_a_late_result_does_not_count(db: Database, reader: Hold) -> None:
    """What a worker brings whose lease went to another is void; the other's result counts."""
    await store(db, reader, 1)
    (late,) = await claim(db, "tag", lease=NO_TIME)
    (item,) = await claim(db, "tag")
    assert await tagging.keep(db, [tagged(late.row, "late")]) == 0
    assert await states(db) == {}
    assert await tagging.keep(db, [tagged(item.row, "right")]) == 1
    assert await tagging.keep(db, [tagged(item.row, "again")]) == 0
    assert (await states(db))[1] == ("ok", None, ["right"])


async def test_the_result_for_an_older_text_does_not_count(db: Database, reader: Hold) -> None:
    """A post that was edited while it was tagged is tagged again, with nothing kept meanwhile."""
    await store(db, reader, 1)
    (old,) = await claim(db, "tag")
    await amend(db, reader, message(1, text="edited"))
    assert await tagging.keep(db, [tagged(old.row, "old")]) == 0
    assert await states(db) == {}
    (new,) = await claim(db, "tag")
    assert new.text == "edited"


async def test_of_results_for_one_post_the_first_counts(db: Database, reader: Hold) -> None:
    """A batch that names a post twice keeps it once."""
    await store(db, reader, 1)
    (item,) = await claim(db, "tag")
    assert await tagging.keep(db, [tagged(item.row, "first"), tagged(item.row, "second")]) == 1
    assert (await states(db))[1][2] == ["first"]


@pytest.mark.parametrize("result", [tagged, refused])
async def test_an_edit_of_the_text_voids_what_is_known(
    db: Database, reader: Hold, result: Any
) -> None:
    """In its own transaction: the post is pending again, and due."""
    await store(db, reader, 1)
    (item,) = await claim(db, "tag")
    await tagging.keep(db, [result(item.row)])
    await amend(db, reader, message(1, text="another text"))
    assert await states(db) == {}
    assert [again.text for again in await claim(db, "tag")] == ["another text"]


@pytest.mark.parametrize("result", [tagged, refused])
@pytest.mark.parametrize(
    "change", [{"author": "Anna"}, {"text": "post  7/1\n"}, {"views": 9}, {"text": "post 7/1"}]
)
async def test_what_is_known_of_a_text_stays_with_it(
    db: Database, reader: Hold, result: Any, change: dict[str, Any]
) -> None:
    """An edit that leaves the words as they are costs nothing again: what ended has ended."""
    await store(db, reader, 1, text="post 7/1")
    (item,) = await claim(db, "tag")
    await tagging.keep(db, [result(item.row)])
    before = await states(db)
    await amend(db, reader, message(1, **{"text": "post 7/1", **change}))
    assert await states(db) == before
    assert await claim(db, "tag") == []


async def test_an_album_that_moves_keeps_its_tags(db: Database, reader: Hold) -> None:
    """A first message without words goes, the post has another id and the tags of its text."""
    found = (message(3, album=5, text=""), message(4, album=5, text="words"))
    batch = Batch(channel_id=7, floor=None, read=(3, 5), posts=found)
    await posts.store(db, reader, batch)
    await tag(db, "t")
    await amend(db, reader, deleted=(3,))
    assert await states(db) == {4: ("ok", None, ["t"])}
    assert await claim(db, "tag") == []


async def test_a_deleted_post_takes_its_tags_along(db: Database, reader: Hold) -> None:
    """Also if a worker brings them just then."""
    await store(db, reader, 1, 2)
    one, two = await claim(db, "tag")
    assert await tagging.keep(db, [tagged(one.row)]) == 1
    await amend(db, reader, deleted=(1, 2))
    assert await tagging.keep(db, [tagged(two.row)]) == 0
    assert await states(db) == {}


async def test_a_post_that_is_being_removed_is_passed_by(db: Database, reader: Hold) -> None:
    """Nobody waits for the removal: the others' results are kept, and that one's is void."""
    await store(db, reader, 1, 2)
    one, two = await claim(db, "tag")
    async with db.transaction() as connection:
        await connection.execute("DELETE FROM posts WHERE id = 1")
        async with asyncio.timeout(20):
            assert await tagging.keep(db, [tagged(one.row), tagged(two.row, "t")]) == 1
    assert await states(db) == {2: ("ok", None, ["t"])}


async def test_an_edit_voids_what_is_kept_in_the_same_moment(db: Database, reader: Hold) -> None:
    """Tags of the old text that are committed while an edit waits for them do not outlive it."""
    await store(db, reader, 1)
    (item,) = await claim(db, "tag")
    async with db.transaction() as connection:
        assert await tagging.held_on(connection, [item.row]) == [item.row]
        await work.done_on(connection, [item.row])
        await connection.execute(
            "INSERT INTO tags (channel_id, post_id, state, text_hash) "
            "SELECT 7, 1, 'ok', text_hash(text) FROM posts"
        )
        edit = asyncio.create_task(amend(db, reader, message(1, text="edited")))
        async with asyncio.timeout(20):
            while not await connection.fetchval("SELECT count(*) FROM pg_locks WHERE NOT granted"):
                """Each look is a round trip, which lets the edit run."""
    await edit
    assert await states(db) == {}
    assert [again.text for again in await claim(db, "tag")] == ["edited"]


@pytest.mark.parametrize(
    ("text", "is_known"), [("the  same\ntext ", True), ("the same text!", False)]
)
async def test_what_is_known_of_the_same_text_is_told(
    db: Database, reader: Hold, text: str, is_known: bool
) -> None:
    """Whoever claims a post whose words were tagged, in any channel, need not ask a model."""
    await store(db, reader, 1, text="the same text")
    await tag(db, "t", "u")
    await store(db, reader, 1, channel=8, text=text)
    (item,) = await claim(db, "tag")
    known = KnownTags(tags=("t", "u"), provider="local", model="words", refused=None)
    assert item.known == (known if is_known else None)


async def test_a_refused_text_is_known_as_refused(db: Database, reader: Hold) -> None:
    """Nobody is billed for it again; what was only given up is no answer."""
    await store(db, reader, 1, text="refused")
    await store(db, reader, 2, text="given up")
    one, two = await claim(db, "tag")
    await tagging.keep(db, [refused(one.row)])
    await work.dead(db, two.row, "broken")
    await store(db, reader, 3, text="refused")
    await store(db, reader, 4, text="given up")
    three, four = await claim(db, "tag")
    assert three.known == KnownTags(tags=(), provider="", model="", refused="refused by all")
    assert four.known is None


async def test_what_is_given_up_is_dead(db: Database, reader: Hold) -> None:
    """The post says so with the reason, in the same statement, and an edit revives it."""
    await store(db, reader, 1)
    (item,) = await claim(db, "tag")
    assert await work.dead(db, item.row, "no provider")
    assert await states(db) == {1: ("dead", "no provider", [])}
    await amend(db, reader, message(1, text="edited"))
    assert await states(db) == {}
    assert [again.row.attempts for again in await claim(db, "tag")] == [1]


async def test_what_was_tried_too_often_is_dead(db: Database, reader: Hold) -> None:
    """The claim that gives it up says so of the post, with the last reason if there was one."""
    await store(db, reader, 1, 2)
    for _ in range(work.MOST_ATTEMPTS - 1):
        assert len(await claim(db, "tag", lease=NO_TIME)) == 2
    one, two = await claim(db, "tag", lease=NO_TIME)
    assert (one.row.attempts, two.row.attempts) == (work.MOST_ATTEMPTS, work.MOST_ATTEMPTS)
    await work.later(db, one.row, datetime.now(UTC), "no answer")
    assert await claim(db, "tag") == []
    assert await states(db) == {
        1: ("dead", "no answer", []),
        2: ("dead", "no worker has come to an end with it", []),
    }


@pytest.mark.parametrize("account", [42, None])
async def test_a_retry_makes_all_of_it_due(
    db: Database, reader: Hold, own: Own, account: int | None
) -> None:
    """What waits and what was given up is due at once and pending; what has ended has ended."""
    await store(db, reader, 1, 2, 3, 4)
    one, two, three, four = await claim(db, "tag")
    await tagging.keep(db, [tagged(one.row, "t")])
    await work.dead(db, two.row, "broken")
    await work.later(db, three.row, datetime.now(UTC) + HOUR, "budget")
    await own(43)
    assert await claiming.retry(db, 43) == 0
    assert await claiming.retry(db, account) == 2
    assert await states(db) == {1: ("ok", None, ["t"])}
    again = await claim(db, "tag")
    assert [(item.row.post_id, item.row.attempts) for item in again] == [(2, 1), (3, 1)]
    assert await tagging.keep(db, [tagged(item.row) for item in (*again, four)]) == 3


async def test_a_retry_lets_a_removal_wait_for_who_is_indexing(db: Database, reader: Hold) -> None:
    """Removed before that, a post would be put into the index after it was deleted."""
    await store(db, reader, 1)
    await claim(db, "index")
    await amend(db, reader, deleted=(1,))
    assert await claiming.retry(db, 42) == 0
    assert await claiming.retry(db, None) == 0
    assert await claim(db, "unindex") == []


async def test_a_retry_makes_a_removal_due_that_has_failed(db: Database, reader: Hold) -> None:
    """Nobody waits for it any more but those who were told of the trouble."""
    await store(db, reader, 1)
    await amend(db, reader, deleted=(1,))
    (removal,) = await claim(db, "unindex")
    assert await work.later(db, removal.row, datetime.now(UTC) + HOUR, "down", failed=False)
    assert await claim(db, "unindex") == []
    assert await claiming.retry(db, 42) == 1
    assert len(await claim(db, "unindex")) == 1


async def test_the_next_work_has_a_time(db: Database, reader: Hold) -> None:
    """What has just been stored is due, what is leased when the lease ends, and nothing never."""
    assert await claiming.next_at(db, "tag") is None
    await store(db, reader, 1)
    now = datetime.now(UTC)
    due = await claiming.next_at(db, "tag")
    assert due is not None
    assert abs(due - now) < timedelta(minutes=5)
    (item,) = await claim(db, "tag")
    leased = await claiming.next_at(db, "tag")
    assert leased is not None
    assert leased > now + HOUR / 2
    await tagging.keep(db, [tagged(item.row)])
    assert await claiming.next_at(db, "tag") is None
    assert await claiming.next_at(db, "index") is not None


async def test_indexing_that_waits_for_a_removal_is_due_with_it(db: Database, reader: Hold) -> None:
    """Nobody is told to claim what nobody gets yet."""
    await store(db, reader, 1)
    await claim(db, "index", lease=timedelta(minutes=30))
    await posts.unfollow(db, 42, 7)
    await posts.follow_one(db, reader, seen(7), None, "name")
    await store(db, reader, 1)
    assert await claim(db, "index") == []
    assert await claiming.next_at(db, "index") == await claiming.next_at(db, "unindex")


async def test_what_it_cost_counts_also_where_the_result_does_not(
    db: Database, reader: Hold
) -> None:
    """Tokens are spent whatever becomes of the answer."""
    await store(db, reader, 1)
    (late,) = await claim(db, "tag", lease=NO_TIME)
    await claim(db, "tag")
    cost = Spending(
        account=42, provider="p", model="m", purpose="tag", prompt_tokens=5, completion_tokens=2
    )
    assert await tagging.keep(db, [tagged(late.row)], [cost]) == 0
    assert await db.fetch_value("SELECT prompt_tokens + completion_tokens FROM spendings") == 7
