"""Work that is done whole, whatever cancels whoever awaits it."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

R = TypeVar("R")


async def whole(work: Coroutine[Any, Any, R]) -> R:
    """Await work to its end; a cancellation meanwhile is felt after it.

    For starts and stops, which have deadlines of their own: one that is cut short leaves behind
    what nobody will end.
    """
    task = asyncio.ensure_future(work)
    cancelled: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.wait({task})
        except asyncio.CancelledError as error:
            cancelled = error
    if cancelled is not None:
        raise cancelled
    return task.result()
