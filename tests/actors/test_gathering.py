"""Pages on their way to the store: in order, bounded, and none of them lost."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import anyio
import pytest

from actors import gathering
from actors.gathering import BATCH_POSTS, Gathering
from storage.rows import Batch
from tests.storage.found import message

pytestmark = pytest.mark.anyio
PAGE = BATCH_POSTS // 2
PATIENCE = 10.0


class Shelf:
    """A store whose batches wait until it is open."""

    def __init__(self, *, shut: bool = False, failure: Exception | None = None) -> None:
        self.open = asyncio.Event()
        if not shut:
            self.open.set()
        self.failure = failure
        """What happens to the first batch."""
        self.asked = asyncio.Event()
        self.kept: list[tuple[int, int]] = []
        self.posts: list[int] = []
        self.under_way = 0

    async def keep(self, batch: Batch) -> None:
        """Store a batch."""
        self.under_way += 1
        self.asked.set()
        try:
            await self.open.wait()
        finally:
            self.under_way -= 1
        failure, self.failure = self.failure, None
        if failure is not None:
            raise failure
        self.kept.append(batch.read)
        self.posts += (post.id for post in batch.posts)


async def read(
    shelf: Shelf,
    pages: int,
    then: Callable[[], Awaitable[None]] | None = None,
    seen: list[int] | None = None,
) -> None:
    """Read some pages, note which are taken, and then perhaps wait for something."""
    async with Gathering(7, 1, shelf.keep) as gathered:
        for number in range(pages):
            low, end = 1 + number * PAGE, 1 + (number + 1) * PAGE
            await gathered.add((low, end), tuple(message(each) for each in range(low, end)))
            if seen is not None:
                seen.append(number)
            await asyncio.sleep(0)  # as reading a page takes a while
        if then is not None:
            await then()


async def for_ever() -> None:
    """Read a page that never comes."""
    await asyncio.Event().wait()


async def fail() -> None:
    """Read a page that cannot be read."""
    raise ConnectionError("of Telegram")


async def a_while() -> None:
    """Let others run for far longer than some pages take."""
    for _ in range(100):
        await asyncio.sleep(0)


async def read_on(scope: anyio.CancelScope, shelf: Shelf, pages: int) -> None:
    """Read until the scope is cancelled, which goes on being so, as a job's does."""
    with scope:
        await read(shelf, pages, for_ever)


async def ended(reading: asyncio.Task[None]) -> None:
    """Wait for the end of a reading, however it ends."""
    async with asyncio.timeout(PATIENCE):
        await asyncio.wait({reading})


async def test_all_is_stored_in_order() -> None:
    """Whole batches as soon as there is enough for one, and what is left at the end."""
    shelf = Shelf()
    await read(shelf, 5)
    assert shelf.kept == [(1, 501), (501, 1001), (1001, 1251)]
    assert shelf.posts == list(range(1, 1251))


async def test_reading_goes_on_while_a_batch_is_stored_but_not_without_end() -> None:
    """The next batch gathers meanwhile; the one after it waits for the first."""
    shelf = Shelf(shut=True)
    seen: list[int] = []
    reading = asyncio.create_task(read(shelf, 6, seen=seen))
    await shelf.asked.wait()
    await a_while()
    assert (seen, shelf.under_way, shelf.kept) == ([0, 1, 2], 1, [])
    shelf.open.set()
    await ended(reading)
    assert shelf.kept == [(1, 501), (501, 1001), (1001, 1501)]


async def test_a_page_that_fails_costs_nothing_that_was_read() -> None:
    """What is with the store and what has gathered is stored, then the failure is told."""
    shelf = Shelf()
    with pytest.raises(ConnectionError, match="of Telegram"):
        await read(shelf, 3, fail)
    assert shelf.kept == [(1, 501), (501, 751)]


async def test_a_cancelled_reading_has_stored_what_it_read() -> None:
    """The store is waited for, and its batch is not given up with the reading."""
    shelf = Shelf(shut=True)
    reading = asyncio.create_task(read_on(scope := anyio.CancelScope(), shelf, 3))
    await a_while()
    scope.cancel()
    await asyncio.sleep(0)
    shelf.open.set()
    await ended(reading)
    assert scope.cancelled_caught
    assert shelf.kept == [(1, 501), (501, 751)]


async def test_a_store_that_never_answers_holds_no_cancellation_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """After some seconds what it was asked is given up, and nothing of it runs on."""
    monkeypatch.setattr(gathering, "LAST_SECONDS", 0.05)
    shelf = Shelf(shut=True)
    reading = asyncio.create_task(read_on(scope := anyio.CancelScope(), shelf, 2))
    await shelf.asked.wait()
    scope.cancel()
    await ended(reading)
    assert (scope.cancelled_caught, shelf.kept, shelf.under_way) == (True, [], 0)


async def test_a_store_that_is_slow_at_the_end_is_waited_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Whoever asks of it decides how long: nothing is dropped unsaid."""
    monkeypatch.setattr(gathering, "LAST_SECONDS", 0.0)
    shelf = Shelf(shut=True)
    reading = asyncio.create_task(read(shelf, 1))
    await shelf.asked.wait()
    done, _ = await asyncio.wait({reading}, timeout=0.05)
    assert not done
    shelf.open.set()
    await ended(reading)
    assert shelf.kept == [(1, 251)]


@pytest.mark.parametrize("pages", [2, 9])
async def test_what_storing_raises_is_told(pages: int) -> None:
    """At the end, or with the next batch; what has gathered meanwhile is stored all the same."""
    shelf = Shelf(failure=ConnectionError("of the store"))
    with pytest.raises(ConnectionError, match="of the store"):
        await read(shelf, pages)
    assert shelf.kept == ([] if pages == 2 else [(501, 1001)])
    assert shelf.under_way == 0
