"""What runs as long as a service does: begun again when it crashes, ended with all the rest."""

from __future__ import annotations

import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Final

import anyio
from anyio.abc import TaskGroup

from bot.refusals import BotTokenRefused
from runtime.logs import get_logger
from runtime.restart import Backoff

log = get_logger("bot")

PATIENCE: Final = Backoff(first=1.0, most=60.0)


async def supervised(
    part: str,
    work: Callable[[], Awaitable[object]],
    *,
    backoff: Backoff = PATIENCE,
    sleep: Callable[[float], Awaitable[object]] = anyio.sleep,
    clock: Callable[[], float] = time.monotonic,
) -> None:
    """Do what has no end, and begin it again, after a pause that grows, whenever it has one.

    What cannot get better by itself is raised.
    """
    streak = 0
    while True:
        began = clock()
        error = await _end(work)
        streak = 1 if clock() - began >= backoff.calm else streak + 1
        pause = backoff.delay(streak, random.random())  # noqa: S311  no secret
        why = type(error).__name__  # a vendor's text may have the token in an address
        log.error("serve.crashed", part=part, error=why, again_in=round(pause, 1), exc_info=error)
        await sleep(pause)


async def _end(work: Callable[[], Awaitable[object]]) -> Exception | None:
    """Return what has ended the work; None: nothing, it has just returned."""
    try:
        await work()
    except BotTokenRefused:
        raise
    except Exception as error:  # noqa: BLE001  its life ends here, and a new one begins
        return error
    return None


@asynccontextmanager
async def together() -> AsyncIterator[TaskGroup]:
    """Let things run until the block ends or one raises; then all end, and that one is raised."""
    try:
        async with anyio.create_task_group() as group:
            yield group
            group.cancel_scope.cancel()
    except BaseExceptionGroup as several:
        raise _first(several) from None


def _first(error: BaseException) -> BaseException:
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error
