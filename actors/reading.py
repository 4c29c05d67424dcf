"""One reading of everything an account follows."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime

import anyio

from actors.coverage import Range, floor_of, holes, page
from actors.errors import ChannelClosed, Flooded, TelegramUnreachable
from actors.messages import Follow, StoreBatch
from actors.ports import Asks, TelegramPort
from actors.values import ParseProgress, ParseReport, Unread
from storage.rows import Batch, ChannelState, Hold, PostRow

CALLS_AT_ONCE = 4
"""Calls in flight; decoding more answers at once only makes everybody else wait."""

CHANNELS_AT_ONCE = 8
"""Channels read side by side: while some wait for Telegram, the others store."""

BATCH_POSTS = 500
BATCH_SECONDS = 1.0
"""What is stored at once: a transaction a page costs twice the time."""

FOLLOW_SECONDS = 60.0
STORE_SECONDS = 60.0
LAST_SECONDS = 5.0


class _Gathered:
    """Pages of one hole, side by side, that are not stored yet."""

    def __init__(self, channel: int, low: int) -> None:
        self._channel = channel
        self._low = self._high = low
        self._since = time.monotonic()
        self.posts: list[PostRow] = []

    def add(self, read: Range, posts: tuple[PostRow, ...]) -> None:
        """Append the page that begins where the last one ended."""
        low, high = read
        self.posts.extend(post for post in posts if low <= post.id < high)
        self._high = high

    def is_empty(self) -> bool:
        """Whether all that was read is stored."""
        return self._low == self._high

    def is_due(self) -> bool:
        """Whether there is enough to store, or the first of it has waited long enough."""
        waited = time.monotonic() - self._since
        return len(self.posts) >= BATCH_POSTS or waited >= BATCH_SECONDS

    def taken(self) -> Batch:
        """Return what was gathered as a batch, and begin the next where it ends."""
        batch = Batch(
            channel_id=self._channel,
            floor=None,
            read=(self._low, self._high),
            posts=tuple(self.posts),
        )
        self._low, self.posts, self._since = self._high, [], time.monotonic()
        return batch


class Reading:
    """Read what is new in an account's channels, and report what was committed.

    Posts are stored with the ids that prove them read, in batches of at most `BATCH_POSTS` or
    `BATCH_SECONDS`: a reading that ends anywhere, in any way, is gone on with by the next.
    """

    def __init__(
        self,
        hold: Hold,
        telegram: TelegramPort,
        store: Asks,
        *,
        depth: int | None,
        show: Callable[[ParseProgress], None],
    ) -> None:
        self._hold = hold
        self._telegram = telegram
        self._store = store
        self._depth = depth
        self._show = show
        self._calls = anyio.CapacityLimiter(CALLS_AT_ONCE)
        self._began = time.monotonic()
        self._channels = 0
        self._done = 0
        self._added = 0
        self._unread: list[Unread] = []
        self._flood_until: datetime | None = None
        self._failure: Exception | None = None

    async def run(self) -> ParseReport:
        """Read all channels; a channel's own trouble is reported, any other is raised."""
        try:
            listing = await self._telegram.channels()
        except Flooded as flood:
            self._flood_until = flood.until
            return self._report()
        if not listing.complete:  # what is not listed would be taken for left
            raise TelegramUnreachable("it did not list all of the account's chats")
        follow = Follow(hold=self._hold, seen=listing.channels)
        states = await self._store.ask(follow, timeout=FOLLOW_SECONDS)
        self._channels = len(states)
        limiter = anyio.CapacityLimiter(CHANNELS_AT_ONCE)
        async with anyio.create_task_group() as group:
            for state in states:
                group.start_soon(self._channel, state, limiter, group.cancel_scope)
        if self._failure is not None:
            raise self._failure
        return self._report()

    async def _channel(
        self, state: ChannelState, limiter: anyio.CapacityLimiter, all_: anyio.CancelScope
    ) -> None:
        async with limiter:
            try:
                await self._read(state)
            except (Flooded, ChannelClosed) as trouble:
                self._note(state, trouble)
            except Exception as error:  # noqa: BLE001  raised by `run`, without a group around it
                self._failure = self._failure or error
                all_.cancel()
                return
        self._done += 1
        self._moved(state)

    async def _read(self, state: ChannelState) -> None:
        """Fill the channel's holes, lowest first, up to the newest post that is known of."""
        floor, newest = state.floor, state.top
        if floor is None:
            floor, newest = await self._begin(state)
        for hole in holes(state.coverage, floor, newest):
            await self._fill(state, hole)

    async def _begin(self, state: ChannelState) -> tuple[int, int]:
        """Decide and keep where a channel that was never read begins."""
        nth: int | None = None
        if self._depth is not None:
            async with self._calls:
                nth = await self._telegram.nth_newest(state.id, state.access_hash, self._depth)
        floor = floor_of(self._depth, nth)
        begun = Batch(channel_id=state.id, floor=floor, read=(floor, floor), posts=())
        await self._keep(begun, state)
        return floor, max(state.top, nth or 0)

    async def _fill(self, state: ChannelState, hole: Range) -> None:
        """Read a hole page by page, and store pages as they gather."""
        gathered = _Gathered(state.id, hole[0])
        rest: Range | None = hole
        try:
            while rest is not None:
                async with self._calls:
                    answer = await self._telegram.history(state.id, state.access_hash, rest[0])
                proved = page(rest, answer.ids)
                gathered.add(proved.read, answer.posts)
                rest = proved.rest
                if gathered.is_due():
                    await self._keep(gathered.taken(), state)
        finally:
            # However the reading ends, what it has read was paid for with calls.
            if not gathered.is_empty():
                with anyio.move_on_after(LAST_SECONDS, shield=True):
                    await self._keep(gathered.taken(), state)

    async def _keep(self, batch: Batch, state: ChannelState) -> None:
        stored = await self._store.ask(
            StoreBatch(hold=self._hold, batch=batch), timeout=STORE_SECONDS
        )
        self._added += stored.added
        self._moved(state)

    def _note(self, state: ChannelState, trouble: Flooded | ChannelClosed) -> None:
        if isinstance(trouble, Flooded):
            self._flood_until = max(trouble.until, self._flood_until or trouble.until)
        self._unread.append(Unread(channel=state.id, title=state.title, reason=str(trouble)))

    def _moved(self, state: ChannelState) -> None:
        self._show(
            ParseProgress(
                channel=state.title, done=self._done, channels=self._channels, added=self._added
            )
        )

    def _report(self) -> ParseReport:
        return ParseReport(
            account=self._hold.account,
            channels=self._channels,
            added=self._added,
            unread=tuple(self._unread),
            flood_until=self._flood_until,
            took=time.monotonic() - self._began,
        )
