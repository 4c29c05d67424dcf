"""One reading of one channel."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import anyio

from actors.coverage import Changes, Range, end_of, floor_of, holes, page, upward
from actors.errors import ChannelClosed, Flooded
from actors.gathering import Gathering
from actors.ports import Asks, HistoryPage, TelegramPort
from actors.store_messages import Amend, LoseChannel, NoteFlood, StoreBatch
from actors.values import ChannelRead
from storage.rows import Amendment, Batch, ChannelState, Hold

STORE_SECONDS = 60.0
LAST_SECONDS = 5.0
HISTORY = "messages.getHistory"


class ChannelReading:
    """Read what is new in a channel and what has changed, and report what was committed.

    Posts are stored with the ids that prove them read, and the channel's pts last of all: a reading
    that ends anywhere, in any way, is gone on with by the next, which finds the same changes again.
    """

    def __init__(
        self,
        hold: Hold,
        telegram: TelegramPort,
        store: Asks,
        state: ChannelState,
        *,
        calls: anyio.CapacityLimiter,
        depth: int | None,
        show: Callable[[int], None],
    ) -> None:
        """Describe it; `show` is told how many posts were added so far."""
        self._hold = hold
        self._telegram = telegram
        self._store = store
        self._state = state
        self._peer = (state.id, state.access_hash)
        self._calls = calls
        self._depth = depth
        self._show = show
        self._coverage = state.coverage
        self._added = self._edited = self._deleted = 0

    async def run(self) -> ChannelRead:
        """Read; a channel's own trouble is reported, any other is raised."""
        try:
            await self._cycle()
        except Flooded as flood:
            await self._ask(NoteFlood(hold=self._hold, method=HISTORY, until=flood.until))
            return self._read(reason=str(flood), flood_until=flood.until)
        except ChannelClosed as closed:
            lose = LoseChannel(hold=self._hold, channel=self._state.id, why=closed.why)
            await self._ask(lose)
            return self._read(reason=str(closed), lost=True)
        return self._read()

    async def _cycle(self) -> None:
        pts = self._state.pts
        if pts is None:
            await self._amend(pts=await self._first_pts())  # before what it is compared with
        floor = self._state.floor
        if floor is None:
            floor = await self._begin()
        changes = Changes(news=True) if pts is None else await self._changes(pts)
        first = max(floor, self._state.visible_from + 1)
        end = end_of(self._coverage, first)
        for hole in holes(self._coverage, first, end - 1):
            await self._fill(hole)
        if changes.news or changes.too_long or self._state.top >= end:
            await self._climb(end)
        await self._look_again(changes)

    async def _first_pts(self) -> int:
        async with self._calls:
            return await self._telegram.first_pts(*self._peer)

    async def _begin(self) -> int:
        """Decide and keep where a channel that was never read begins."""
        nth: int | None = None
        if self._depth is not None:
            async with self._calls:
                nth = await self._telegram.nth_newest(*self._peer, self._depth)
        floor = max(floor_of(self._depth, nth), self._state.visible_from + 1)
        await self._keep(
            Batch(channel_id=self._state.id, floor=floor, read=(floor, floor), posts=())
        )
        return floor

    async def _changes(self, pts: int) -> Changes:
        """Ask what has happened since the last reading, to the end of it."""
        changes = Changes(pts=pts)
        while not changes.final:
            async with self._calls:
                answer = await self._telegram.difference(*self._peer, changes.pts or pts)
            changes = changes.followed_by(answer)
        return changes

    async def _fill(self, hole: Range) -> None:
        """Read a gap page by page, and store pages as they gather."""
        gathering = Gathering(self._state.id, hole[0])
        rest: Range | None = hole
        try:
            while rest is not None:
                answer = await self._page(rest[0])
                proved = page(rest, answer.ids)
                gathering.add(proved.read, answer.posts)
                rest = proved.rest
                await self._keep_due(gathering)
        finally:
            await self._keep_rest(gathering)

    async def _climb(self, low: int) -> None:
        """Read upward from an id to the newest there is."""
        gathering = Gathering(self._state.id, low)
        try:
            while True:
                answer = await self._page(low)
                read = upward(low, answer.ids)
                if read is None:
                    return
                gathering.add(read, answer.posts)
                low = read[1]
                if answer.last:
                    return
                await self._keep_due(gathering)
        finally:
            await self._keep_rest(gathering)

    async def _look_again(self, changes: Changes) -> None:
        """Apply what has changed, and compare what nobody tells of: the newest, and a page below.

        The pts goes last: whatever it stands for is stored by then.
        """
        if changes.edited or changes.deleted:
            await self._amend(seen=changes.edited, deleted=changes.deleted)
        if changes.too_long or self._state.window_due:
            await self._compare(below=None)
            if self._state.sweep_from is not None:
                await self._compare(below=self._state.sweep_from)
        if changes.pts is not None and changes.pts != self._state.pts:
            await self._amend(pts=changes.pts)

    async def _compare(self, below: int | None) -> None:
        async with self._calls:
            answer = await self._telegram.window(*self._peer, below)
        low = min(answer.ids, default=None)
        if below is None:
            if low is not None:
                await self._amend(seen=answer.posts, window=(low, max(answer.ids) + 1))
            return
        first = self._state.floor or 1
        window = (first if low is None else low, below)
        await self._amend(seen=answer.posts, window=window, swept_to=low or first)

    # What is stored

    async def _page(self, low: int) -> HistoryPage:
        async with self._calls:
            return await self._telegram.history(*self._peer, low)

    async def _keep_due(self, gathering: Gathering) -> None:
        if gathering.is_due:
            await self._keep(gathering.taken())

    async def _keep_rest(self, gathering: Gathering) -> None:
        """Store what is left: however the reading ends, what it has read was paid for."""
        if not gathering.is_empty:
            with anyio.move_on_after(LAST_SECONDS, shield=True):
                await self._keep(gathering.taken())

    async def _keep(self, batch: Batch) -> None:
        request = StoreBatch(hold=self._hold, batch=batch)
        stored = await self._store.ask(request, timeout=STORE_SECONDS)
        self._coverage = stored.coverage
        self._added += stored.added
        self._show(self._added)

    async def _amend(self, **what: object) -> None:
        amendment = Amendment(channel_id=self._state.id, **what)
        amend = Amend(hold=self._hold, amendment=amendment)
        amended = await self._store.ask(amend, timeout=STORE_SECONDS)
        self._edited += amended.edited
        self._deleted += amended.deleted

    def _read(
        self,
        *,
        reason: str | None = None,
        flood_until: datetime | None = None,
        lost: bool = False,
    ) -> ChannelRead:
        return ChannelRead(
            channel=self._state.id,
            title=self._state.title,
            added=self._added,
            edited=self._edited,
            deleted=self._deleted,
            reason=reason,
            flood_until=flood_until,
            lost=lost,
        )
