"""Whose time passes while an answer is streamed: the provider's, or its reader's."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from actors.providers.connection import Connection
from actors.providers.deadline import Deadline, within
from actors.providers.failure import Failed, Outcome
from actors.providers.openai_shaped import Key, OpenAIShaped

pytestmark = pytest.mark.anyio


class Endless(Connection):
    """A server that streams word after word, and counts how many were taken."""

    def __init__(self) -> None:
        self.taken = 0
        self.asked: dict[str, Any] = {}

    @asynccontextmanager
    async def streaming(
        self, url: str, headers: Mapping[str, str], content: bytes
    ) -> AsyncIterator[tuple[httpx.Response, AsyncIterator[bytes]]]:
        del url, headers
        self.asked = json.loads(content)
        yield httpx.Response(200, headers={"Content-Type": "text/event-stream"}), self._words()

    async def _words(self) -> AsyncIterator[bytes]:
        while True:
            self.taken += 1
            word = {"choices": [{"delta": {"content": f" {self.taken}"}}]}
            yield f"data: {json.dumps(word)}\n\n".encode()


def asking(server: Endless, *, counts: bool = True) -> OpenAIShaped:
    """Whoever asks that server."""
    return OpenAIShaped(
        server,
        "http://nowhere",
        access=Key(None),
        model="m",
        embedding_model="",
        now=lambda: datetime.now(UTC),
        counts_streams=counts,
    )


class _Enough(Exception):
    """The reader has enough."""


@pytest.mark.parametrize("counts", [True, False])
async def test_a_stream_s_tokens_are_asked_for_where_they_can_be(counts: bool) -> None:
    """GigaChat counts by itself and may not know the option, which the others need."""
    server = Endless()

    async def put(piece: str) -> None:
        raise _Enough(piece)

    with pytest.raises(_Enough):
        await asking(server, counts=counts).stream("s", "p", 10, put)
    assert server.asked["stream"] is True
    assert server.asked.get("stream_options") == ({"include_usage": True} if counts else None)


async def test_what_is_not_read_is_not_taken() -> None:
    """While its reader does not go on, nothing more is taken from the server."""
    server = Endless()
    full, room = asyncio.Event(), asyncio.Event()

    async def put(piece: str) -> None:
        if piece == " 3":
            full.set()
            await room.wait()

    answering = asyncio.create_task(asking(server).stream("s", "p", 10, put))
    await full.wait()
    for _ in range(100):
        await asyncio.sleep(0)
    assert server.taken == 3
    answering.cancel()
    await asyncio.wait([answering])


async def test_no_answer_within_its_time_is_broken() -> None:
    """A provider that says nothing is given up, and how long was waited is told."""
    with pytest.raises(Failed, match=r"within 0\.01 seconds") as caught:
        await within(0.01, asyncio.Event().wait())
    assert caught.value.outcome is Outcome.BROKEN


async def test_a_slow_reader_is_not_the_provider_s_fault() -> None:
    """A reader who takes longer than the provider may does not end its answer."""
    deadline = Deadline(0.05)
    loop = asyncio.get_running_loop()

    async def put(piece: str) -> None:
        del piece
        ready = asyncio.Event()
        loop.call_later(0.1, ready.set)
        await ready.wait()

    async def answer() -> str:
        for piece in ("a", "b"):
            await deadline.outside(put)(piece)
        return "ab"

    assert await deadline.within(answer()) == "ab"


async def test_the_provider_s_time_goes_on_afterwards() -> None:
    """After a piece was taken the provider has what was left of its time, not more."""
    deadline = Deadline(0.05)

    async def put(piece: str) -> None:
        del piece

    async def answer() -> None:
        await deadline.outside(put)("a")
        await asyncio.Event().wait()

    with pytest.raises(Failed):
        await deadline.within(answer())
