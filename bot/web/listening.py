"""Streams that end when whoever listens may not any more."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from functools import partial
from typing import Annotated, Final, TypeAlias

import anyio
from fastapi import Depends, Request
from pydantic import TypeAdapter

from bot.web import problems
from bot.web.access import Access, Somebody, bearer, unknown
from bot.web.problems import Problem
from bot.web.streams import event

LOOK_SECONDS: Final = 2.0
"""How often it is looked whether a token still counts, while an answer to it goes on."""

Revoked: TypeAlias = Callable[[], Awaitable[None]]
"""Waits until the token of a request counts no more."""

_PROBLEM: Final = TypeAdapter(Problem)


async def while_let_in(
    events: AsyncGenerator[bytes, None], revoked: Revoked
) -> AsyncGenerator[bytes, None]:
    """Pass events on until the token counts no more; that is the last one then, a `problem`."""
    turned_away = asyncio.ensure_future(revoked())
    coming: asyncio.Future[bytes] | None = None
    try:
        while True:
            coming = asyncio.ensure_future(anext(events))
            await asyncio.wait({coming, turned_away}, return_when=asyncio.FIRST_COMPLETED)
            if turned_away.done():
                turned_away.result()
                yield event("problem", problems.problem(unknown()), _PROBLEM)
                return
            try:
                told = coming.result()
            except StopAsyncIteration:
                return
            yield told
    finally:
        waiting = {each for each in (coming, turned_away) if each is not None}
        for each in waiting:
            each.cancel()
        with anyio.CancelScope(shield=True):
            await asyncio.wait(waiting)
            await events.aclose()


async def revoked(access: Access, shown: str, every: float = LOOK_SECONDS) -> None:
    """Wait until a token counts no more; the operator's own is revoked by nobody.

    While nobody can tell, it counts.
    """
    if access.own(shown) is not None:
        await anyio.sleep_forever()
    while True:
        await asyncio.sleep(every)
        try:
            if await access.stored(shown) is None:
                return
        except problems.KINDS:
            continue


async def _revoked(request: Request, caller: Somebody) -> Revoked:
    del caller  # who has been let in
    access: Access = request.app.state.access
    shown = bearer(request.headers.get("authorization", ""))
    return partial(revoked, access, shown or "")


Listens = Annotated[Revoked, Depends(_revoked)]
"""The parameter by which a route that streams knows when to end."""
