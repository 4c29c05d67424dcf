"""A house that opens whole and closes whole, whatever interrupts a command."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from actors.house import House


@asynccontextmanager
async def open_house(
    *, data: str | Path | None = None, telegram: str | None = None
) -> AsyncIterator[House]:
    """Open the house as `actors.open` does.

    A cancellation is felt inside the block only: a start or a stop that has begun goes on to its
    end first, so that no Postgres is left half started or half stopped.
    """
    import actors  # noqa: PLC0415  `tgactors --help` must not wait for it

    opened: asyncio.Future[House] = asyncio.get_running_loop().create_future()
    leave = asyncio.Event()

    async def live() -> None:
        async with actors.open(data=data, telegram=telegram) as house:
            opened.set_result(house)
            await leave.wait()

    life = asyncio.create_task(live())
    try:
        either: set[asyncio.Future[Any]] = {life, opened}
        await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        if life.done():
            life.result()  # raises why it did not open
        yield opened.result()
    finally:
        leave.set()
        await _ended(life)


async def _ended(life: asyncio.Task[None]) -> None:
    """Wait for the end; a cancellation meanwhile is passed on after it."""
    cancelled: asyncio.CancelledError | None = None
    while not life.done():
        try:
            await asyncio.wait({life})
        except asyncio.CancelledError as error:
            cancelled = error
    if cancelled is not None:
        raise cancelled
    life.result()
