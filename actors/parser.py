"""The actor through which everybody parses."""

from __future__ import annotations

from collections.abc import Callable
from typing import assert_never

from actors.messages import ParseRequest, ParserMessage, ReadRequest, SessionMessage
from actors.newest import Newest
from actors.values import ParseProgress, ParseReport
from runtime import Actor, ActorCrashed, ActorRef, progress
from runtime.logs import get_logger
from storage.errors import StorageError

log = get_logger("actors")

READ_SECONDS = 3600.0
"""Seconds without any progress after which a reading is given up."""


class ParserActor(Actor[ParserMessage]):
    """Let at most one parse of an account run; whoever asks meanwhile joins it."""

    refusals = (*Actor.refusals, StorageError)

    def __init__(self, session: Callable[[int], ActorRef[SessionMessage]]) -> None:
        self._session = session

    async def handle(self, message: ParserMessage, /) -> object:
        """Start a parse, or join the one that runs."""
        match message:
            case ParseRequest():
                return self.job(self._parse(message), key=message.account)
            case _:
                assert_never(message)

    async def _parse(self, request: ParseRequest) -> ParseReport:
        try:
            return await self._read(request)
        except ActorCrashed as crash:
            # It has restarted, and goes on from what it had committed; twice is no accident.
            log.warning("parse.repeated", account=request.account, cause=crash.cause)
            return await self._read(request)

    async def _read(self, request: ParseRequest) -> ParseReport:
        async def show(now: ParseProgress) -> None:
            await progress(request, now)

        session = self._session(request.account)
        stream = session.stream(ReadRequest(depth=request.depth), timeout=READ_SECONDS)
        async with stream, Newest(show) as newest:
            async for now in stream:
                newest.put(now)
        return stream.result
