"""The threads that ask beside the demo's first parse."""

from __future__ import annotations

import asyncio
import gc
from pathlib import Path

import pytest

import actors
from actors.house import House
from actors.settings import Settings
from bot.commands import callers

pytestmark = pytest.mark.anyio


async def beside_a_closed_house(data: Path) -> None:
    """Have threads ask a house that is not open."""
    user = House(Settings(data=data)).user(7)
    async with callers.threads() as pool:
        with callers.waiting(user, pool) as others:
            others.begin()
            async with asyncio.timeout(callers.PATIENCE / 2):
                with pytest.raises(actors.HouseClosed):
                    await others.asked()


async def test_one_that_fails_before_it_has_asked_is_not_waited_for(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Why is told at once, and once: of nothing it is said later that nobody has heard of it."""
    await beside_a_closed_house(tmp_path)
    gc.collect()
    assert [record.getMessage() for record in caplog.records] == []
