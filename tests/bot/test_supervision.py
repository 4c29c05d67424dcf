"""What runs as long as a service does."""

from __future__ import annotations

import anyio
import pytest

from bot.refusals import BotTokenRefused, LeaseRanOut
from bot.supervision import supervised, together
from runtime.restart import Backoff

pytestmark = pytest.mark.anyio

STEADY = Backoff(first=1.0, most=60.0, jitter=0.0, calm=60.0)


class Enough(BaseException):
    """The test has seen what it wanted."""


class Life:
    """Work that crashes after so many seconds each time, on a clock that the pauses move too."""

    def __init__(self, *lives: float, end: Exception | None = None) -> None:
        self.now = 0.0
        self.pauses: list[float] = []
        self._lives = list(lives)
        self._end = end

    async def work(self) -> None:
        """Live, and crash."""
        if not self._lives:
            raise self._end or Enough
        self.now += self._lives.pop(0)
        raise RuntimeError("a bug")

    async def sleep(self, seconds: float) -> None:
        """Let a pause pass."""
        self.pauses.append(seconds)
        self.now += seconds

    async def supervised(self) -> None:
        """Be supervised."""
        await supervised("it", self.work, backoff=STEADY, sleep=self.sleep, clock=lambda: self.now)


async def test_a_crash_begins_it_again_after_a_pause_that_grows(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Each crash is logged by its kind, never by its text, and the next pause is longer."""
    life = Life(0, 0, 0)
    with pytest.raises(Enough):
        await life.supervised()
    assert life.pauses == [1.0, 2.0, 4.0]
    told = [record.getMessage() for record in caplog.records]
    assert told[0] == "serve.crashed part='it' error='RuntimeError' again_in=1.0"
    assert len(told) == 3


async def test_a_calm_life_begins_the_count_anew() -> None:
    """What has run for a minute is begun again as soon as at first."""
    life = Life(0, 0, 60)
    with pytest.raises(Enough):
        await life.supervised()
    assert life.pauses == [1.0, 2.0, 1.0]


async def test_what_just_returns_is_begun_again_too() -> None:
    """An end without an error is none that was wanted."""
    pauses: list[float] = []

    async def work() -> None:
        if pauses:
            raise Enough

    async def sleep(seconds: float) -> None:
        pauses.append(seconds)

    with pytest.raises(Enough):
        await supervised("it", work, backoff=STEADY, sleep=sleep)
    assert pauses == [1.0]


async def test_what_cannot_get_better_is_raised() -> None:
    """A token that Telegram does not know is known to it no better a minute later."""
    life = Life(0, end=BotTokenRefused())
    with pytest.raises(BotTokenRefused):
        await life.supervised()
    assert life.pauses == [1.0]


async def test_all_ends_with_the_first_that_raises() -> None:
    """Whatever else runs is cancelled, and that one error comes out as it is."""
    ended = []

    async def endless() -> None:
        try:
            await anyio.sleep_forever()
        finally:
            ended.append("endless")

    async def fails() -> None:
        await anyio.lowlevel.checkpoint()
        raise LeaseRanOut

    async def all_of_it() -> None:
        async with together() as group:
            group.start_soon(endless)
            group.start_soon(fails)
            await anyio.sleep_forever()

    with pytest.raises(LeaseRanOut):
        await all_of_it()
    assert ended == ["endless"]


async def test_all_ends_with_the_block() -> None:
    """What runs beside a block is cancelled at its end."""
    with anyio.fail_after(10):
        async with together() as group:
            group.start_soon(anyio.sleep_forever)
