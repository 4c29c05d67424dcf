"""Something that a person has to prove during a login."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import anyio

from actors.errors import (
    CodeWrong,
    Flooded,
    PasswordRequired,
    PasswordWrong,
    SessionRevoked,
)
from actors.ports import Person

TRIES = 5


class Closed(Exception):
    """Nobody waits for an answer to this any more."""


class Wrong(Exception):
    """The answer was not the right one."""


class Question:
    """Takes answers one at a time, a few in all, and passes the right one on to who waits.

    Telegram's own wait is honoured: until it is over nothing more is sent there. The actor's own
    loop only.
    """

    def __init__(self, check: Callable[[str], Awaitable[Person]]) -> None:
        self._check = check
        self._answer: asyncio.Future[Person] = asyncio.get_running_loop().create_future()
        self._turn = anyio.Lock()
        self._flooded: datetime | None = None
        self.left = TRIES

    async def prove(self, said: str) -> None:
        """Try an answer; raises `Wrong`, `Closed`, or what Telegram refuses."""
        # Telegram may have accepted it: whoever asked may leave, the login must hear of it.
        with anyio.CancelScope(shield=True):
            async with self._turn:
                self._refuse_if_closed()
                await self._try(said)

    async def instead(self, work: Callable[[], Awaitable[None]]) -> None:
        """Do something while no answer is being tried; raises `Closed` if one was right."""
        async with self._turn:
            self._refuse_if_closed()
            await work()

    async def answered(self, seconds: float) -> None:
        """Return when the question is settled, or after a time."""
        await asyncio.wait([self._answer], timeout=max(0.0, seconds))

    async def close(self) -> Person | None:
        """Take no more answers; return who has proved it, once the try under way has ended.

        Raises what settled it otherwise: `PasswordRequired` when the code was right, but is not
        enough; `SessionRevoked`.
        """
        async with self._turn:
            settled = self._answer.done() and not self._answer.cancelled()
            self._answer.cancel()
            return self._answer.result() if settled else None

    def _refuse_if_closed(self) -> None:
        if self._answer.done() or self.left == 0:
            raise Closed
        if self._flooded is not None and self._flooded > datetime.now(UTC):
            raise Flooded(self._flooded)

    async def _try(self, said: str) -> None:
        try:
            self._answer.set_result(await self._check(said))
        except (PasswordWrong, CodeWrong):
            self.left -= 1
            if self.left == 0:
                self._answer.cancel()
            raise Wrong from None
        except Flooded as flood:
            self._flooded = flood.until
            raise
        except PasswordRequired as password:
            self._answer.set_exception(password)
        except SessionRevoked as revoked:
            self._answer.set_exception(revoked)
            raise
