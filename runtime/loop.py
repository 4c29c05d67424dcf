"""An actor's event loop: opened on its thread, observed from others, closed within bounds.

Theory of operation. The loop polls through a `Pulse`, which notes when it goes to wait and when it
comes back. Between the two nothing runs, so the time since it came back is how long the loop has
been kept from everything else; nobody has to be woken to learn that.
"""

from __future__ import annotations

import asyncio
import selectors
import threading
import time
from collections.abc import Callable, Coroutine
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, ParamSpec, TypeVar

from runtime.logs import get_logger

P = ParamSpec("P")
T = TypeVar("T")

log = get_logger("runtime")

_CLOSE_SECONDS = 2.0  # for each of: stray tasks, generators, executor threads


class Pulse(selectors.PollSelector):
    """A selector that shows how its loop is doing; one descriptor less than epoll, fork-safe."""

    def __init__(self) -> None:
        super().__init__()
        self.turns = 0
        self.waiting = False
        self.woke = time.monotonic()
        self.busy = 0.0
        self.longest = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """Wait for descriptors, noting when."""
        took = time.monotonic() - self.woke
        self.busy += took
        if took > self.longest:
            self.longest = took
        self.waiting = True
        ready = super().select(timeout)
        self.turns += 1
        self.woke = time.monotonic()
        self.waiting = False
        return ready

    def lag(self) -> float:
        """Return for how many seconds the loop has been in its present turn."""
        return 0.0 if self.waiting else time.monotonic() - self.woke


class _Executor(ThreadPoolExecutor):
    """The loop's own worker threads; waiting for them costs a thread, so it is told if any ran."""

    used = False

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Submit a call."""
        self.used = True
        return super().submit(fn, *args, **kwargs)


def run(main: Callable[[], Coroutine[Any, Any, T]], name: str, pulse: Pulse) -> T:
    """Run a coroutine on a new loop in this thread, and leave nothing of it behind."""
    loop = asyncio.SelectorEventLoop(pulse)
    executor = _Executor(thread_name_prefix=name)
    loop.set_default_executor(executor)
    try:
        return loop.run_until_complete(main())
    finally:
        _close(loop, executor, name)


def _close(loop: asyncio.AbstractEventLoop, executor: _Executor, name: str) -> None:
    try:
        loop.run_until_complete(_clear(name))
        if executor.used:
            # `shutdown_default_executor` would wait for a stuck call without limit.
            closing = threading.Thread(
                target=executor.shutdown, name=f"{name}-closing", daemon=True
            )
            closing.start()
            closing.join(_CLOSE_SECONDS)
            if closing.is_alive():
                log.error("loop.executor_stuck", actor=name)
    finally:
        loop.close()


async def _clear(name: str) -> None:
    """End what the actor left running on its loop."""
    stray = asyncio.all_tasks() - {asyncio.current_task()}
    for task in stray:
        task.cancel()
    if stray:
        _, stuck = await asyncio.wait(stray, timeout=_CLOSE_SECONDS)
        if stuck:
            log.error("loop.tasks_stuck", actor=name, tasks=[task.get_name() for task in stuck])
    try:
        async with asyncio.timeout(_CLOSE_SECONDS):
            await asyncio.get_running_loop().shutdown_asyncgens()
    except TimeoutError:
        log.error("loop.generators_stuck", actor=name)
