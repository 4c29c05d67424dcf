"""Connections: how many there may be, and how long one may take to say what it wants."""

from __future__ import annotations

import asyncio
from typing import Any, Final

from uvicorn.protocols.http.h11_impl import H11Protocol

from runtime.logs import get_logger

log = get_logger("bot")

MOST: Final = 512
"""Connections at once: what else the process does needs descriptors too."""
HEAD_SECONDS: Final = 20.0
"""Within which a connection has to say what it wants, from its beginning and after each answer."""
FULL: Final = (
    b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 2\r\nConnection: close\r\n"
    b"Content-Length: 0\r\n\r\n"
)


class Connection(H11Protocol):
    """A connection that does not wait for ever.

    By h11, which bounds a request's head to 64 KiB, whatever else uvicorn finds installed.
    """

    most = MOST
    head_seconds = HEAD_SECONDS

    def __init__(self, *given: Any, **named: Any) -> None:
        """Describe it, as uvicorn does."""
        super().__init__(*given, **named)
        self._overdue: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for what it wants, or send it away."""
        super().connection_made(transport)
        if len(self.connections) > self.most:
            log.warning("http.full", connections=self.most)
            transport.write(FULL)
            transport.close()
        else:
            self._wait()

    def handle_events(self) -> None:
        """Wait no more once a request is here."""
        before = self.cycle
        super().handle_events()
        if self.cycle is not before:
            self._wait_no_more()

    def on_response_complete(self) -> None:
        """Wait for what it wants next."""
        self._wait()
        super().on_response_complete()  # which may find that it is here already

    def connection_lost(self, exc: Exception | None) -> None:
        """Leave nothing of it."""
        self._wait_no_more()
        super().connection_lost(exc)

    def _wait(self) -> None:
        self._wait_no_more()
        self._overdue = self.loop.call_later(self.head_seconds, self.transport.abort)

    def _wait_no_more(self) -> None:
        if self._overdue is not None:
            self._overdue.cancel()
            self._overdue = None
