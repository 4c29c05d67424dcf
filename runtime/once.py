"""Something that happens once, and can be waited for anywhere."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


class Once(Generic[T]):
    """A value set once from any thread; a waiter that leaves leaves nothing behind."""

    __slots__ = ("_lock", "_value", "_waiting")

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._value: tuple[T] | None = None
        self._waiting: list[Callable[[], None]] = []

    def set(self, value: T) -> bool:
        """Set the value and wake all who wait; False if it was set before."""
        with self._lock:
            if self._value is not None:
                return False
            self._value = (value,)
            waiting, self._waiting = self._waiting, []
        for wake in waiting:
            wake()
        return True

    @property
    def is_set(self) -> bool:
        """Whether it has happened."""
        return self._value is not None

    def get(self) -> T:
        """Return the value of what has happened."""
        assert self._value is not None  # noqa: S101  for the type checker: callers have waited
        return self._value[0]

    async def wait(self, timeout: float | None = None) -> T:
        """Wait on this loop; raises TimeoutError after `timeout` seconds."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[None] = loop.create_future()

        def resolve() -> None:
            if not future.done():
                future.set_result(None)

        def wake() -> None:
            try:
                loop.call_soon_threadsafe(resolve)
            except RuntimeError:
                return  # the waiter's loop has closed: nobody waits any more

        if self._enlist(wake):
            try:
                async with asyncio.timeout(timeout):
                    await future
            finally:
                self._strike(wake)
        return self.get()

    def wait_sync(self, timeout: float) -> T:
        """Block this thread; raises TimeoutError after `timeout` seconds."""
        event = threading.Event()
        if self._enlist(event.set):
            try:
                if not event.wait(timeout):
                    raise TimeoutError
            finally:
                self._strike(event.set)
        return self.get()

    def _enlist(self, wake: Callable[[], None]) -> bool:
        with self._lock:
            if self._value is None:
                self._waiting.append(wake)
            return self._value is None

    def _strike(self, wake: Callable[[], None]) -> None:
        with self._lock:
            if wake in self._waiting:
                self._waiting.remove(wake)
