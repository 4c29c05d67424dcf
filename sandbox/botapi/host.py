"""The thread, the loop and the port of one Bot API."""

import asyncio
import threading
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from typing import Any, Final

from aiohttp.web import BaseRequest, Response, Server

from sandbox.botapi.errors import BotApiNotRunning, BotApiStalled
from sandbox.providers.gate import Gate

_DEADLINE: Final = 10.0  # seconds, of a start, a stop and a control call
_BREAK: Final = 0.01  # seconds that a running call has to end by itself


class Host:
    """Serves what `answer` answers; its verbs may be called from any thread."""

    def __init__(self, answer: Callable[[BaseRequest], Awaitable[Response]]) -> None:
        self._answer = answer
        self._gate = Gate()
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopping = asyncio.Event()
        self._server: Server | None = None

    @property
    def url(self) -> str:
        """Where it listens; the same address when it is started again."""
        if not self._gate.port:
            raise BotApiNotRunning
        return f"http://127.0.0.1:{self._gate.port}"

    def start(self) -> None:
        """Listen, on a thread of its own."""
        ready: Future[None] = Future()
        self._thread = threading.Thread(
            target=self._main, args=(ready,), name="botapi", daemon=True
        )
        self._thread.start()
        ready.result(_DEADLINE)

    def stop(self) -> None:
        """Give the port up, and break every connection."""
        loop, thread = self._loop, self._thread
        if loop is None or thread is None:
            return
        with suppress(RuntimeError):  # the loop may have ended by itself
            loop.call_soon_threadsafe(self._stopping.set)
        thread.join(_DEADLINE)
        if thread.is_alive():
            raise BotApiStalled(_DEADLINE)

    @contextmanager
    def down(self) -> Iterator[None]:
        """Refuse every connection during the block, and break those there are."""
        self._run(self._shut)
        try:
            yield
        finally:
            self._run(self._reopen)

    def _run(self, change: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Let a coroutine run on the server's loop, and wait for it."""
        if self._loop is None:
            raise BotApiNotRunning
        future = asyncio.run_coroutine_threadsafe(change(), self._loop)
        try:
            future.result(_DEADLINE)
        except TimeoutError:
            raise BotApiStalled(_DEADLINE) from None

    async def _shut(self) -> None:
        self._gate.shut()
        await self._break()

    async def _reopen(self) -> None:
        self._gate.reopen()
        await self._watch()

    async def _watch(self) -> None:
        self._server = Server(self._answer, handler_cancellation=True, access_log=None)
        await self._gate.watch(self._server, None)

    async def _break(self) -> None:
        if self._server is not None:
            await self._server.shutdown(_BREAK)

    def _main(self, ready: "Future[None]") -> None:
        try:
            asyncio.run(self._serve(ready))
        except BaseException as error:  # reaches the thread that starts it
            if ready.done():
                raise
            ready.set_exception(error)

    async def _serve(self, ready: "Future[None]") -> None:
        self._loop, self._stopping = asyncio.get_running_loop(), asyncio.Event()
        try:
            self._gate.open()
            await self._watch()
            ready.set_result(None)
            await self._stopping.wait()
        finally:
            self._loop = None
            self._gate.close()
            await self._break()
