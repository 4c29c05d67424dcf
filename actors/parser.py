"""The actor through which everybody parses."""

from __future__ import annotations

from collections.abc import Callable
from typing import assert_never

from actors.messages import ParseRequest, ParserMessage, ReadRequest
from actors.ports import Asks
from actors.values import ParseReport
from runtime import Actor
from storage.errors import StorageError

READ_SECONDS = 3600.0


class ParserActor(Actor[ParserMessage]):
    """Let at most one parse of an account run; whoever asks meanwhile joins it."""

    refusals = (*Actor.refusals, StorageError)

    def __init__(self, session: Callable[[int], Asks]) -> None:
        self._session = session

    async def handle(self, message: ParserMessage, /) -> object:
        """Start a parse, or join the one that runs."""
        match message:
            case ParseRequest(account=account):
                return self.job(self._parse(message), key=account)
            case _:
                assert_never(message)

    async def _parse(self, message: ParseRequest) -> ParseReport:
        session = self._session(message.account)
        return await session.ask(ReadRequest(depth=message.depth), timeout=READ_SECONDS)
