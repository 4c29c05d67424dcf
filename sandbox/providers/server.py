"""The thread and the loop of all providers."""

import asyncio
import ssl
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from types import TracebackType
from typing import Final, Self

from sandbox.providers.connection import Patience
from sandbox.providers.errors import ProvidersStalled
from sandbox.providers.gigachat import GigaChat
from sandbox.providers.openai import OpenAI, OpenRouter
from sandbox.providers.service import Options, Service

_DEADLINE: Final = 10.0  # seconds, of a start and a stop


class Providers:
    """Providers on the loopback interface while its block runs.

    `with` serves them on a thread of its own, `async with` on the running loop. Entered again, they
    have the same ports. `clock` is in seconds since the epoch; without an `openai_key` that one
    asks for none, as local servers do.
    """

    def __init__(
        self,
        *,
        token_life: float = 1800.0,
        gigachat_tls: ssl.SSLContext | None = None,
        openai_key: str | None = "sk-sandbox",
        dimension: int = 1536,
        clock: Callable[[], float] = time.time,
        patience: Patience | None = None,
    ) -> None:
        plain = Options(clock, patience or Patience())
        sealed = Options(clock, patience or Patience(), gigachat_tls)
        self.gigachat = GigaChat(sealed, token_life=token_life)
        self.openrouter = OpenRouter("sk-or-sandbox", plain)
        self.openai = OpenAI(openai_key, plain, dimension=dimension)
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopping = asyncio.Event()

    def __repr__(self) -> str:
        return f"<Providers {self.gigachat!r}, {self.openrouter!r}, {self.openai!r}>"

    @property
    def mistakes(self) -> tuple[str, ...]:
        """What no correct client does; empty at the end of a good test."""
        return tuple(text for service in self._services for text in service.mistakes)

    def __enter__(self) -> Self:
        ready: Future[None] = Future()
        self._thread = threading.Thread(
            target=self._main, args=(ready,), name="providers", daemon=True
        )
        self._thread.start()
        ready.result(_DEADLINE)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        loop, thread = self._loop, self._thread
        if loop is None or thread is None:
            return
        with suppress(RuntimeError):  # the loop may have ended by itself
            loop.call_soon_threadsafe(self._stopping.set)
        thread.join(_DEADLINE)
        if thread.is_alive():
            raise ProvidersStalled(_DEADLINE)

    async def __aenter__(self) -> Self:
        try:
            for service in self._services:
                await service.host.start()
        except BaseException:
            await self._stop()
            raise
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._stop()

    @property
    def _services(self) -> tuple[Service, ...]:
        return (self.gigachat, self.openrouter, self.openai)

    async def _stop(self) -> None:
        for service in self._services:
            await service.host.stop()

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
            async with self:
                ready.set_result(None)
                await self._stopping.wait()
        finally:
            self._loop = None
