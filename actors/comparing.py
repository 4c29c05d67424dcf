"""The comparison of what the collections hold with what is said to be in them."""

from __future__ import annotations

from collections import deque

from actors.collections import LONG_SECONDS, VECTORS_SECONDS, Collections
from actors.meaning_messages import ListHeldChannels, ReconcileChannel
from actors.ports import Asks
from actors.reasons import WorkerWhy
from actors.vector_messages import ListVectors
from runtime.logs import get_logger

log = get_logger("actors")


class Comparing:
    """Compare channel after channel; what differs becomes work. The worker's own loop only."""

    def __init__(self, store: Asks, vectors: Asks, collections: Collections) -> None:
        self._store = store
        self._vectors = vectors
        self._collections = collections
        self._left: deque[tuple[str, int]] = deque()
        self.lost: WorkerWhy | None = None
        """Whether something was found to be missing, until it is there again."""

    async def begin(self) -> None:
        """Have every channel of every collection compared, from the first one on."""
        channels = await self._store.ask(ListHeldChannels(), timeout=LONG_SECONDS)
        self._left = deque((name, each) for name in self._collections.rows for each in channels)

    async def one(self) -> bool:
        """Compare the next channel; False if none is left."""
        if not self._left:
            return False
        collection, channel = self._left.popleft()
        listing = ListVectors(collection=collection, channel=channel)
        found = await self._vectors.ask(listing, timeout=VECTORS_SECONDS)
        compare = ReconcileChannel(collection=collection, channel=channel, found=found)
        differed = await self._store.ask(compare, timeout=LONG_SECONDS)
        if differed:
            log.warning("vectors.differed", channel=channel, posts=differed)
            self.lost = "differed"
        return True
