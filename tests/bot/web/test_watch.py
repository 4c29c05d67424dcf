"""Who watches the service from within."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from pathlib import Path
from typing import Any, cast

import pytest

from bot.settings import Settings
from bot.web.heartbeat import Heartbeat
from bot.web.service import Bot, Service
from bot.web.watch import Watch

pytestmark = pytest.mark.anyio

PATIENCE = 20.0


class Failing(Heartbeat):
    """One that fails at first."""

    def __init__(self) -> None:
        super().__init__()
        self.lives = 0
        self.beats = asyncio.Event()

    async def run(self) -> None:
        """Fail, and beat from the second time on."""
        self.lives += 1
        if self.lives == 1:
            raise RuntimeError("a bug")
        self.beats.set()
        await super().run()


async def test_what_fails_begins_anew_and_is_told(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Nobody else would notice: the page would go on showing the last that was seen."""
    service = Service(cast("Any", None), Settings(data=tmp_path), "local", Bot(wanted=False))
    watch = Watch(service)
    heart = watch.heart = Failing()
    watching = asyncio.create_task(watch.run())
    try:
        async with asyncio.timeout(PATIENCE):
            await heart.beats.wait()
    finally:
        watching.cancel()
        with suppress(asyncio.CancelledError):
            await watching
    assert "serve.crashed part='heartbeat' error='RuntimeError'" in caplog.text
