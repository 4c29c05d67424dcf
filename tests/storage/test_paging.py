"""What an account reads, page by page."""

from base64 import urlsafe_b64encode
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage import paging, posts, reads
from storage.cursors import Cursor
from storage.database import Database
from storage.rows import Batch, Hold, PostRow, PostView
from tests.storage.conftest import Own
from tests.storage.found import EPOCH, message, seen
from tests.storage.storing import store, tag

pytestmark = pytest.mark.anyio

VERA = 42
CHANNELS = (7, 8, 9)
MOMENTS = st.datetimes(timezones=st.just(UTC))
IDS = st.integers(0, 2**63 - 1)


@pytest.fixture
async def hold(db: Database, own: Own) -> Hold:
    """Somebody who follows three channels."""
    held = await own(VERA)
    await posts.follow(db, held, [seen(channel) for channel in CHANNELS])
    return held


async def keep(db: Database, hold: Hold, channel: int, *found: PostRow) -> None:
    """Store posts."""
    read = (found[0].id, found[-1].id + 1)
    await posts.store(
        db, hold, Batch(channel_id=channel, floor=None, read=read, posts=tuple(found))
    )


async def crowd(db: Database, hold: Hold) -> None:
    """Publish in all channels, most of it in the same second."""
    for channel in CHANNELS:
        at_once = [message(n, channel=channel)._replace(published_at=EPOCH) for n in range(1, 5)]
        later = message(5 + channel, channel=channel)
        await keep(db, hold, channel, *at_once, later)


async def pages(db: Database, **more: Any) -> list[tuple[PostView, ...]]:
    """Turn pages to the end."""
    turned = []
    page = await paging.page(db, VERA, **more)
    while page.next is not None:
        turned.append(page.posts)
        page = await paging.page(db, VERA, before=page.next, **more)
    return [*turned, page.posts]


@pytest.mark.parametrize("limit", [1, 2, 4, 7, 15, 16])
async def test_pages_make_the_whole(db: Database, hold: Hold, limit: int) -> None:
    """Full ones but for the last, in the order of all reads, whatever shares a second."""
    await crowd(db, hold)
    whole = await reads.newest(db, VERA, 99)
    turned = await pages(db, limit=limit)
    assert [post for page in turned for post in page] == whole
    assert len(whole) == 15
    assert {len(page) for page in turned[:-1]} <= {limit}
    assert turned[-1] != ()


async def test_more_posts_of_a_second_than_a_page_may_have(db: Database, hold: Hold) -> None:
    """There is no number of them from which on the rest is cut off."""
    found = [message(n)._replace(published_at=EPOCH) for n in range(1, 1203)]
    await keep(db, hold, 7, *found)
    first, second = await pages(db, limit=1000)
    assert [post.id for post in (*first, *second)] == list(range(1202, 0, -1))


async def test_what_is_published_meanwhile_moves_nothing(db: Database, hold: Hold) -> None:
    """The next page goes on after the last post that was shown, though newer ones have come."""
    await crowd(db, hold)
    whole = await reads.newest(db, VERA, 99)
    page = await paging.page(db, VERA, limit=4)
    await store(db, hold, 100, 101, channel=8)
    rest = await paging.page(db, VERA, limit=99, before=page.next)
    assert [*page.posts, *rest.posts] == whole


async def test_pages_can_be_of_a_channel_a_period_and_tags(db: Database, hold: Hold) -> None:
    """Each way of choosing counts for every page, and a period has its beginning and no end."""
    await store(db, hold, 1, 2, 3, channel=7)
    await tag(db, "news", "work")
    await store(db, hold, 4, 5, 6, channel=8)
    await tag(db, "sports")

    async def chosen(**more: Any) -> list[int]:
        return [post.id for page in await pages(db, limit=2, **more) for post in page]

    assert await chosen() == [6, 5, 4, 3, 2, 1]
    assert await chosen(channel=7) == [3, 2, 1]
    minute = timedelta(minutes=1)
    assert await chosen(since=EPOCH + 2 * minute, until=EPOCH + 5 * minute) == [4, 3, 2]
    assert await chosen(tags=["sports"]) == [6, 5, 4]
    assert await chosen(tags=["work", "sports"], channel=7, until=EPOCH + 3 * minute) == [2, 1]
    assert await chosen(tags=["nothing"]) == []


async def test_an_album_is_on_one_page(db: Database, hold: Hold) -> None:
    """Also one of which the first messages are hidden from the account."""
    album = [message(id_, channel=9, album=3) for id_ in (4, 5, 6)]
    await keep(db, hold, 9, message(3, channel=9), *album, message(7, channel=9))
    await posts.sees_from(db, hold, 9, 4)
    turned = [[post.id for post in page] for page in await pages(db, limit=1)]
    assert turned == [[7], [5]]


async def test_a_cursor_of_another_shows_nothing_of_theirs(
    db: Database, hold: Hold, own: Own
) -> None:
    """It says where to go on, not in whose posts."""
    await crowd(db, hold)
    other = await own(43)
    await posts.follow(db, other, [seen(11)])
    await store(db, other, 1, channel=11)
    hers = await paging.page(db, VERA, limit=1)
    theirs = await paging.page(db, 43, limit=9, before=hers.next)
    assert {post.channel_id for post in theirs.posts} == {11}


@given(moment=MOMENTS, channel=IDS, post=IDS)
def test_a_cursor_is_read_as_it_was_told(moment: datetime, channel: int, post: int) -> None:
    """To the microsecond, and it needs no escaping in an address."""
    cursor = Cursor(moment, channel, post)
    assert Cursor.read(str(cursor)) == cursor
    assert str(cursor).replace("-", "").replace("_", "").replace("=", "").isalnum()


@given(text=st.text() | st.binary().map(lambda raw: raw.hex()))
def test_any_other_text_is_no_cursor(text: str) -> None:
    """It is refused, with where to find one."""
    with pytest.raises(ValueError, match="`next` of the page before"):
        Cursor.read(text)


@pytest.mark.parametrize(
    "told", ["1.2", "1.2.3.4", "a.b.c", f"1.{2**63}.1", f"{10**30}.1.1", "1.-1.1"]
)
def test_what_looks_like_a_cursor_is_none(told: str) -> None:
    """What does not name a moment, a channel and a post."""
    with pytest.raises(ValueError, match="no cursor"):
        Cursor.read(urlsafe_b64encode(told.encode()).decode())


@pytest.mark.parametrize("limit", [0, -1, 1001])
async def test_a_page_has_a_size(db: Database, limit: int) -> None:
    """From one to a thousand."""
    with pytest.raises(ValueError, match="from 1 to 1000"):
        await paging.page(db, VERA, limit=limit)
