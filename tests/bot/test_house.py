"""A house that opens and closes whole."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path

import pytest

import actors
from bot.house import open_house
from tests.bot.conftest import children_of_the_data_folder


def running() -> set[str]:
    """Return the names of the actors whose threads run."""
    return {thread.name for thread in threading.enumerate()} & {"store", "parser"}


def cancelled(folder: Path, *, closing: bool) -> None:
    """Visit a house, and cancel the visit again and again from its start or from its end on."""

    async def visit(inside: asyncio.Event) -> None:
        async with open_house(data=folder):
            inside.set()

    async def main() -> None:
        inside = asyncio.Event()
        task = asyncio.create_task(visit(inside))
        async with asyncio.timeout(30):
            await (inside.wait() if closing else asyncio.sleep(0))
            while not (await asyncio.wait({task}, timeout=0.001))[0]:
                task.cancel()
        assert task.cancelled()
        assert running() == set()

    asyncio.run(main())


@pytest.mark.parametrize("closing", [False, True], ids=["opening", "closing"])
def test_cancellations_wait_for_the_house(folder: Path, closing: bool) -> None:
    """Cancelled while it opens or closes, it has closed by the time that is felt."""
    cancelled(folder, closing=closing)
    assert children_of_the_data_folder(folder) == []
    cancelled(folder, closing=closing)  # the next one gets in


def test_what_keeps_it_from_opening_is_raised(folder: Path) -> None:
    """A refusal to open reaches whoever opens, and leaves no house open."""
    (folder / "data").write_text("")

    async def program() -> None:
        async with open_house(data=folder / "data"):
            raise AssertionError("it opened")

    with pytest.raises(actors.StorageError, match="is not a folder"):
        asyncio.run(program())
    with pytest.raises(actors.HouseClosed):
        actors.user(1)
