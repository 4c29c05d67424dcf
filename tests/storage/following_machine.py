"""Channels, and the accounts that follow them, beside a model of both."""

import asyncio
import itertools
from collections.abc import Coroutine
from dataclasses import replace
from datetime import timedelta
from typing import Any, ClassVar, TypeVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from storage import leases, posts
from storage.database import Database
from storage.rows import ChannelSeen, ChannelState, Hold
from tests.storage.archive_model import Archive, Channel, Source

CHANNELS = (1, 2)
PUBLIC = (1,)
READERS = (1, 2, 3)

T = TypeVar("T")

_examples = itertools.count(1)


class FollowingMachine(RuleBasedStateMachine):
    """Let accounts follow and forget channels in which posts appear, change and vanish."""

    runner: ClassVar[asyncio.Runner]
    db: ClassVar[Database]

    def __init__(self) -> None:
        super().__init__()
        # Each example works under ids of its own, so that none has to clean up.
        self.base = next(_examples) * 1000
        self.telegram = {channel: Source() for channel in CHANNELS}
        self.archive = Archive(PUBLIC)
        self.edits = itertools.count(1)

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(work)

    @initialize()
    def register(self) -> None:
        """The readers exist, and nothing is left of another example that could be cleaned up."""
        self.run(self.db.execute("DELETE FROM channels"))
        self.run(self.db.execute("DELETE FROM work"))
        self.holds = self.run(self._claim())
        for channel in CHANNELS:
            self.publish(channel, [1, 3])
        for reader in READERS:
            self.follow(reader, list(CHANNELS), complete=True, pts=None)
            self.look(reader, 2, visible_from=reader)

    async def _claim(self) -> dict[int, Hold]:
        me = await leases.register(self.db, name="model", place=f"{self.base}", ttl=600)
        claims = {
            reader: await leases.claim(self.db, me, self.base + reader, ttl=600, margin=60)
            for reader in READERS
        }
        return {reader: claimed.hold for reader, claimed in claims.items()}

    @rule(channel=st.sampled_from(CHANNELS), sizes=st.lists(st.integers(1, 4), min_size=1))
    def publish(self, channel: int, sizes: list[int]) -> None:
        """Messages and albums appear."""
        for size in sizes[:6]:
            self.telegram[channel].publish(size)

    @rule(
        channel=st.sampled_from(CHANNELS),
        changes=st.lists(
            st.tuples(st.integers(0, 20), st.sampled_from(["edit", "delete", "view"])), min_size=1
        ),
    )
    def alter(self, channel: int, changes: list[tuple[int, str]]) -> None:
        """Messages, counted from the newest, are edited, deleted, or viewed more often."""
        messages = self.telegram[channel].messages
        for back, change in changes:
            number = next(iter(sorted(messages, reverse=True)[back:]), None)
            if number is None:
                continue
            match change:
                case "edit":
                    messages[number] = replace(messages[number], text=f"edit {next(self.edits)}")
                case "delete":
                    del messages[number]
                case _ if messages[number].album is None:
                    messages[number] = replace(messages[number], views=next(self.edits))

    @rule(
        reader=st.sampled_from(READERS),
        channels=st.permutations(CHANNELS).flatmap(
            lambda order: st.integers(0, 2).map(lambda length: order[:length])
        ),
        complete=st.booleans(),
        pts=st.none() | st.integers(1, 99),
    )
    def follow(self, reader: int, channels: list[int], complete: bool, pts: int | None) -> None:
        """A list confirms and adds, and if it is complete, what is missing was left."""
        states = self.run(
            posts.follow(
                self.db, self.holds[reader], [self._seen(each, pts) for each in channels], complete
            )
        )
        for (account, channel), each in self.archive.subscriptions.items():
            if account == reader and complete and channel not in channels and each.left is None:
                each.left = "left" if each.source == "list" or channel not in PUBLIC else None
        for position, channel in enumerate(channels, 1):
            self.archive.see(reader, channel).position = position
            self._start(channel, pts)
        assert [state.id - self.base for state in states] == self.archive.followed(reader)
        for state in states:
            self.check_state(reader, state)

    @rule(reader=st.sampled_from(READERS), channel=st.sampled_from(CHANNELS))
    def follow_one(self, reader: int, channel: int) -> None:
        """A channel is followed by its reader's own choice."""
        seen = self._seen(channel, None)
        state = self.run(posts.follow_one(self.db, self.holds[reader], seen, None, "name"))
        self.archive.see(reader, channel, source="name")
        self.check_state(reader, state)

    @rule(
        reader=st.sampled_from(READERS),
        channel=st.sampled_from(CHANNELS),
        why=st.sampled_from(["unfollowed", "left", "banned", "private", "deleted"]),
    )
    def lose(self, reader: int, channel: int, why: str) -> None:
        """A channel is not wanted any more, or Telegram lets its reader in no more."""
        there = self.base + channel
        found = self.archive.subscriptions.get((reader, channel))
        if why == "unfollowed":
            did = self.run(posts.unfollow(self.db, self.base + reader, there))
            assert did == (found is not None and found.wanted)
        else:
            did = self.run(posts.lost(self.db, self.holds[reader], there, why))
            assert did == (found is not None and found.left is None)
        if found is not None and why != "unfollowed":
            found.left = found.left or why
        elif found is not None and found.wanted:
            found.wanted = False
            self.archive.clean(channel)

    @rule(
        reader=st.sampled_from(READERS),
        channel=st.sampled_from(CHANNELS),
        visible_from=st.integers(0, 9),
    )
    def look(self, reader: int, channel: int, visible_from: int) -> None:
        """Telegram tells from where on a reader sees a channel."""
        if channel in self.archive.followed(reader):
            hold = self.holds[reader]
            self.run(posts.sees_from(self.db, hold, self.base + channel, visible_from))
            self.archive.subscriptions[reader, channel].visible_from = visible_from
            state = self.run(posts.state(self.db, self.base + reader, self.base + channel))
            assert state is not None
            self.check_state(reader, state)

    @rule(reader=st.sampled_from(READERS))
    def wait_a_day(self, reader: int) -> None:
        """No list comes for a reader within a day, and what nobody follows is removed."""
        query = (
            "UPDATE subscriptions SET confirmed_at = now() - interval '1 day' WHERE account = $1"
        )
        self.run(self.db.execute(query, self.base + reader))
        for (account, _), each in self.archive.subscriptions.items():
            each.confirmed = each.confirmed and account != reader
        self.run(posts.clean(self.db, timedelta(0), 999))
        for channel in list(self.archive.channels):
            self.archive.clean(channel)

    def _seen(self, channel: int, pts: int | None) -> ChannelSeen:
        return ChannelSeen(
            id=self.base + channel,
            access_hash=channel,
            title="t",
            username=f"c{channel}" if channel in PUBLIC else None,
            top=self.telegram[channel].last,
            pts=pts,
        )

    def _start(self, channel: int, pts: int | None) -> None:
        held = self.archive.channels[channel]
        held.pts = pts if held.pts is None else held.pts

    def check_state(self, reader: int, state: ChannelState) -> None:
        channel = state.id - self.base
        held: Channel = self.archive.channels[channel]
        assert state.visible_from == self.archive.sight(reader, channel)
        assert (state.coverage, state.floor, state.pts, state.sweep_from) == (
            held.coverage,
            held.floor,
            held.pts,
            held.sweep_from,
        )
