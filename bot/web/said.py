"""An answer as it is made, as events."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass
from typing import Final, TypeAlias

from pydantic import TypeAdapter

from actors.search_values import Answer
from bot.web import problems
from bot.web.problems import Problem
from bot.web.streams import HEARTBEAT, HEARTBEAT_SECONDS, Signal, event
from runtime.logs import get_logger

log = get_logger("bot")

Ask: TypeAlias = Callable[[Callable[[str], object]], Awaitable[Answer]]
"""Asks, and is told each piece of the answer as it comes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """What comes next of an answer."""

    text: str


_PIECE: Final = TypeAdapter(Piece)
_ANSWER: Final = TypeAdapter(Answer)
_PROBLEM: Final = TypeAdapter(Problem)


async def said(ask: Ask, heartbeat: float = HEARTBEAT_SECONDS) -> AsyncGenerator[bytes, None]:
    """Tell an answer piece by piece, then whole; what came meanwhile is one piece.

    Who leaves before the end gives the question up.
    """
    pieces: list[str] = []
    signal = Signal()

    def grow(piece: str) -> None:
        pieces.append(piece)
        signal.give()

    asking = asyncio.ensure_future(ask(grow))
    asking.add_done_callback(lambda _: signal.give())
    try:
        while pieces or not asking.done():
            if pieces:
                text = "".join(pieces)
                pieces.clear()
                yield event("piece", Piece(text=text), _PIECE)
            elif not await signal.wait(heartbeat):
                yield HEARTBEAT
        yield _end(asking)
    finally:
        asking.cancel()


def _end(asking: asyncio.Future[Answer]) -> bytes:
    """Write how it has ended."""
    try:
        return event("answer", asking.result(), _ANSWER)
    except problems.KINDS as refusal:
        told = problems.of(refusal)
    except Exception as fault:
        log.error("ask.failed", exc_info=fault)
        told = problems.fault()
    return event("problem", problems.problem(told), _PROBLEM)
