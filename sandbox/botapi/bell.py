"""A lock, and a signal whenever what it guards has changed."""

import asyncio
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import Self, TypeVar

T = TypeVar("T")


class Bell:
    """Guards a state that threads and loops wait for; held for moments only.

    What waits is looked for again after each change, under the lock.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition(threading.RLock())
        self._loops: set[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = set()

    def __enter__(self) -> Self:
        self._changed.acquire()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._changed.release()

    def ring(self) -> None:
        """Tell that something has changed."""
        with self:
            self._changed.notify_all()
            loops = tuple(self._loops)
        for loop, event in loops:
            with suppress(RuntimeError):  # that loop has ended, and whoever waited with it
                loop.call_soon_threadsafe(event.set)

    def wait(self, found: Callable[[], T | None], within: float) -> T | None:
        """Block until something is found; None if it is not within so many seconds."""
        deadline = time.monotonic() + within
        with self:
            while (result := found()) is None and (left := deadline - time.monotonic()) > 0:
                self._changed.wait(left)
            return result

    async def awaited(self, found: Callable[[], T | None], within: float) -> T | None:
        """Wait on the running loop until something is found, as `wait` does."""
        event = asyncio.Event()
        waiting = (asyncio.get_running_loop(), event)
        with self:
            self._loops.add(waiting)
        try:
            async with asyncio.timeout(within):
                while (result := self._look(found)) is None:
                    await event.wait()
                    event.clear()
                return result
        except TimeoutError:
            return self._look(found)
        finally:
            with self:
                self._loops.discard(waiting)

    def _look(self, found: Callable[[], T | None]) -> T | None:
        with self:
            return found()
