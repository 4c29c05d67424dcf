"""The service as programs have it: served on a port, by a thread of its own."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from concurrent.futures import Future
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, TypeVar

import anyio
import httpx

from actors.house import House
from actors.whole import whole
from bot import settings
from bot.web import server
from bot.web.app import make_app
from bot.web.service import Bot, Service

if TYPE_CHECKING:
    from types import TracebackType

T = TypeVar("T")

OPERATOR = "operator-of-the-tests"
LOCAL = "command-line-of-the-tests"
PATIENCE = 60.0  # seconds


@asynccontextmanager
async def _opened(found: settings.Settings) -> AsyncIterator[House]:
    house = House(found)
    try:
        await house.start()
        yield house
    finally:
        await whole(house.stop())


class Served:
    """A house and its HTTP, open for the length of a `with` block."""

    address: str
    house: House

    def __init__(self, given: Mapping[str, Any], **front: Any) -> None:
        """Describe it; `given` are settings of the house, `front` of the front doors."""
        self._given = given
        self._front = {"http_token": OPERATOR, "http_rate": 0.0, **front}
        self._opened: Future[None] = Future()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._main()), name="served")

    def __enter__(self) -> Served:
        """Open it, and wait until it answers."""
        self._thread.start()
        self._opened.result(PATIENCE)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close it: nothing of it is left."""
        self.loop.call_soon_threadsafe(self._end.set)
        self._thread.join(PATIENCE)
        assert not self._thread.is_alive()

    async def _main(self) -> None:
        self.loop, self._end = asyncio.get_running_loop(), asyncio.Event()
        try:
            found = settings.load(**self._given, **self._front)
            listening = server.listen("127.0.0.1", 0)
            self.address = server.address_of(listening)
            with listening:
                # Not by `actors.open`: other tests of this process may have their own house open.
                async with _opened(found) as house, anyio.create_task_group() as group:
                    self.house = house
                    service = Service(house, found, LOCAL, Bot(wanted=False))
                    self.app = make_app(service)
                    group.start_soon(server.serve, self.app, listening)
                    self._opened.set_result(None)
                    await self._end.wait()
                    group.cancel_scope.cancel()
        except BaseException as error:
            if self._opened.done():
                raise
            self._opened.set_exception(error)

    def run(self, work: Callable[[House], Awaitable[T]]) -> T:
        """Have something done with the house, on the loop that serves."""

        async def done() -> T:
            return await work(self.house)

        return asyncio.run_coroutine_threadsafe(done(), self.loop).result(PATIENCE)

    def client(self, token: str | None = None) -> httpx.Client:
        """Make a client that shows a token, or none."""
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        return httpx.Client(base_url=self.address, headers=headers, timeout=PATIENCE)
