"""What is known while something hangs, of a house that is next to none."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, cast

import pytest

from bot.settings import Settings
from bot.web.facts import Lookout
from bot.web.service import Bot, Service
from tests.bot.web.watched import actor, observed, statistics

pytestmark = pytest.mark.anyio

PATIENCE = 10.0  # seconds


class Store:
    """A store that answers."""

    async def ask(self, _message: object) -> None:
        """Answer with nothing."""


class House:
    """A house of one actor."""

    store = Store()

    def statistics(self) -> Any:
        """Count it."""
        return statistics(actor("store"))

    async def freshness(self) -> Any:
        """Return what its rows show."""
        return observed()

    async def nothing(self) -> tuple[()]:
        """Return nothing."""
        return ()

    workers = providers = vectors_status = vectors = nothing


@pytest.fixture
def stuck() -> Iterator[threading.Event]:
    """What a thread waits for until the test is over."""
    event = threading.Event()
    yield event
    event.set()


async def test_tells_what_it_knows_while_no_thread_of_the_loop_is_free(
    tmp_path: Path, stuck: threading.Event
) -> None:
    """Names that nobody resolves hold all the threads that a loop shares; probes are answered."""
    shared = ThreadPoolExecutor(1)
    asyncio.get_running_loop().set_default_executor(shared)
    holding = asyncio.get_running_loop().run_in_executor(None, stuck.wait)
    settings = Settings(data=tmp_path)
    lookout = Lookout(Service(cast("Any", House()), settings, "local", Bot(wanted=False)))
    try:
        async with asyncio.timeout(PATIENCE):
            found = await lookout.facts()
    finally:
        await lookout.end()
        stuck.set()
        await holding
    assert [each.name for each in found.statistics.actors] == ["store"]
    assert (found.database, found.free is not None) == (True, True)
