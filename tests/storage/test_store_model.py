"""The store against a model of it."""

import asyncio
import itertools
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import ClassVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from storage import leases, posts
from storage.database import Database
from storage.rows import Batch, ChannelSeen, Coverage, Hold, PostRow
from tests.storage.found import worded

CHANNELS = (1, 2, 3)
READERS = (1, 2)
EPOCH = datetime(2026, 1, 1, tzinfo=UTC)

_examples = itertools.count(1)


@dataclass
class Channel:
    """What the model knows of a channel."""

    posts: dict[int, tuple[datetime, str]] = field(default_factory=dict)
    covered: set[int] = field(default_factory=set)
    floor: int | None = None

    @property
    def coverage(self) -> Coverage:
        """The covered ids as spans."""
        starts = sorted(id for id in self.covered if id - 1 not in self.covered)  # noqa: A001
        ends = sorted(id + 1 for id in self.covered if id + 1 not in self.covered)  # noqa: A001
        return tuple(zip(starts, ends, strict=True))


class StoreMachine(RuleBasedStateMachine):
    """Follow, store and read, comparing every answer with the model's."""

    address: ClassVar[str]

    def __init__(self) -> None:
        super().__init__()
        # Each example works under ids of its own, so that none has to clean up.
        self.base = next(_examples) * 1000
        self.runner = asyncio.Runner()
        self.db = self.runner.run(Database.open(self.address, connections=2))
        self.known: dict[int, Channel] = {}
        self.followed: dict[int, list[int]] = {reader: [] for reader in READERS}

    @initialize()
    def register(self) -> None:
        """Both readers exist."""
        self.holds = self.runner.run(self._claim())

    async def _claim(self) -> dict[int, Hold]:
        me = await leases.register(self.db, name="model", place=f"{self.base}", ttl=600)
        claims = {
            reader: await leases.claim(self.db, me, self.base + reader, ttl=600, margin=60)
            for reader in READERS
        }
        return {reader: claimed.hold for reader, claimed in claims.items()}

    @rule(
        reader=st.sampled_from(READERS),
        channels=st.permutations(CHANNELS).flatmap(
            lambda order: st.integers(0, 3).map(lambda length: order[:length])
        ),
        top=st.integers(0, 60),
    )
    def follow(self, reader: int, channels: list[int], top: int) -> None:
        """Following returns what was read of each channel so far."""
        seen = [
            ChannelSeen(
                id=self.base + channel,
                access_hash=reader,
                title="t",
                username=None,
                top=top,
                pts=None,
            )
            for channel in channels
        ]
        states = self.runner.run(posts.follow(self.db, self.holds[reader], seen))
        self.followed[reader] = channels
        for channel, state in zip(channels, states, strict=True):
            known = self.known.setdefault(channel, Channel())
            assert (state.id, state.access_hash, state.top) == (self.base + channel, reader, top)
            assert (state.coverage, state.floor) == (known.coverage, known.floor)

    @precondition(lambda self: self.known)
    @rule(data=st.data())
    def store(self, data: st.DataObject) -> None:
        """Storing counts the posts that are new and answers with the grown coverage."""
        channel = data.draw(st.sampled_from(sorted(self.known)), "channel")
        first = data.draw(st.integers(1, 50), "first")
        end = data.draw(st.integers(first, first + 12), "end")
        ids = st.lists(st.integers(first, end - 1), max_size=15) if end > first else st.just([])
        minutes = st.integers(0, 5)
        found = [
            (id, EPOCH + timedelta(minutes=data.draw(minutes, "minute")), f"{id} текст")
            for id in data.draw(ids, "ids")  # noqa: A001
        ]
        floor = data.draw(st.none() | st.integers(0, 50), "floor")
        stored = self.runner.run(
            posts.store(self.db, self.holds[1], self._batch(channel, floor, (first, end), found))
        )
        known = self.known[channel]
        before = len(known.posts)
        for id, at, text in found:  # noqa: A001
            known.posts.setdefault(id, (at, text))
        known.covered.update(range(first, end))
        known.floor = floor if known.floor is None else known.floor
        assert stored.added == len(known.posts) - before
        assert stored.coverage == known.coverage

    @rule(
        reader=st.sampled_from(READERS),
        limit=st.integers(1, 20),
        only=st.none() | st.sampled_from(CHANNELS),
    )
    def newest(self, reader: int, limit: int, only: int | None) -> None:
        """The newest posts are those of followed channels, by time."""
        asked = None if only is None else self.base + only
        views = self.runner.run(posts.newest(self.db, self.base + reader, limit, asked))
        expected = sorted(
            (
                (at, id, -channel, text)
                for channel in self.followed[reader]
                if only in (None, channel)
                for id, (at, text) in self.known[channel].posts.items()  # noqa: A001
            ),
            reverse=True,
        )
        found = [(v.published_at, v.id, self.base - v.channel_id, v.text) for v in views]
        assert found == expected[:limit]

    @invariant()
    def views_agree(self) -> None:
        """What readers see of their channels is what the model holds."""
        for reader, channels in self.followed.items():
            views = self.runner.run(posts.channels(self.db, self.base + reader))
            assert [
                (view.id - self.base, view.posts, view.coverage, view.floor) for view in views
            ] == [
                (
                    channel,
                    len(self.known[channel].posts),
                    self.known[channel].coverage,
                    self.known[channel].floor,
                )
                for channel in channels
            ]

    def teardown(self) -> None:
        """Let the example's connections go."""
        self.runner.run(self.db.close())
        self.runner.close()

    def _batch(
        self,
        channel: int,
        floor: int | None,
        read: tuple[int, int],
        found: list[tuple[int, datetime, str]],
    ) -> Batch:
        rows = tuple(
            PostRow(
                channel_id=self.base + channel,
                id=id,
                published_at=at,
                edited_at=None,
                content=worded(text),
            )
            for id, at, text in found  # noqa: A001
        )
        return Batch(channel_id=self.base + channel, floor=floor, read=read, posts=rows)


@pytest.mark.timeout(110)
def test_the_store_is_its_model(dsn: str) -> None:
    """Over random follows, batches and readings the database never differs from a dictionary."""

    class Machine(StoreMachine):
        address = dsn

    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=40,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
        ),
    )
