"""One provider's place on the network: its port, its connections, its outages."""

import asyncio
import ssl
import threading
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from typing import Any, Final

from sandbox.providers.connection import Connection, Desk, Listener, Patience
from sandbox.providers.errors import ProvidersNotRunning, ProvidersStalled
from sandbox.providers.gate import Gate
from sandbox.providers.wire import HEAD_LIMIT

_DEADLINE: Final = 10.0  # seconds, of a control call


class Host:
    """Serves what a desk decides; its verbs may be called from any thread."""

    def __init__(self, desk: Desk, tls: ssl.SSLContext | None, patience: Patience) -> None:
        self._desk = desk
        self._tls = tls
        self._patience = patience
        self._gate = Gate()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread = 0
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def url(self) -> str:
        """Where it listens; the same address when it is started again."""
        if not self._gate.port:
            raise ProvidersNotRunning
        return f"http{'s' if self._tls else ''}://127.0.0.1:{self._gate.port}"

    @contextmanager
    def down(self) -> Iterator[None]:
        """Refuse every connection during the block, and break those there are."""
        self._run(self._shut)
        try:
            yield
        finally:
            self._run(self._reopen)

    async def start(self) -> None:
        """Listen, on the running loop."""
        self._gate.open()
        self._loop, self._thread = asyncio.get_running_loop(), threading.get_ident()
        await self._watch()

    async def stop(self) -> None:
        """Give the port up, and break every connection."""
        self._loop = None
        self._gate.close()
        tasks = self._break()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _run(self, change: Callable[[], None]) -> None:
        """Call a function on the loop, and wait for it."""
        if self._loop is None:
            raise ProvidersNotRunning
        if threading.get_ident() == self._thread:
            change()
            return
        done: Future[None] = Future()
        try:
            self._loop.call_soon_threadsafe(_settle, done, change)
        except RuntimeError:  # it ended just now
            raise ProvidersNotRunning from None
        try:
            done.result(_DEADLINE)
        except TimeoutError:
            raise ProvidersStalled(_DEADLINE) from None

    def _shut(self) -> None:
        self._gate.shut()
        self._break()

    def _reopen(self) -> None:
        self._gate.reopen()
        self._spawn(self._watch())

    def _break(self) -> tuple[asyncio.Task[None], ...]:
        tasks = tuple(self._tasks)
        for task in tasks:
            task.cancel()
        return tasks

    async def _watch(self) -> None:
        await self._gate.watch(self._protocol, self._tls)

    def _protocol(self) -> asyncio.Protocol:
        reader = Listener(HEAD_LIMIT)

        # Not a coroutine: asyncio reports those that are cancelled at the stop as errors.
        def connected(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            connection = Connection(self._desk, reader, writer)
            self._spawn(connection.serve(self._patience))

        return asyncio.StreamReaderProtocol(reader, connected)

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _settle(done: "Future[None]", change: Callable[[], None]) -> None:
    try:
        change()
    except Exception as error:  # noqa: BLE001  # belongs to the thread that asked
        done.set_exception(error)
    else:
        done.set_result(None)
