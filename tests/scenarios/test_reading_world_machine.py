"""Whatever happens in channels, at Telegram and in the house: each sees what Telegram shows."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable
from pathlib import Path
from typing import ClassVar

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    rule,
    run_state_machine_as_test,
)

from sandbox import Channel
from tests.scenarios.reading_world import FOLLOWED, METHODS, ReadingWorld, Trouble

MANY = 130
"""More posts than Telegram tells of at once, and than a page holds."""

MOST = 20
"""Posts that are deleted at once, and still told of with all else that happens until then."""

channels = st.integers(0, 3)
people = st.integers(0, 2)
picks = st.lists(st.integers(0, 400), min_size=1, max_size=4)
troubles: st.SearchStrategy[list[Trouble]] = st.lists(
    st.tuples(
        st.sampled_from(["flood", "cut before", "cut after", "error", "refuse"]),
        st.sampled_from(METHODS),
        people,
        st.integers(0, 3),
    ),
    max_size=2,
)


class ReadingMachine(RuleBasedStateMachine):
    """Steps that do not wait for each other's consequences, until all is settled."""

    dsn: ClassVar[str]
    data: ClassVar[Path]

    def __init__(self) -> None:
        super().__init__()
        self.threads = set(threading.enumerate())
        self.runner = asyncio.Runner()
        self.world = ReadingWorld(self.dsn, self.data)
        self.runner.run(self.world.open())

    def teardown(self) -> None:
        """Settle and close everything: no thread is left."""
        try:
            self.play(self.world.settle())
        finally:
            try:
                self.runner.run(self.world.close())
            finally:
                self.runner.close()
        assert set(threading.enumerate()) - self.threads == set()

    def play(self, step: Awaitable[object]) -> None:
        """Take a step."""

        async def within() -> None:
            async with asyncio.timeout(90):
                await step

        self.runner.run(within())

    def some(self, channel: int, places: list[int]) -> tuple[Channel, list[int]]:
        """Return a channel, and some of its posts' ids."""
        found = self.world.channels[channel]
        count = len(found.ids)
        return found, sorted({found.ids[-1 - place % count] for place in places} if count else ())

    # What happens in the channels

    @rule(channel=channels, posts=st.sampled_from([1, 2, 5, MANY]))
    def publish(self, channel: int, posts: int) -> None:
        """Publish posts."""
        found = self.world.channels[channel]
        texts = [f"post {found.last_id + number}" for number in range(posts)]
        self.world.sandbox.publish_many(found.id, texts)
        self.world.much |= posts == MANY

    @rule(channel=channels, parts=st.integers(2, 4), whole=st.booleans())
    def album(self, channel: int, parts: int, whole: bool) -> None:
        """Publish an album, or more of one; perhaps it is read before it is whole."""
        self.world.album(self.world.channels[channel], parts)
        if not whole:
            self.play(self.world.parse(*self.world.people))
            self.world.album(self.world.channels[channel], 1)

    @rule(channel=channels, places=picks)
    def edit(self, channel: int, places: list[int]) -> None:
        """Edit posts."""
        found, ids = self.some(channel, places)
        for id_ in ids:
            self.world.sandbox.edit(found.id, id_, f"edited at {found.pts}")

    @rule(channel=channels, places=picks)
    def delete(self, channel: int, places: list[int]) -> None:
        """Delete posts."""
        found, ids = self.some(channel, places)
        self.world.sandbox.delete(found.id, *ids)

    @rule(channel=channels)
    def clear(self, channel: int) -> None:
        """Delete all posts of a channel."""
        found = self.world.channels[channel]
        self.world.much |= len(found.ids) >= MOST
        self.world.sandbox.delete(found.id, *found.ids)

    # What becomes of people

    def follows(self, place: int, channel: int) -> bool:
        """Whether somebody is in one of their channels now."""
        return self.world.channels[channel].id in self.world.people[place].follows

    @rule(place=people, number=st.integers(0, 2), banned=st.booleans())
    def lose(self, place: int, number: int, banned: bool) -> None:
        """Let somebody leave a channel, or be thrown out."""
        person, channel = self.world.people[place], FOLLOWED[place][number]
        if self.follows(place, channel):
            end = self.world.sandbox.ban if banned else self.world.sandbox.unfollow
            end(person.id, self.world.channels[channel].id)

    @rule(place=people, number=st.integers(0, 2), hidden=st.booleans())
    def come_back(self, place: int, number: int, hidden: bool) -> None:
        """Let them in again, to a private channel perhaps without its past."""
        person, channel = self.world.people[place], FOLLOWED[place][number]
        if self.follows(place, channel):
            return
        if hidden and channel == 0:
            self.play(self.world.settle())  # that they were out is known
            self.world.sandbox.hide_history(person.id, self.world.channels[channel].id)
        self.world.sandbox.follow(person.id, self.world.channels[channel].id)

    @rule(place=people, number=st.integers(0, 2))
    def clear_history(self, place: int, number: int) -> None:
        """Let somebody clear a channel's history for themselves."""
        person, channel = self.world.people[place], FOLLOWED[place][number]
        if self.follows(place, channel):
            found = self.world.channels[channel]
            self.world.sandbox.hide_history(person.id, found.id)
            self.world.cleared.add((person.id, found.id))

    @rule(place=people)
    def revoke(self, place: int) -> None:
        """End somebody's session."""
        self.world.sandbox.revoke(self.world.people[place].id)

    # What the house does, and what befalls it

    @rule(places=st.sets(people, min_size=1), troubles=troubles)
    def parse(self, places: set[int], troubles: list[Trouble]) -> None:
        """Let some parse at once, whatever it comes to."""
        for trouble in troubles:
            self.world.befall(trouble)
        self.play(self.world.parse(*(self.world.people[place] for place in sorted(places))))

    @rule(troubles=troubles)
    def tick(self, troubles: list[Trouble]) -> None:
        """Let the schedule begin to read, and wait for nothing."""
        for trouble in troubles:
            self.world.befall(trouble)
        self.play(self.world.tick())

    @rule(place=people)
    def cut(self, place: int) -> None:
        """Break somebody's connections."""
        self.world.sandbox.cut(self.world.people[place].id)

    @rule()
    def restart_telegram(self) -> None:
        """Break every connection."""
        self.play(self.world.restart_telegram())

    @rule()
    def restart_house(self) -> None:
        """Close the house, whatever is under way, and open it again."""
        self.play(self.world.close_house())
        self.play(self.world.open_house())

    @rule(which=st.sampled_from(["session", "reader", "parser"]), place=people)
    def crash(self, which: str, place: int) -> None:
        """Let an actor crash in the middle of whatever it does."""

        async def step() -> None:
            parsing = asyncio.create_task(self.world.parse(*self.world.people))
            await asyncio.sleep(0)
            self.world.crash(which, self.world.people[place])
            await parsing

        self.play(step())

    @rule()
    def settle(self) -> None:
        """Let all trouble end: what each reads is what Telegram shows."""
        self.play(self.world.settle())


def run(dsn: str, data: Path, *, examples: int, steps: int) -> None:
    """Play so many examples, each of at most so many steps."""
    run_state_machine_as_test(
        type("ReadingMachine", (ReadingMachine,), {"dsn": dsn, "data": data}),
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            database=None,
            phases=(Phase.generate,),  # to shrink what takes seconds takes hours
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.mark.long
def test_each_reads_what_telegram_shows_whatever_happens(dsn: str, folder: Path) -> None:
    """Exactly, once, in order, for every account, when all trouble is over."""
    run(dsn, folder, examples=6, steps=25)


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_each_reads_it_for_an_hour_of_that(dsn: str, folder: Path) -> None:
    """The same, for long."""
    run(dsn, folder, examples=120, steps=40)
