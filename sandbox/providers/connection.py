"""One client's connection: requests in, replies out."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, Protocol

from sandbox.fault import Hold
from sandbox.providers.asked import Asked
from sandbox.providers.wire import Malformed, Reply, Request, encoded, read

_WRITING: Final = 10.0  # seconds in which a client must take what it is sent


@dataclass(frozen=True, slots=True)
class Decision:
    """What becomes of a request; without `asked` it was none that a provider knows."""

    reply: Reply
    asked: Asked | None = None
    before: Sequence[Hold] = ()
    midway: Sequence[Hold] = ()


@dataclass(frozen=True, slots=True)
class Patience:
    """How many seconds a connection waits for a request to begin, and then for it to end."""

    idle: float = 60.0
    request: float = 10.0


class Desk(Protocol):
    """Who decides what is answered."""

    def decide(self, request: Request) -> Decision:
        """What becomes of a request."""
        ...

    def end(self, asked: Asked) -> None:
        """Note a call that is over."""
        ...

    def mistake(self, text: str) -> None:
        """Note something that no correct client does."""
        ...


class Listener(asyncio.StreamReader):
    """A reader that tells when the client has gone, also while nobody reads."""

    def __init__(self, limit: int) -> None:
        super().__init__(limit)
        self.gone = asyncio.Event()

    def feed_eof(self) -> None:
        """Note that nothing more will come."""
        super().feed_eof()
        self.gone.set()

    def set_exception(self, exc: Exception) -> None:
        """Note that the connection broke."""
        super().set_exception(exc)
        self.gone.set()


class Connection:
    """It lives until either side ends it."""

    def __init__(self, desk: Desk, reader: Listener, writer: asyncio.StreamWriter) -> None:
        self._desk = desk
        self._reader = reader
        self._writer = writer

    async def serve(self, patience: Patience) -> None:
        """Answer requests until the connection ends."""
        try:
            await self._requests(patience)
            self._writer.close()
            async with asyncio.timeout(_WRITING):
                await self._writer.wait_closed()
        except (OSError, asyncio.IncompleteReadError, TimeoutError):
            pass  # the client went away
        finally:
            self._writer.transport.abort()

    async def _requests(self, patience: Patience) -> None:
        try:
            while request := await read(
                self._reader, patience=patience.idle, deadline=patience.request
            ):
                if not await self._answer(request):
                    return
        except Malformed as refusal:
            self._desk.mistake(str(refusal))
            await self._send(b"".join(encoded(Reply(refusal.status), is_last=True)))

    async def _answer(self, request: Request) -> bool:
        """Send what is decided; False if the connection ends with it."""
        decision = self._desk.decide(request)
        asked = decision.asked
        blocks = encoded(decision.reply, is_last=request.is_last)
        try:
            await self._held(decision.before)
            for block in blocks[:-1]:
                await self._send(block)
                await self._held(decision.midway if block is blocks[0] else ())
        except BaseException:
            if asked is not None:
                self._desk.end(replace(asked, status=None, is_abandoned=True))
            raise
        if asked is not None:  # before the client can know that it is over
            self._desk.end(asked)
        for block in blocks[-1:]:
            await self._send(block)
        return not (decision.reply.ends or request.is_last)

    async def _send(self, block: bytes) -> None:
        self._writer.write(block)
        async with asyncio.timeout(_WRITING):
            await self._writer.drain()

    async def _held(self, holds: Sequence[Hold]) -> None:
        """Wait for holds; raises ConnectionError if the client goes away meanwhile."""
        for hold in holds:
            leaving = asyncio.ensure_future(self._reader.gone.wait())
            passing = asyncio.ensure_future(hold.passed())
            try:
                await asyncio.wait({leaving, passing}, return_when=asyncio.FIRST_COMPLETED)
            finally:
                leaving.cancel()
                passing.cancel()
            if self._reader.gone.is_set():
                raise ConnectionResetError
