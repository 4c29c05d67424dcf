"""Readings against random publishing, edits, deletions, floods, cuts and restarts."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime

import anyio
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from actors.coverage import holes, is_due
from actors.errors import Flooded, TelegramUnreachable
from actors.reading import ChannelReading
from actors.store_messages import Follow
from actors.values import ChannelRead
from storage.errors import DatabaseUnreachable
from storage.rows import ChannelState
from tests.actors.models import ModelChannel, ModelLease, ModelStore, ModelTelegram, post
from tests.examples import examples

UNTIL = datetime(2026, 1, 2, tzinfo=UTC)
CHANNELS = 3

# What befalls the n-th call of a cycle.
troubles = st.dictionaries(
    st.integers(0, 20),
    st.sampled_from(["publish", "edit", "delete", "flood", "cut", "store_before", "store_after"]),
    max_size=3,
)
picks = st.integers(0, 100)
channels = st.integers(0, CHANNELS - 1)


class ReadingMachine(RuleBasedStateMachine):
    """Every cycle starts from what the store holds: each is a restart of the program."""

    @initialize(depth=st.sampled_from([None, 2, 100]), lie=st.booleans())
    def begin(self, depth: int | None, lie: bool) -> None:
        """Choose how deep an unread channel begins, and whether the server lies."""
        self.depth = depth
        self.lie = lie
        self.world = [ModelChannel(id=n + 1) for n in range(CHANNELS)]
        self.store = ModelStore()
        self.lease = ModelLease(self.store)
        self.ever: set[tuple[int, int]] = set()

    @rule(channel=channels, count=st.integers(1, 8))
    def publish(self, channel: int, count: int) -> None:
        """Publish posts."""
        for _ in range(count):
            self._befall("publish", channel, 0)

    @rule(channel=channels, pick=picks)
    def delete(self, channel: int, pick: int) -> None:
        """Delete a post, the newest included."""
        self._befall("delete", channel, pick)

    @rule(channel=channels, pick=picks)
    def edit(self, channel: int, pick: int) -> None:
        """Edit a post."""
        self._befall("edit", channel, pick)

    @rule(troubles=troubles, listed=st.booleans())
    def cycle(self, troubles: dict[int, str], listed: bool) -> None:
        """Read what is due; whatever was there all along and was read without trouble is held."""
        before = {c.id: dict(c.posts) for c in self.world}
        reads = asyncio.run(self._cycle(troubles, listed=listed))
        for channel in self.world:
            read = reads.get(channel.id)
            if read is not None and read.reason is None:
                self._check(channel, before[channel.id])

    def _check(self, channel: ModelChannel, before: dict[int, int]) -> None:
        floor = self.store.floors[channel.id]
        there = {i: v for i, v in before.items() if i >= floor and channel.posts.get(i) == v}
        newest = sorted(channel.posts)[-3:]
        held = {i: p for (at, i), p in self.store.posts.items() if at == channel.id}
        assert there.keys() <= held.keys(), "a post that was there is missing"
        for id_ in there.keys() & newest:  # older ones may wait for the sweep
            assert held[id_] == post(channel.id, id_, there[id_]), "an edit was missed"
        assert not holes(self.store.coverage.get(channel.id, ()), floor, max(there, default=0))

    @rule()
    def settle(self) -> None:
        """Cycles without trouble, as many as a sweep takes: what is held is what is there."""
        asyncio.run(self._cycle({}, listed=True))
        self.store.windows_due = True
        for _ in range(2 + 2 * max(c.last for c in self.world) // 3):
            asyncio.run(self._cycle({}, listed=False))
        self.store.windows_due = False
        for channel in self.world:
            floor = self.store.floors[channel.id]
            held = {i: p for (at, i), p in self.store.posts.items() if at == channel.id}
            there = channel.posts.items()
            assert held == {i: post(channel.id, i, v) for i, v in there if i >= floor}

    @invariant()
    def nothing_else_is_held(self) -> None:
        """Whatever is held was published."""
        if hasattr(self, "ever"):
            assert set(self.store.posts) <= self.ever

    async def _cycle(self, troubles: dict[int, str], *, listed: bool) -> dict[int, ChannelRead]:
        calls = iter(range(1000))

        def befall(_method: str, channel: int) -> None:
            match troubles.get(number := next(calls)):
                case "publish" | "edit" | "delete" as what:
                    self._befall(what, max(channel - 1, 0), number)
                case "flood":
                    raise Flooded(UNTIL)
                case "cut":
                    raise TelegramUnreachable("cut")
                case _:
                    pass

        self.store.before = self._refusal(troubles, "store_before")
        self.store.after = self._refusal(troubles, "store_after")
        telegram = ModelTelegram(self.world, before=befall, lie=self.lie)
        reads: dict[int, ChannelRead] = {}
        try:
            for state in await self._due(telegram, listed=listed):
                reads[state.id] = await self._read(telegram, state)
        except (TelegramUnreachable, DatabaseUnreachable, Flooded):
            pass
        self.store.before = self.store.after = lambda: None
        return reads

    async def _due(self, telegram: ModelTelegram, *, listed: bool) -> list[ChannelState]:
        """What a parse reads, or, without asking Telegram, what a schedule does."""
        if not listed and self.store.seen:
            return [self.store.state(seen) for seen in self.store.seen.values()]
        listing = await telegram.channels()
        hold = self.lease.taken(1)
        states = await self.store.ask(Follow(hold=hold, seen=listing.channels))
        seen = {channel.id: channel for channel in listing.channels}
        return [state for state in states if is_due(state, seen[state.id])]

    async def _read(self, telegram: ModelTelegram, state: ChannelState) -> ChannelRead:
        held = len(self.store.posts)
        reading = ChannelReading(
            self.lease.taken(1),
            telegram,
            self.store,
            state,
            calls=anyio.CapacityLimiter(4),
            depth=self.depth,
            show=lambda _: None,
            page_size=3,
        )
        read = await reading.run()
        assert read.added - read.deleted == len(self.store.posts) - held
        return read

    @staticmethod
    def _refusal(troubles: dict[int, str], kind: str) -> Callable[[], None]:
        calls = iter(range(1000))

        def refuse() -> None:
            if troubles.get(next(calls)) == kind:
                raise DatabaseUnreachable("here", "it was switched off")

        return refuse

    def _befall(self, what: str, channel: int, pick: int) -> None:
        there = self.world[channel]
        if what == "publish":
            self.ever.add((channel + 1, there.publish()))
        elif there.posts:
            id_ = sorted(there.posts)[-1 - pick % len(there.posts)]
            there.edit(id_) if what == "edit" else there.delete(id_)


TestReading = ReadingMachine.TestCase
TestReading.settings = settings(max_examples=examples(300), stateful_step_count=30, deadline=None)
