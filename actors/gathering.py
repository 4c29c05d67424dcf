"""Pages of a channel that are read and not stored yet."""

from __future__ import annotations

import time

from actors.coverage import Range
from storage.rows import Batch, PostRow

BATCH_POSTS = 500
BATCH_SECONDS = 1.0
"""What is stored at once: a transaction a page costs twice the time."""


class Gathering:
    """Pages side by side, upward from an id."""

    def __init__(self, channel: int, low: int) -> None:
        self._channel = channel
        self._low = self._high = low
        self._since = time.monotonic()
        self._posts: list[PostRow] = []

    @property
    def is_empty(self) -> bool:
        """Whether all that was read is stored."""
        return self._low == self._high

    @property
    def is_due(self) -> bool:
        """Whether there is enough to store, or the first of it has waited long enough."""
        waited = time.monotonic() - self._since
        return len(self._posts) >= BATCH_POSTS or waited >= BATCH_SECONDS

    def add(self, read: Range, posts: tuple[PostRow, ...]) -> None:
        """Append the page that begins where the last one ended."""
        low, high = read
        self._posts.extend(post for post in posts if low <= post.id < high)
        self._high = high

    def taken(self) -> Batch:
        """Return what was gathered as a batch, and begin the next where it ends."""
        batch = Batch(
            channel_id=self._channel,
            floor=None,
            read=(self._low, self._high),
            posts=tuple(self._posts),
        )
        self._low, self._posts, self._since = self._high, [], time.monotonic()
        return batch
