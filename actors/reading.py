"""One reading of everything an account follows."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime

import anyio

from actors.coverage import Range, floor_of, holes, page
from actors.errors import ChannelClosed, Flooded
from actors.messages import Follow, StoreBatch
from actors.ports import Asks, TelegramPort
from actors.values import ParseProgress, ParseReport, Unread
from storage.rows import Batch, ChannelState

AT_ONCE = 4
"""Channels read side by side: while one waits for Telegram, another stores."""

FOLLOW_SECONDS = 60.0
STORE_SECONDS = 60.0


class Reading:
    """Read what is new in an account's channels, and report what was committed.

    Every page is stored with the ids it proves read before the next is asked for, so a reading that
    ends anywhere, in any way, is gone on with by the next.
    """

    def __init__(
        self,
        account: int,
        telegram: TelegramPort,
        store: Asks,
        *,
        depth: int | None,
        progress: Callable[[ParseProgress], None],
    ) -> None:
        self._account = account
        self._telegram = telegram
        self._store = store
        self._depth = depth
        self._progress = progress
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
            seen = await self._telegram.channels()
        except Flooded as flood:
            self._flood_until = flood.until
            return self._report()
        states = await self._store.ask(
            Follow(account=self._account, seen=seen), timeout=FOLLOW_SECONDS
        )
        self._channels = len(states)
        limiter = anyio.CapacityLimiter(AT_ONCE)
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
        self._show(state)

    async def _read(self, state: ChannelState) -> None:
        """Fill the channel's holes, lowest first, up to the newest post that is known of."""
        floor, newest = state.floor, state.top
        if floor is None:
            floor, newest = await self._begin(state)
        for hole in holes(state.coverage, floor, newest):
            rest: Range | None = hole
            while rest is not None:
                rest = await self._page(state, rest)

    async def _begin(self, state: ChannelState) -> tuple[int, int]:
        """Decide and keep where a channel that was never read begins."""
        nth: int | None = None
        if self._depth is not None:
            nth = await self._telegram.nth_newest(state.id, state.access_hash, self._depth)
        floor = floor_of(self._depth, nth)
        await self._keep(Batch(channel_id=state.id, floor=floor, read=(floor, floor), posts=()))
        return floor, max(state.top, nth or 0)

    async def _page(self, state: ChannelState, asked: Range) -> Range | None:
        """Read and store one page; return what is left to ask."""
        answer = await self._telegram.history(state.id, state.access_hash, asked[0])
        proved = page(asked, answer.ids)
        low, high = proved.read
        posts = tuple(post for post in answer.posts if low <= post.id < high)
        await self._keep(Batch(channel_id=state.id, floor=None, read=proved.read, posts=posts))
        self._show(state)
        return proved.rest

    async def _keep(self, batch: Batch) -> None:
        stored = await self._store.ask(StoreBatch(batch=batch), timeout=STORE_SECONDS)
        self._added += stored.added

    def _note(self, state: ChannelState, trouble: Flooded | ChannelClosed) -> None:
        if isinstance(trouble, Flooded):
            self._flood_until = max(trouble.until, self._flood_until or trouble.until)
        self._unread.append(Unread(channel=state.id, title=state.title, reason=str(trouble)))

    def _show(self, state: ChannelState) -> None:
        self._progress(
            ParseProgress(
                channel=state.title, done=self._done, channels=self._channels, added=self._added
            )
        )

    def _report(self) -> ParseReport:
        return ParseReport(
            account=self._account,
            channels=self._channels,
            added=self._added,
            unread=tuple(self._unread),
            flood_until=self._flood_until,
            took=time.monotonic() - self._began,
        )
