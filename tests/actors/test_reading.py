"""One reading of one channel, call by call."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import anyio
import pytest

from actors.answers import Difference
from actors.coverage import Changes, end_of, upward
from actors.errors import ChannelClosed, Flooded
from actors.reading import BACKFILL_PAGES, ChannelReading
from actors.store_messages import Follow
from actors.values import ChannelRead
from tests.actors.models import ModelChannel, ModelLease, ModelStore, ModelTelegram, post

pytestmark = pytest.mark.anyio


class Desk:
    """A channel, an account that reads it, and the calls that this takes."""

    def __init__(self, posts: int = 0) -> None:
        self.channel = ModelChannel(id=1)
        for _ in range(posts):
            self.channel.publish()
        self.calls: list[str] = []
        self.trouble: dict[str, Exception] = {}
        self.telegram = ModelTelegram([self.channel], before=self.befall)
        self.store = ModelStore()
        self.lease = ModelLease(self.store)

    def befall(self, method: str, _channel: int) -> None:
        """Note the call; raise what it meets."""
        self.calls.append(method)
        if method in self.trouble:
            raise self.trouble.pop(method)

    async def read(self, *, depth: int | None = None, listed: bool = True) -> ChannelRead:
        """Read the channel once."""
        hold = self.lease.taken(1)
        if listed:
            listing = await self.telegram.channels()
            await self.store.ask(Follow(hold=hold, seen=listing.channels))
        self.calls.clear()
        reading = ChannelReading(
            hold,
            self.telegram,
            self.store,
            self.store.state(self.store.seen[1]),
            calls=anyio.CapacityLimiter(4),
            depth=depth,
            show=lambda _: None,
            page_size=3,
        )
        return await reading.run()

    @property
    def held(self) -> set[int]:
        """The ids that are stored."""
        return {id_ for _, id_ in self.store.posts}


async def test_a_channel_without_news_costs_one_call() -> None:
    """The difference is empty: nothing else is asked."""
    desk = Desk(posts=4)
    await desk.read()
    read = await desk.read(listed=False)
    assert desk.calls == ["difference"]
    assert (read.added, read.edited, read.deleted) == (0, 0, 0)


async def test_news_edits_and_deletions_come_in_one_cycle() -> None:
    """Each is stored, counted, and not asked for again."""
    desk = Desk(posts=4)
    await desk.read()
    desk.channel.publish()
    desk.channel.edit(2)
    desk.channel.delete(3)
    read = await desk.read(listed=False)
    assert (read.added, read.edited, read.deleted) == (1, 1, 1)
    assert desk.held == {1, 2, 4, 5}
    assert desk.store.posts[1, 2] == post(1, 2, 1)
    await desk.read(listed=False)
    assert desk.calls == ["difference"]


async def test_a_killed_cycle_is_repeated_whole() -> None:
    """The pts is kept last: what came before the end comes again."""
    desk = Desk(posts=4)
    await desk.read()
    desk.channel.publish()
    desk.channel.edit(2)
    desk.trouble["history"] = RuntimeError("killed")
    with pytest.raises(RuntimeError):
        await desk.read(listed=False)
    read = await desk.read(listed=False)
    assert (read.added, read.edited) == (1, 1)


async def test_too_much_to_tell_is_compared() -> None:
    """The newest page is read again: edits and deletions in it are found."""
    desk = Desk(posts=4)
    await desk.read()
    desk.channel.delete(4)
    for _ in range(9):
        desk.channel.edit(3)
    read = await desk.read(listed=False)
    assert "window" in desk.calls
    assert (read.edited, read.deleted) == (1, 1)
    assert desk.held == {1, 2, 3}


async def test_what_was_edited_and_then_deleted_is_gone() -> None:
    """Whatever answer tells of it, first or last."""
    edited = Difference(
        pts=2,
        final=False,
        too_long=False,
        news=False,
        edited=(post(1, 7, 1), post(1, 8, 1)),
        deleted=(),
    )
    deleted = Difference(pts=3, final=True, too_long=False, news=False, edited=(), deleted=(7,))
    changes = Changes(pts=1).followed_by(edited).followed_by(deleted)
    assert changes.edited == (post(1, 8, 1),)
    assert (changes.deleted, changes.pts, changes.final) == ((7,), 3, True)


async def test_holes_are_filled_before_the_news() -> None:
    """What another account could not see is read by one that can."""
    desk = Desk(posts=9)
    await desk.read()
    desk.store.coverage[1] = ((1, 3), (6, 10))
    for id_ in (3, 4, 5):
        del desk.store.posts[1, id_]
    await desk.read(listed=False)
    assert desk.held == set(range(1, 10))
    assert desk.store.coverage[1] == ((1, 10),)


async def test_who_cannot_see_older_posts_claims_none_of_them() -> None:
    """The ids below stay unread, for somebody who can see them."""
    desk = Desk(posts=9)
    desk.telegram.hidden = 5
    desk.store.hidden[1] = None
    await desk.read()
    assert desk.held == {6, 7, 8, 9}
    assert desk.store.coverage[1] == ((6, 10),)
    desk.telegram.hidden = desk.store.hidden[1] = 0
    desk.store.floors[1] = 1
    await desk.read(listed=False)
    assert desk.held == set(range(1, 10))


async def test_a_flood_is_a_report_and_is_kept() -> None:
    """What was read before it stays; the wait and its end are persisted."""
    desk = Desk(posts=4)
    until = datetime(2031, 1, 1, tzinfo=UTC)
    desk.trouble["history"] = Flooded(until)
    read = await desk.read()
    assert read.flood_until == until
    assert desk.store.floods == {"history": until}


async def test_a_channel_that_closes_is_lost_with_its_reason() -> None:
    """The subscription says why; nothing is raised."""
    desk = Desk(posts=4)
    await desk.read()
    desk.trouble["difference"] = ChannelClosed("CHANNEL_PRIVATE", why="banned")
    read = await desk.read(listed=False)
    assert read.lost
    assert desk.store.lost == {1: "banned"}


def test_an_empty_page_upward_proves_nothing_of_what_will_come() -> None:
    """Ids that were not given yet are never covered."""
    assert upward(5, ()) is None
    assert upward(5, (3, 4)) is None
    assert upward(5, (9, 3, 7)) == (5, 10)


def test_the_end_of_a_coverage() -> None:
    """It is above everything read, and never below where reading begins."""
    assert end_of((), 4) == 4
    assert end_of(((1, 3), (6, 9)), 4) == 9
    assert end_of(((1, 3),), 4) == 4


async def test_a_pts_that_telegram_has_forgotten_is_replaced_before_anything_is_read() -> None:
    """What is published while the channel is compared is found by the next cycle."""
    desk = Desk(posts=4)
    await desk.read()
    desk.telegram.forgets = True
    read = await desk.read(listed=False)
    assert (read.added, desk.calls[:2]) == (0, ["difference", "window"])
    desk.telegram.forgets = False
    desk.channel.publish()
    assert (await desk.read(listed=False)).added == 1


async def test_older_posts_are_read_downward_where_they_are_wished() -> None:
    """As deep as wished, once; what is held meanwhile is not read again."""
    desk = Desk(posts=30)
    await desk.read(depth=2)
    assert desk.held == {29, 30}
    desk.store.wishes[1] = 10
    read = await desk.read(listed=False)
    assert desk.held == set(range(21, 31))
    assert read.added == 8
    assert desk.store.wishes == {}
    assert desk.store.coverage[1] == ((21, 31),)
    await desk.read(listed=False)
    assert desk.calls == ["difference"]


async def test_a_cycle_does_its_share_of_older_posts() -> None:
    """The rest is left to the next cycle, which goes on where this one ended."""
    desk = Desk(posts=100)
    await desk.read(depth=1)
    desk.store.wishes[1] = 1000
    first = await desk.read(listed=False)
    assert first.added == BACKFILL_PAGES * 3
    assert desk.store.wishes
    await desk.read(listed=False)
    assert desk.held == set(range(1, 101))
    assert desk.store.wishes == {}
    assert desk.store.floors[1] == 1


async def test_a_wish_for_a_time_ends_at_the_first_older_post() -> None:
    """The posts of the model are older than a day: one page proves it."""
    desk = Desk(posts=30)
    await desk.read(depth=1)
    desk.store.wishes[1] = timedelta(days=1)
    await desk.read(listed=False)
    assert desk.held == {27, 28, 29, 30}
    assert desk.store.wishes == {}


@pytest.mark.parametrize("depth", [None, 20])
async def test_what_would_be_deleted_at_once_is_not_read(depth: int | None) -> None:
    """A first reading begins above what is older than it is kept, however deep it is to go."""
    desk = Desk(posts=30)
    desk.store.kept, desk.channel.old = timedelta(days=1), 25
    await desk.read(depth=depth)
    assert desk.held == {26, 27, 28, 29, 30}
    assert desk.store.floors[1] == 26
    await desk.read(listed=False)
    assert desk.calls == ["difference"]


async def test_a_channel_of_old_posts_alone_is_read_from_its_next_one_on() -> None:
    """None of them is read, and nothing is asked again."""
    desk = Desk(posts=30)
    desk.store.kept, desk.channel.old = timedelta(days=1), 30
    await desk.read(depth=5)
    assert desk.held == set()
    desk.channel.publish()
    await desk.read(listed=False)
    assert desk.held == {31}


@pytest.mark.parametrize("wish", [20, timedelta(days=400)])
async def test_a_wish_ends_at_what_would_be_deleted_at_once(wish: int | timedelta) -> None:
    """Older posts are read as far down as they are kept, and the wish is done."""
    desk = Desk(posts=30)
    await desk.read(depth=2)
    desk.store.wishes[1], desk.store.kept, desk.channel.old = wish, timedelta(days=1), 22
    await desk.read(listed=False)
    assert desk.held == set(range(23, 31))
    assert desk.store.wishes == {}


async def test_what_is_hidden_is_not_wished_for() -> None:
    """The floor goes down to what the account may see, and no further."""
    desk = Desk(posts=30)
    desk.telegram.hidden, desk.store.hidden[1] = 20, 20
    await desk.read(depth=1)
    desk.store.wishes[1] = 1000
    await desk.read(listed=False)
    assert desk.held == set(range(21, 31))
    assert desk.store.floors[1] == 21
