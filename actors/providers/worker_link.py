"""One worker process as its parent sees it: what it was sent, and what it answers."""

from __future__ import annotations

import asyncio
from typing import Final, cast

from actors.providers import worker

ENDED: Final = 0
"""The kind of the answer that never came: the process has ended, or speaks another language."""
_LEAVING: Final = 0.5
"""Seconds a worker has to end by itself."""
_DYING: Final = 10.0

Answer = tuple[int, bytes]


class WorkerLink(asyncio.SubprocessProtocol):
    """Frames to and from one process, one at a time; its first answer is its hello.

    Its own loop only. `end` leaves neither the process nor a pipe.
    """

    def __init__(self) -> None:
        loop = asyncio.get_running_loop()
        self._answer: asyncio.Future[Answer] = loop.create_future()
        self._gone: asyncio.Future[None] = loop.create_future()
        self._heard = bytearray()
        self._transport: asyncio.SubprocessTransport | None = None

    @classmethod
    async def start(cls, command: list[str], environment: dict[str, str]) -> WorkerLink:
        """Start a process; it is loading when this returns. Raises `OSError`."""
        loop = asyncio.get_running_loop()
        _, link = await loop.subprocess_exec(
            cls,
            *command,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            cwd="/",
            env=environment,
            start_new_session=True,  # Ctrl-C in the terminal is not meant for it
        )
        return link

    @property
    def pid(self) -> int | None:
        """The process's number."""
        return self._transport.get_pid() if self._transport else None

    @property
    def alive(self) -> bool:
        """Whether it may still answer."""
        return not (self._answer.done() and self._answer.result()[0] == ENDED)

    async def answer(self) -> Answer:
        """Wait for what it says next; who leaves meanwhile leaves the answer to the next."""
        return await asyncio.shield(self._answer)

    def send(self, payload: bytes) -> None:
        """Send it texts, once it has answered what it was sent before."""
        if self._transport is None or not self._answer.done() or not self.alive:
            return
        self._answer = asyncio.get_running_loop().create_future()
        stdin = cast("asyncio.WriteTransport", self._transport.get_pipe_transport(0))
        stdin.write(worker.HEADER.pack(len(payload), worker.TEXTS) + payload)

    def leave(self) -> None:
        """Have it end, whatever it is doing; who waits for its answer hears that."""
        self._fail("it was ended")
        if self._transport and (stdin := self._transport.get_pipe_transport(0)):
            stdin.close()

    async def end(self) -> None:
        """Have it end, and wait until nothing of it is left; raises `TimeoutError`."""
        self.leave()
        await asyncio.wait([self._gone], timeout=_LEAVING)
        if self._transport and not self._gone.done():
            # Only now: asyncio's own waiting for it must not find it reaped by this.
            self._transport.kill()
        async with asyncio.timeout(_DYING):
            await asyncio.shield(self._gone)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Hold the process."""
        self._transport = cast("asyncio.SubprocessTransport", transport)

    def pipe_data_received(self, fd: int, data: bytes) -> None:  # noqa: ARG002
        """Take in what it says: one frame for each it was sent."""
        self._heard += data
        for frame in worker.frames(self._heard):
            if self._answer.done() or frame[0] == ENDED:
                self._fail("it said what nobody asked")
                return
            self._answer.set_result(frame)
        if len(self._heard) > worker.LONGEST:
            self._fail("it said more than fits an answer")

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002
        """Hear that it has ended and all it said was heard."""
        transport = self._transport
        code = transport.get_returncode() if transport else None
        if transport:
            transport.close()
        self._fail(f"its process ended with exit code {code}")
        if not self._gone.done():
            self._gone.set_result(None)

    def _fail(self, why: str) -> None:
        if self._answer.done():
            self._answer = asyncio.get_running_loop().create_future()
        self._answer.set_result((ENDED, why.encode()))
