"""The other threads that ask while the demo's first parse runs."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from actors.people import User

WITH_LOOP = 3
WITHOUT_LOOP = 1
PATIENCE = 30.0  # seconds


@dataclass(frozen=True, slots=True)
class Answer:
    """What one thread was told."""

    thread: threading.Thread
    added: int
    """Posts stored by the parse that it joined."""
    waited: float | None
    """Seconds for status, channels and posts together; None where only a parse was asked for."""


class Callers:
    """Threads that wait for a sign, then ask."""

    def __init__(self, user: User, pool: ThreadPoolExecutor) -> None:
        self._user = user
        self._sign = threading.Event()
        work = (self._on_a_loop,) * WITH_LOOP + (self._without_a_loop,) * WITHOUT_LOOP
        self._asked: list[Future[None]] = [Future() for _ in work]
        self._answers = [
            pool.submit(each, asked) for each, asked in zip(work, self._asked, strict=True)
        ]

    def begin(self) -> None:
        """Give the sign; harmless twice."""
        self._sign.set()

    async def asked(self) -> None:
        """Wait until each has asked for a parse, and was answered everything else."""
        async with asyncio.timeout(PATIENCE):
            await asyncio.gather(*map(asyncio.wrap_future, self._asked))

    async def answers(self) -> tuple[Answer, ...]:
        """Wait until each was answered all."""
        return tuple(await asyncio.gather(*map(asyncio.wrap_future, self._answers)))

    def _on_a_loop(self, asked: Future[None]) -> Answer:
        self._sign.wait(PATIENCE)
        try:
            return asyncio.run(self._ask(asked))
        except Exception as error:
            if not asked.done():  # or it would be waited for until time is up, and why not told
                asked.set_exception(error)
            raise

    async def _ask(self, asked: Future[None]) -> Answer:
        user, began = self._user, time.perf_counter()
        parse = asyncio.ensure_future(user.parse(timeout=PATIENCE))
        try:
            await asyncio.gather(user.status(), user.channels(), user.posts())
            waited = time.perf_counter() - began
            asked.set_result(None)
            return Answer(threading.current_thread(), (await parse).added, waited)
        finally:  # both fail where the house is closed: one of them is told
            parse.cancel()
            await asyncio.gather(parse, return_exceptions=True)

    def _without_a_loop(self, asked: Future[None]) -> Answer:
        self._sign.wait(PATIENCE)
        asked.set_result(None)
        report = self._user.parse_sync(timeout=PATIENCE)
        return Answer(threading.current_thread(), report.added, None)


@asynccontextmanager
async def threads() -> AsyncIterator[ThreadPoolExecutor]:
    """Threads that have ended when the block ends; whatever they may wait for ends within it."""
    pool = ThreadPoolExecutor(WITH_LOOP + WITHOUT_LOOP, thread_name_prefix="caller")
    try:
        yield pool
    finally:
        # Awaited, not blocked for: they may wait for something this loop has yet to do.
        await asyncio.to_thread(pool.shutdown)


@contextmanager
def waiting(user: User, pool: ThreadPoolExecutor) -> Iterator[Callers]:
    """Let them wait for the sign, which is given at the end at the latest."""
    callers = Callers(user, pool)
    try:
        yield callers
    finally:
        callers.begin()
