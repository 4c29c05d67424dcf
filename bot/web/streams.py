"""Answers that go on: server-sent events, as HTML's standard describes them."""

from __future__ import annotations

import asyncio
from typing import Any, Final

import anyio
from fastapi.responses import StreamingResponse
from pydantic import TypeAdapter

HEARTBEAT_SECONDS: Final = 15.0
"""After so long without an event a comment is sent: proxies close what is silent."""
HEARTBEAT: Final = b":\n\n"
UNBUFFERED: Final = {"X-Accel-Buffering": "no"}
"""Headers by which a proxy passes each event on as it comes."""


class EventStream(StreamingResponse):
    """A stream of events."""

    media_type = "text/event-stream"


class Signal:
    """Wakes everybody who waits for it, on one loop."""

    def __init__(self) -> None:
        self._given = asyncio.Event()

    def give(self) -> None:
        """Wake whoever waits now."""
        given, self._given = self._given, asyncio.Event()
        given.set()

    async def wait(self, within: float) -> bool:
        """Wait until it is given next; False if that took too long."""
        given = self._given
        with anyio.move_on_after(within):
            await given.wait()
        return given.is_set()


def event(name: str, value: object, kind: TypeAdapter[Any]) -> bytes:
    """Write an event whose data is a line of JSON."""
    return b"event: %b\ndata: %b\n\n" % (name.encode(), kind.dump_json(value))
