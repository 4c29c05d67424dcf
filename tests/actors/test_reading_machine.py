"""A reading against random publishing, deleting, floods, cuts and restarts."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from actors.coverage import holes
from actors.errors import Flooded, TelegramUnreachable
from actors.reading import Reading
from actors.values import ParseProgress, ParseReport
from storage.errors import DatabaseUnreachable
from tests.actors.models import ModelChannel, ModelLease, ModelStore, ModelTelegram

UNTIL = datetime(2026, 1, 2, tzinfo=UTC)
CHANNELS = 3

# What befalls the n-th call of a parse.
troubles = st.dictionaries(
    st.integers(0, 12),
    st.sampled_from(["publish", "delete", "flood", "cut", "store_before", "store_after"]),
    max_size=3,
)


def nobody(_: ParseProgress) -> None:
    """Watch no progress."""


class ReadingMachine(RuleBasedStateMachine):
    """Every parse starts from what the store holds: each is a restart of the program."""

    @initialize(depth=st.sampled_from([None, 2, 100]), lie=st.booleans())
    def begin(self, depth: int | None, lie: bool) -> None:
        """Choose how deep an unread channel begins, and whether the server lies."""
        self.depth = depth
        self.lie = lie
        self.world = [ModelChannel(id=n + 1) for n in range(CHANNELS)]
        self.store = ModelStore()
        self.lease = ModelLease(self.store)
        self.ever: set[tuple[int, int]] = set()
        self.added = 0

    @rule(channel=st.integers(0, CHANNELS - 1), count=st.integers(1, 8))
    def publish(self, channel: int, count: int) -> None:
        """Publish posts."""
        for _ in range(count):
            self._publish(channel)

    @rule(channel=st.integers(0, CHANNELS - 1), pick=st.integers(0, 100))
    def delete(self, channel: int, pick: int) -> None:
        """Delete a post, the newest included."""
        self._delete(channel, pick)

    @rule(troubles=troubles)
    def parse(self, troubles: dict[int, str]) -> None:
        """Parse once; if it completes, nothing that was there all along is missing."""
        before = {c.id: set(c.posts) for c in self.world}
        report = asyncio.run(self._parse(troubles))
        if report is None:
            return
        unread = {channel.channel for channel in report.unread}
        assert (report.flood_until is not None) == bool(unread)
        for channel in self.world:
            if channel.id in unread:
                continue
            floor = self.store.floors[channel.id]
            there = {id_ for id_ in before[channel.id] & channel.posts if id_ >= floor}
            stored = {id_ for (at, id_) in self.store.posts if at == channel.id}
            assert there <= stored, "a post that was there is missing"
            newest = max(there, default=0)
            assert not holes(self.store.coverage.get(channel.id, ()), floor, newest)

    @invariant()
    def nothing_else_is_stored(self) -> None:
        """Whatever is stored was published, as it was, and counted as added exactly once."""
        if hasattr(self, "ever"):
            assert set(self.store.posts) <= self.ever
            assert all(p.content.text == f"{c}/{i}" for (c, i), p in self.store.posts.items())

    async def _parse(self, troubles: dict[int, str]) -> ParseReport | None:
        calls = iter(range(1000))
        added_before = len(self.store.posts)

        def befall(_method: str, channel: int) -> None:
            match troubles.get(next(calls)):
                case "publish":
                    self._publish(max(channel - 1, 0))
                case "delete":
                    self._delete(max(channel - 1, 0), 0)
                case "flood":
                    raise Flooded(UNTIL)
                case "cut":
                    raise TelegramUnreachable("cut")
                case _:
                    pass

        self.store.before = self._refusal(troubles, "store_before")
        self.store.after = self._refusal(troubles, "store_after")
        telegram = ModelTelegram(self.world, before=befall, lie=self.lie)
        reading = Reading(self.lease.taken(1), telegram, self.store, depth=self.depth, show=nobody)
        try:
            report = await reading.run()
        except (TelegramUnreachable, DatabaseUnreachable):
            return None
        assert report.added == len(self.store.posts) - added_before
        if not report.channels:  # a flood at the very door
            return None
        return report

    @staticmethod
    def _refusal(troubles: dict[int, str], kind: str) -> Callable[[], None]:
        calls = iter(range(1000))

        def refuse() -> None:
            if troubles.get(next(calls)) == kind:
                raise DatabaseUnreachable("here", "it was switched off")

        return refuse

    def _publish(self, channel: int) -> None:
        self.ever.add((channel + 1, self.world[channel].publish()))

    def _delete(self, channel: int, pick: int) -> None:
        posts = sorted(self.world[channel].posts)
        if posts:
            self.world[channel].posts.discard(posts[-1 - pick % len(posts)])


TestReading = ReadingMachine.TestCase
TestReading.settings = settings(max_examples=150, stateful_step_count=20, deadline=None)
