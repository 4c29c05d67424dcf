"""The store against a model of it."""

import asyncio
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule, run_state_machine_as_test

from storage import posts, work
from storage.database import Database
from storage.rows import Amendment, Batch, WorkKind, WorkRow
from tests.storage.archive_model import Said, row
from tests.storage.following_machine import CHANNELS, READERS, FollowingMachine

HOUR = timedelta(hours=1)


class StoreMachine(FollowingMachine):
    """Let accounts read what they follow, and workers work it off."""

    @initialize()
    def register(self) -> None:
        """Who sees most has read all there is."""
        super().register()
        for channel in CHANNELS:
            self.read_all(1, channel)

    @precondition(lambda self: self.archive.channels)
    @rule(data=st.data(), reader=st.sampled_from(READERS))
    def read(self, data: st.DataObject, reader: int) -> None:
        """A part of a channel is read, which may begin or end amid an album."""
        self._read(reader, *self._span(data), data.draw(st.none() | st.integers(1, 9), "floor"))

    @rule(reader=st.sampled_from(READERS), channel=st.sampled_from(CHANNELS))
    def read_all(self, reader: int, channel: int) -> None:
        """All of a channel is read."""
        if channel in self.archive.channels:
            self._read(reader, channel, 1, self.telegram[channel].last + 1, 1)

    def _read(self, reader: int, channel: int, low: int, high: int, floor: int | None) -> None:
        """What is new is added, together with the coverage."""
        low = max(low, (self.archive.sight(reader, channel) or 0) + 1)
        high = max(low, high)
        found = self._found(channel, low, high)
        batch = Batch(
            channel_id=self.base + channel,
            floor=floor,
            read=(low, high),
            posts=tuple(row(self.base + channel, *each) for each in found.items()),
        )
        stored = self.run(posts.store(self.db, self.holds[reader], batch))
        held = self.archive.channels[channel]
        held.covered.update(range(low, high))
        held.floor = min((each for each in (held.floor, floor) if each), default=None)
        added, _, _ = self.archive.change(channel, {**found, **held.held})
        assert (stored.added, stored.coverage) == (added, held.coverage)

    @precondition(lambda self: self.archive.channels)
    @rule(data=st.data(), reader=st.sampled_from(READERS), pts=st.none() | st.integers(1, 99))
    def hear(self, data: st.DataObject, reader: int, pts: int | None) -> None:
        """Telegram tells of edits and deletions, also of what is not held."""
        channel = data.draw(st.sampled_from(sorted(self.archive.channels)), "channel")
        there = self.telegram[channel]
        held = self.archive.channels[channel]
        changed = [id for id, said in held.held.items() if there.messages.get(id) != said]  # noqa: A001
        ids = set(
            data.draw(st.lists(st.sampled_from([*changed, there.last, there.last + 1])), "ids")
        )
        edits = {id: there.messages[id] for id in ids if id in there.messages}  # noqa: A001
        deleted = [id for id in ids if id not in there.messages]  # noqa: A001
        expected = {
            id: edits.get(id, said)
            for id, said in held.held.items()  # noqa: A001
            if id not in deleted
        }
        amendment = Amendment(
            channel_id=self.base + channel,
            seen=tuple(row(self.base + channel, *each) for each in edits.items()),
            deleted=tuple(deleted),
            window=None,
            pts=pts,
            swept_to=None,
        )
        held.pts = held.pts if pts is None else pts
        self._amend(reader, channel, amendment, expected)

    @precondition(lambda self: self.archive.channels)
    @rule(data=st.data(), reader=st.sampled_from(READERS), sweep=st.booleans())
    def compare(self, data: st.DataObject, reader: int, sweep: bool) -> None:
        """A window read again shows what has changed and what is gone of what a reader sees."""
        channel, low, high = self._span(data)
        held = self.archive.channels[channel]
        sight = self.archive.sight(reader, channel)
        found = self._found(channel, max(low, (sight or 0) + 1), high)
        expected = {
            id: found.get(id, said)
            for id, said in held.held.items()  # noqa: A001
            if not low <= id < high or id in found or sight is None or id <= sight
        }
        amendment = Amendment(
            channel_id=self.base + channel,
            seen=tuple(row(self.base + channel, *each) for each in found.items()),
            deleted=(),
            window=(low, high),
            pts=None,
            swept_to=low if sweep else None,
        )
        if sweep:
            held.sweep_from = low if held.covered and low > min(held.covered) else None
        self._amend(reader, channel, amendment, expected)

    def _amend(
        self, reader: int, channel: int, amendment: Amendment, expected: dict[int, Said]
    ) -> None:
        done = self.run(posts.amend(self.db, self.holds[reader], amendment))
        _, edited, gone = self.archive.change(channel, expected)
        assert (done.edited, done.deleted) == (edited, gone)
        state = self.run(posts.state(self.db, self.base + reader, self.base + channel))
        if state is not None:
            self.check_state(reader, state)

    @rule(kind=st.sampled_from(["tag", "index", "unindex"]))
    def work_off(self, kind: WorkKind) -> None:
        """Exactly what has changed is to be done, once; what is not to be there comes off first."""
        rows = self.run(self._claimed(kind))
        keys = [(each.kind, each.channel_id - self.base, each.post_id) for each in rows]
        assert sorted(keys) == sorted(self.archive.claimable(kind))
        assert self.run(work.done(self.db, rows)) == len(rows)
        self.archive.work -= set(keys)

    async def _claimed(self, kind: WorkKind) -> list[WorkRow]:
        rows: list[WorkRow] = []
        while some := await work.claim(self.db, kind, "worker", 50, HOUR):
            rows += some
        return rows

    @invariant()
    def readers_see_what_they_may(self) -> None:
        """Each reader sees exactly what it may, once, in order."""
        for reader in READERS:
            account = self.base + reader
            readable = self.archive.readable(reader)
            expected = [
                (at, channel, *rest)
                for channel, all_ in readable.items()
                for at, *rest in (post.told() for post in all_)
            ]
            expected.sort(key=lambda each: (-each[0].timestamp(), each[1], -each[2]))
            views = self.run(posts.newest(self.db, account, posts.MOST))
            assert [
                (v.published_at, v.channel_id - self.base, v.id, v.text, v.parts, v.views)
                for v in views
            ] == expected
            assert self.run(posts.count(self.db, account)) == len(expected)

    @rule(reader=st.sampled_from(READERS), channel=st.sampled_from(CHANNELS))
    def look_up(self, reader: int, channel: int) -> None:
        """A post is found by each of its messages that its reader may see, and by no other.

        A reader's channels are told with their state and what is held of them.
        """
        self._tell_channels(reader)
        expected = {
            number: post.told()
            for post in self.archive.readable(reader).get(channel, [])
            for number, _ in post.parts
        }
        account, where = self.base + reader, self.base + channel
        for number in range(1, self.telegram[channel].last + 1):
            view = self.run(posts.post(self.db, account, where, number))
            found = view and (view.published_at, view.id, view.text, view.parts, view.views)
            assert found == expected.get(number)

    def _tell_channels(self, reader: int) -> None:
        views = self.run(posts.channels(self.db, self.base + reader, all_=True))
        readable = self.archive.readable(reader)
        expected = {}
        for (account, channel), each in self.archive.subscriptions.items():
            if account == reader:
                state = each.left or ("followed" if each.wanted else "unfollowed")
                held = self.archive.channels[channel]
                expected[channel] = (state, len(readable.get(channel, [])), held.coverage)
        assert {
            view.id - self.base: (view.state, view.posts, view.coverage) for view in views
        } == expected
        assert all(view.why or view.id - self.base in readable for view in views)

    def _span(self, data: st.DataObject) -> tuple[int, int, int]:
        """Some ids of a channel."""
        channel = data.draw(st.sampled_from(sorted(self.archive.channels)), "channel")
        last = self.telegram[channel].last
        low = last + 1 - data.draw(st.integers(-2, last), "from the end")
        return channel, low, low + data.draw(st.integers(0, 15), "so many")

    def _found(self, channel: int, low: int, high: int) -> dict[int, Said]:
        messages = self.telegram[channel].messages
        return {id: said for id, said in messages.items() if low <= id < high}  # noqa: A001


@pytest.mark.long
@pytest.mark.timeout(110)
def test_the_store_is_its_model(dsn: str) -> None:
    """Whatever accounts and channels do, each reads what it may, and what changed is worked off."""
    with asyncio.Runner() as runner:
        database = runner.run(Database.open(dsn, connections=2))

        class Machine(StoreMachine):
            db = database

        Machine.runner = runner
        run_state_machine_as_test(
            Machine,
            settings=settings(
                stateful_step_count=30,
                deadline=None,
                suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
            ),
        )
        runner.run(database.close())
