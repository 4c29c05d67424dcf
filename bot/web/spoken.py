"""Answers that are said line by line, for as long as somebody listens."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Final

import anyio
from starlette.responses import Response

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send

BEAT: Final = 5.0
"""Seconds between signs of life."""

Say = Callable[[bytes], Awaitable[None]]
Work = Callable[[Say], Awaitable[None]]


class Spoken(Response):
    """Lines said as they come, with signs of life; who closes the connection ends the work."""

    media_type = "application/x-ndjson"

    def __init__(self, work: Work, under_way: set[Spoken], *, is_long: bool) -> None:
        """Describe it; while it is said, it is among those that are under way."""
        super().__init__()
        del self.headers["content-length"]
        self.is_long = is_long
        self.over = anyio.Event()
        self._work = work
        self._under_way = under_way
        self._scope = anyio.CancelScope()

    def end(self) -> None:
        """Break it off: whoever listens misses the last line, and knows that."""
        self._scope.cancel()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Do the work, and say what it says."""
        del scope
        await send(
            {"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers}
        )
        self._under_way.add(self)
        try:
            await self._said(receive, send)
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        finally:
            self._under_way.discard(self)
            self.over.set()

    async def _said(self, receive: Receive, send: Send) -> None:
        one_at_a_time = anyio.Lock()

        async def say(line: bytes) -> None:
            async with one_at_a_time:
                await send({"type": "http.response.body", "body": line, "more_body": True})

        async def beat() -> None:
            while True:
                await anyio.sleep(BEAT)
                await say(b"\n")

        async def until_gone() -> None:
            while (await receive())["type"] != "http.disconnect":
                pass
            self.end()

        with self._scope:
            async with anyio.create_task_group() as group:
                group.start_soon(beat)
                group.start_soon(until_gone)
                await self._work(say)
                group.cancel_scope.cancel()
