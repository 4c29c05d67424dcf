"""The wait until nothing is to be done."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from actors.meaning_messages import CountWork
from actors.settling import LOOK_SECONDS, MOST_SECONDS, REST, settled
from runtime.testing import ManualClock
from tests.actors.meaning_models import ModelMeaning

pytestmark = pytest.mark.anyio


class SlowMeaning(ModelMeaning):
    """Counts work in so many seconds."""

    def __init__(self, clock: ManualClock, seconds: float) -> None:
        super().__init__()
        self._clock = clock
        self._seconds = seconds

    async def ask(self, request: Any, *, timeout: float = 30.0) -> Any:
        """Answer when the time has passed."""
        self._clock.advance(self._seconds)
        return await super().ask(request, timeout=timeout)


@pytest.mark.parametrize(
    ("counting", "rest"), [(0.0, LOOK_SECONDS), (0.1, REST * 0.1), (10.0, MOST_SECONDS)]
)
async def test_counting_much_work_does_not_keep_it_waiting(counting: float, rest: float) -> None:
    """The longer it takes to count, the longer it is until that is done again, up to a bound."""
    clock = ManualClock()
    store = SlowMeaning(clock, counting)
    store.add(1, "post")
    waiting = asyncio.create_task(settled(store, clock, 42, 60, "tag"))
    [seconds] = await clock.sleepers()
    assert seconds == pytest.approx(rest)
    store.work.clear()
    clock.advance(seconds)
    assert await waiting is True
    assert sum(isinstance(each, CountWork) for each in store.asked) == 2


async def test_the_last_look_is_at_the_end() -> None:
    """However long one takes, nobody waits longer than was said."""
    clock = ManualClock()
    store = SlowMeaning(clock, 1.0)
    store.add(1, "post")
    waiting = asyncio.create_task(settled(store, clock, 42, 2.5, "tag"))
    [seconds] = await clock.sleepers()
    assert seconds == pytest.approx(1.5)
    clock.advance(seconds)
    assert await waiting is False
