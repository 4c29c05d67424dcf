"""Pages of a channel on their way to the store, which takes some while others are read."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Self

import anyio

from actors.coverage import Range
from storage.rows import Batch, PostRow

BATCH_POSTS = 500
BATCH_SECONDS = 1.0
"""What is stored at once: a transaction a page costs twice the time."""
LAST_SECONDS = 5.0


class Gathering:
    """Pages side by side, upward from an id, stored in their order.

    For the length of an `async with` block, on one loop. One batch at most is with the store while
    the next gathers, so no more than two and a page are held. However the block ends, what was read
    was paid for and is stored, unless the store fails; after an error or a cancellation, within
    LAST_SECONDS. What storing raises, the next call or the end of the block raises; what is missing
    then is a hole in the coverage, which the next reading fills.
    """

    def __init__(self, channel: int, low: int, keep: Callable[[Batch], Awaitable[None]]) -> None:
        """Describe it: `keep` stores a batch."""
        self._channel = channel
        self._low = self._high = low
        self._keep = keep
        self._since = time.monotonic()
        self._posts: list[PostRow] = []
        self._storing: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            if kind is None:
                await self._keep_all()
        finally:
            with anyio.CancelScope(shield=True):
                with anyio.move_on_after(LAST_SECONDS):
                    await self._keep_all()
                if self._storing is not None:
                    self._storing.cancel()
                    await asyncio.wait({self._storing})

    async def add(self, read: Range, posts: tuple[PostRow, ...]) -> None:
        """Append the page that begins where the last one ended, and store what is due.

        That is enough posts, or the first of them have waited for long enough.
        """
        low, high = read
        self._posts.extend(post for post in posts if low <= post.id < high)
        self._high = high
        waited = time.monotonic() - self._since
        if len(self._posts) >= BATCH_POSTS or waited >= BATCH_SECONDS:
            await self._stored()
            self._store()

    async def _keep_all(self) -> None:
        await self._stored()
        if self._low < self._high:
            self._store()
            await self._stored()

    async def _stored(self) -> None:
        """Wait for what is with the store; who is cancelled meanwhile ends nothing there."""
        if self._storing is not None:
            await asyncio.wait({self._storing})
            done, self._storing = self._storing, None
            done.result()

    def _store(self) -> None:
        """Give the store what has gathered, and begin the next batch where it ends."""
        batch = Batch(
            channel_id=self._channel,
            floor=None,
            read=(self._low, self._high),
            posts=tuple(self._posts),
        )
        self._low, self._posts, self._since = self._high, [], time.monotonic()
        self._storing = asyncio.create_task(self._put(batch))

    async def _put(self, batch: Batch) -> None:
        await self._keep(batch)
