"""What is kept for plots, how it is thinned, and what is looked up once for many."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import actors
from bot.web.heartbeat import KEPT, Heartbeat
from bot.web.overview import quantile
from bot.web.parts import Part
from bot.web.samples import Sample, Samples, sampled
from runtime.totals import BOUNDS, Durations
from tests.bot.web.watched import NOW, well

pytestmark = pytest.mark.anyio


def sample(number: int, overdue: float | None) -> Sample:
    """A sample, one a minute."""
    made = sampled(well(), lag=0.1, requests=2.0)
    return replace(made, at=NOW + timedelta(minutes=number), overdue=overdue)


def test_a_sample_is_what_was_the_case() -> None:
    """The numbers are those of the facts; what nobody knows is None, not 0."""
    made = sampled(well(), lag=0.1, requests=2.0)
    assert (made.stored, made.overdue, made.due, made.lag) == (36, 90, 3, 0.1)
    unknown = sampled(replace(well(), observed=None), lag=0.0, requests=0.0)
    seen = (unknown.stored, unknown.overdue, unknown.unread, unknown.accounts, unknown.due)
    assert seen == (None,) * 5


@given(st.lists(st.none() | st.floats(0, 1e6), max_size=60), st.integers(1, 20))
@example([None, 300.0, 1.0, None], 1)
def test_a_day_is_thinned_to_its_worst(values: list[float | None], points: int) -> None:
    """There are at most so many points, in order, and none of the highest values is lost."""
    kept = Samples()
    for number, overdue in enumerate(values):
        kept.add(sample(number, overdue))
    series = kept.series(points)
    assert len(series["at"]) == len(series["overdue"]) <= points
    assert series["at"] == sorted(filter(None, series["at"]))
    known = [each for each in values if each is not None]
    assert max(filter(None, series["overdue"]), default=0.0) == max(known, default=0.0)


def test_the_oldest_samples_give_way() -> None:
    """Memory is bounded."""
    kept = Samples(most=3)
    for number in range(10):
        kept.add(sample(number, float(number)))
    assert kept.series()["overdue"] == [7.0, 8.0, 9.0]


def test_the_loop_is_as_late_as_its_latest_beat_of_late() -> None:
    """What was long ago is the longest, but not the present lag."""
    heart = Heartbeat()
    heart.beat(-0.01)
    assert (heart.lag, heart.stalls) == (0.0, 0)
    heart.beat(1.0)
    for _ in range(KEPT):
        heart.beat(0.002)
    assert (heart.lag, heart.longest, heart.stalls) == (0.002, 1.0, 1)


@given(st.lists(st.floats(0, 29), min_size=1))
def test_a_quantile_lies_between_the_bounds_of_its_value(times: list[float]) -> None:
    """It is told as exactly as the bounds do."""
    kept = Durations()
    for each in times:
        kept.note(each)
    found = quantile(kept.latency(), 0.5)
    middle = sorted(times)[(len(times) - 1) // 2]
    above = next(bound for bound in BOUNDS if middle <= bound)
    assert found is not None
    assert found <= above
    assert found >= max([0.0, *(bound for bound in BOUNDS if bound < middle)])


def test_of_no_asks_there_is_no_quantile() -> None:
    """Nobody was quick where nobody asked."""
    assert quantile(Durations().latency(), 0.5) is None


class Source:
    """Something that is looked up, as soon as it is let."""

    def __init__(self) -> None:
        self.looks = 0
        self.let = asyncio.Event()
        self.trouble: Exception | None = None

    async def look(self) -> int:
        """Return which look it is."""
        self.looks += 1
        mine = self.looks
        await self.let.wait()
        if self.trouble is not None:
            raise self.trouble
        return mine


async def test_many_who_ask_at_once_cost_one_look() -> None:
    """So whoever scrapes too often cannot load the database; for a while the answer is kept."""
    source = Source()
    part = Part("part", source.look, kept=60.0, within=30.0)
    asking = [asyncio.create_task(part.get()) for _ in range(50)]
    await asyncio.sleep(0)
    source.let.set()
    assert await asyncio.gather(*asking) == [1] * 50
    assert (await part.get(), source.looks) == (1, 1)


async def test_a_slow_look_keeps_nobody_and_is_not_begun_twice() -> None:
    """Who asks meanwhile is told what was known; what nobody ever knew is None."""
    source = Source()
    part = Part("part", source.look, kept=-1.0, within=0.01)
    assert [await part.get(), await part.get(), source.looks] == [None, None, 1]
    source.let.set()
    await part.get()
    source.let.clear()
    assert (await part.get(), source.looks) == (1, 2)
    await part.end()


async def test_what_is_refused_is_not_known_even_if_it_was() -> None:
    """A database that is down must not look as it did before."""
    source = Source()
    source.let.set()
    part = Part("part", source.look, kept=-1.0, within=30.0)
    assert await part.get() == 1
    source.trouble = actors.TelegramUnreachable("it is down")
    assert await part.get() is None
    source.trouble = None
    assert await part.get() == 3
