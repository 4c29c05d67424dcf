"""One reading of one channel."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import TypeVar

import anyio

from actors.answers import HistoryPage
from actors.coverage import FIRST_ID, Changes, Range, end_of, floor_of, holes, page, upward
from actors.errors import ChannelClosed, Flooded
from actors.gathering import Gathering
from actors.ports import Asks, TelegramPort
from actors.reasons import UnreadWhy
from actors.store_messages import (
    Amend,
    KeepVisible,
    LoseChannel,
    NoteFlood,
    StoreBatch,
    WishReached,
)
from actors.values import ChannelRead
from runtime import Request
from storage.rows import Amendment, Batch, ChannelState, Hold, PostRow

R = TypeVar("R")

PAGE = 100
"""Messages that Telegram gives at a time; fewer mean that there are no more."""

BACKFILL_PAGES = 20
"""Pages of older posts that one cycle reads, where they are wished."""

STORE_SECONDS = 60.0
HISTORY = "history"


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
        page_size: int = PAGE,
    ) -> None:
        """Describe it; `show` is told how many posts were added so far."""
        self._page_size = page_size
        self._hold = hold
        self._telegram = telegram
        self._store = store
        self._state = state
        self._peer = (state.id, state.access_hash)
        self._calls = calls
        self._depth = depth
        self._show = show
        self._coverage = state.coverage
        self._hidden = state.visible_from  # None until it was asked for
        self._has_looked = False
        self._oldest: datetime | None = None  # of what was read downward
        self._added = self._edited = self._deleted = 0

    async def run(self) -> ChannelRead:
        """Read; a channel's own trouble is reported, any other is raised."""
        try:
            await self._cycle()
        except Flooded as flood:
            await self._ask(NoteFlood(hold=self._hold, method=HISTORY, until=flood.until))
            return self._read(reason=str(flood), code="flooded", flood_until=flood.until)
        except ChannelClosed as closed:
            if closed.why is not None:
                lose = LoseChannel(hold=self._hold, channel=self._state.id, why=closed.why)
                await self._ask(lose)
            return self._read(
                reason=str(closed), code=closed.why or "closed", lost=closed.why is not None
            )
        return self._read()

    async def _cycle(self) -> None:
        pts, hidden = self._state.pts, self._hidden
        if hidden is None or self._state.floor is None:
            hidden = await self._look_how_far()
        if pts is None:  # kept before what it is compared with is read
            await self._amend(pts=(await self._newest(None)).pts)
        floor = self._state.floor
        if floor is None:
            floor = await self._begin(hidden + 1)
        changes = Changes(news=True) if pts is None else await self._changes(pts)
        first = max(floor, hidden + 1)
        end = end_of(self._coverage, first)
        for hole in holes(self._coverage, first, end - 1):
            await self._fill(hole)
        if changes.news or changes.too_long or self._state.top >= end:
            await self._climb(end)
        if self._state.floor is None:
            await self._amend(window=(first, first))  # all of it was read just now
        await self._look_again(changes)
        if self._state.depth is not None or self._state.reach is not None:
            await self._deepen(floor, hidden + 1)

    async def _look_how_far(self) -> int:
        """Ask from which id on the account sees the channel, and keep it."""
        async with self._calls:
            hidden = await self._telegram.visible_from(*self._peer)
        keep = KeepVisible(hold=self._hold, channel=self._state.id, visible_from=hidden)
        await self._ask(keep)
        self._hidden, self._has_looked = hidden, True
        return hidden

    async def _shown_from(self, low: int, ids: Sequence[int]) -> int:
        """Return from which id on a page that was asked for from `low` shows all there is.

        A history that the account has cleared looks like one whose posts were deleted: what others
        may see of it must neither count as read nor as gone.
        """
        hidden = self._hidden or 0
        if low not in ids and not self._has_looked:
            hidden = await self._look_how_far()
        return max(low, hidden + 1)

    async def _begin(self, lowest: int) -> int:
        """Decide and keep where a channel that was never read begins."""
        nth: int | None = None
        if self._depth is not None:
            async with self._calls:
                nth = await self._telegram.nth_newest(*self._peer, self._depth)
        floor = max(floor_of(self._depth, nth), await self._kept_from())
        if self._depth is not None:  # who wants all of it leaves what is hidden to others
            floor = max(floor, lowest)
        await self._keep(
            Batch(channel_id=self._state.id, floor=floor, read=(floor, floor), posts=())
        )
        return floor

    async def _kept_from(self) -> int:
        """Return the first id that is not so old that it would be deleted at once."""
        if self._state.kept is None:
            return FIRST_ID
        moment = datetime.now(UTC) - self._state.kept
        async with self._calls:
            past = await self._telegram.newest_before(*self._peer, moment)
        return FIRST_ID if past is None else past + 1

    async def _changes(self, pts: int) -> Changes:
        """Ask what has happened since the last reading, to the end of it."""
        changes = Changes(pts=pts)
        while not changes.final:
            async with self._calls:
                answer = await self._telegram.difference(*self._peer, changes.pts or pts)
            changes = changes.followed_by(answer)
        if changes.pts is None:  # Telegram has forgotten ours: begin anew, before what is read now
            changes = replace(changes, pts=(await self._newest(None)).pts)
        return changes

    async def _fill(self, hole: Range) -> None:
        """Read a gap page by page, and store pages as they gather."""
        answer = await self._page(hole[0])
        rest = (await self._shown_from(hole[0], answer.ids), hole[1])
        if rest[0] >= rest[1]:
            return
        async with Gathering(self._state.id, rest[0], self._keep) as gathering:
            while True:
                proved = page(rest, answer.ids)
                await gathering.add(proved.read, answer.posts)
                if proved.rest is None:
                    return
                rest = proved.rest
                answer = await self._page(rest[0])

    async def _climb(self, low: int) -> None:
        """Read upward from an id to the newest there is."""
        answer = await self._page(low)
        if upward(low, answer.ids) is None:
            return
        low = await self._shown_from(low, answer.ids)
        async with Gathering(self._state.id, low, self._keep) as gathering:
            while (read := upward(low, answer.ids)) is not None:
                await gathering.add(read, answer.posts)
                low = read[1]
                if len(answer.ids) < self._page_size:
                    return
                answer = await self._page(low)

    async def _deepen(self, floor: int, lowest: int) -> None:
        """Read some pages downward, if somebody wishes older posts than are held.

        A cycle does its share and leaves the rest to the next: nobody waits for it.
        """
        target = lowest
        if self._state.reach is None and self._state.depth is not None:
            async with self._calls:
                nth = await self._telegram.nth_newest(*self._peer, self._state.depth)
            target = max(floor_of(self._state.depth, nth), lowest)
        target = max(target, await self._kept_from())
        for _ in range(BACKFILL_PAGES):
            if floor <= target:
                break
            floor = await self._deeper(floor, target)
            if self._is_far_enough():
                target = floor
        if floor <= target:
            await self._ask(WishReached(hold=self._hold, channel=self._state.id))

    async def _deeper(self, floor: int, lowest: int) -> int:
        """Read the page below the floor, which goes down to where the page ends."""
        answer = await self._newest(floor)
        is_last = len(answer.ids) < self._page_size
        low = lowest if is_last else max(lowest, min(answer.ids))
        found = tuple(post for post in answer.posts if low <= post.id < floor)
        self._oldest = min((post.published_at for post in found), default=self._oldest)
        await self._keep(
            Batch(channel_id=self._state.id, floor=low, read=(low, floor), posts=found)
        )
        return low

    def _is_far_enough(self) -> bool:
        reach = self._state.reach
        return (
            reach is not None
            and self._oldest is not None
            and self._oldest < datetime.now(UTC) - reach
        )

    async def _look_again(self, changes: Changes) -> None:
        """Apply what has changed, and compare what nobody tells of: the newest, and a page below.

        The pts goes last: whatever it stands for is stored by then.
        """
        if changes.edited or changes.deleted:
            await self._amend(seen=changes.edited, deleted=changes.deleted)
        if changes.too_long or (self._state.window_due and self._state.floor is not None):
            low = await self._compare(below=None)
            if (below := self._state.sweep_from or low) is not None:
                await self._compare(below=below)
        if changes.pts is not None and changes.pts != self._state.pts:
            await self._amend(pts=changes.pts)

    async def _compare(self, below: int | None) -> int | None:
        """Read a page below an id again, the newest if there is none; return its lowest id."""
        answer = await self._newest(below)
        await self._look_how_far()  # after it: what is missing may have been hidden just before
        low = min(answer.ids, default=None)
        if below is None:
            # Whatever is held above the newest there is was taken back.
            high = max(max(answer.ids, default=0) + 1, end_of(self._coverage, 1))
            await self._amend(seen=answer.posts, window=(low or 1, high))
        else:
            is_last = low is None or len(answer.ids) < self._page_size
            lowest = 1 if is_last or low is None else low
            await self._amend(seen=answer.posts, window=(lowest, below), swept_to=lowest)
        return low

    # What is stored

    async def _page(self, low: int) -> HistoryPage:
        async with self._calls:
            return await self._telegram.history(*self._peer, low)

    async def _newest(self, below: int | None) -> HistoryPage:
        async with self._calls:
            return await self._telegram.window(*self._peer, below)

    async def _keep(self, batch: Batch) -> None:
        stored = await self._ask(StoreBatch(hold=self._hold, batch=batch))
        self._coverage = stored.coverage
        self._added += stored.added
        self._show(self._added)

    async def _amend(
        self,
        *,
        seen: tuple[PostRow, ...] = (),
        deleted: tuple[int, ...] = (),
        window: Range | None = None,
        pts: int | None = None,
        swept_to: int | None = None,
    ) -> None:
        amendment = Amendment(
            channel_id=self._state.id,
            seen=seen,
            deleted=deleted,
            window=window,
            pts=pts,
            swept_to=swept_to,
        )
        amended = await self._ask(Amend(hold=self._hold, amendment=amendment))
        self._edited += amended.edited
        self._deleted += amended.deleted

    async def _ask(self, request: Request[R]) -> R:
        return await self._store.ask(request, timeout=STORE_SECONDS)

    def _read(
        self,
        *,
        reason: str | None = None,
        code: UnreadWhy = "other",
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
            code=code,
            flood_until=flood_until,
            lost=lost,
        )
