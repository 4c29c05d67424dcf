"""A thread for what blocks, or takes long, beside the loop that serves."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")


class Aside:
    """Does one thing after the other on a thread of its own.

    What hangs there holds up nothing else, and nothing that hangs elsewhere holds it up: the
    threads that all of a loop share may wait for names that nobody resolves.
    """

    def __init__(self, name: str) -> None:
        """Name the thread, which begins with the first thing to do."""
        self._thread = ThreadPoolExecutor(1, thread_name_prefix=name)

    async def do(self, work: Callable[[], T]) -> T:
        """Do something; who gives up before its turn has it left out."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    def end(self) -> None:
        """Take on nothing more."""
        self._thread.shutdown(wait=False, cancel_futures=True)
