"""The house itself, for the command line of the service's own user."""

from __future__ import annotations

import ipaddress
from contextlib import AsyncExitStack, contextmanager
from http import HTTPStatus
from importlib.metadata import version
from typing import TYPE_CHECKING, Annotated, Any, Final

import anyio
from fastapi import APIRouter, Depends, Query, Request, Response

from bot.client import wire
from bot.client.allowed import message_of
from bot.client.look import described
from bot.client.messages import HolderRequest, NewcomerRequest
from bot.web.access import Somebody
from bot.web.problems import Refused
from bot.web.service import Serves
from bot.web.spoken import Say, Spoken
from runtime import ActorError, Refusal, StreamRequest
from storage.errors import StorageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from actors.ports import Streams
    from bot.web.service import Service

_FIRST_TOO_LARGE: Final = 2**63
_MOST: Final = 86_400.0 + 60.0
_LEAVE_SECONDS: Final = 10.0
"""How long the leave of a newcomer may take, who may be in the middle of a login."""
_COMMAND_LINE: Final = (
    "This is for the command line, on the machine and with the data folder of the service. Other "
    "programs find what is theirs at /docs."
)
_HANDED_ON: Final = ("forwarded", "via", "x-forwarded-for", "x-real-ip")
_LAST_SECONDS: Final = 2.0
"""How long what is nearly answered may take at the end."""


def make_router(desk: Desk) -> APIRouter:
    """Make the routes, which no page describes: they are the command line's alone."""
    router = APIRouter(dependencies=[Depends(_own)], include_in_schema=False)
    router.add_api_route("/house", _greeting, methods=["GET"])
    router.add_api_route("/house/{actor}", desk.answer, methods=["POST"])
    return router


async def _own(request: Request, caller: Somebody) -> None:
    """Let in the command line only, and only from this machine; no other operator's token does."""
    if not (caller.is_local and _is_here(request)):
        raise Refused(HTTPStatus.FORBIDDEN, "CommandLineOnly", _COMMAND_LINE)


def _is_here(request: Request) -> bool:
    """Whether somebody of this machine asks; what a proxy hands on may be anybody's."""
    if any(each in request.headers for each in _HANDED_ON):
        return False
    try:
        return ipaddress.ip_address(request.client.host if request.client else "").is_loopback
    except ValueError:
        return False


async def _greeting(service: Serves) -> dict[str, Any]:
    return {"version": version("tgactors")} | described(service.settings)


class Desk:
    """Takes messages to the house's actors."""

    def __init__(self) -> None:
        self._newcomers: dict[str, Streams] = {}
        self._came = 0
        self._under_way: set[Spoken] = set()

    async def end(self) -> None:
        """End what takes long, and what does not end by itself within a moment."""
        for each in tuple(self._under_way):
            if each.is_long:
                each.end()
        with anyio.move_on_after(_LAST_SECONDS):
            for each in tuple(self._under_way):
                await each.over.wait()
        for each in tuple(self._under_way):
            each.end()

    async def answer(
        self,
        actor: str,
        request: Request,
        service: Serves,
        message: str,
        timeout: Annotated[float, Query(gt=0, le=_MOST)],
    ) -> Response:
        """Answer a message with lines; raises `Refused` for what is none."""
        kind = message_of(actor, message)
        to = None if kind is None else self._found(service, actor)
        if kind is None or (to is None and actor != "house"):
            raise Refused(HTTPStatus.NOT_FOUND, "NoSuchMessage", f"{actor} takes no {message}.")
        try:
            asked = wire.read(kind, await request.body())
        except ValueError as wrong:
            raise Refused(HTTPStatus.UNPROCESSABLE_ENTITY, "InvalidMessage", str(wrong)) from None

        async def work(say: Say) -> None:
            try:
                if to is None:
                    reply = await self._of_house(service, asked, say)
                elif isinstance(asked, StreamRequest):
                    async with to.stream(asked, timeout=timeout) as steps:
                        async for step in steps:
                            await say(wire.progress(kind, step))
                    reply = steps.result
                else:
                    reply = await to.ask(asked, timeout=timeout)
            except (Refusal, ActorError, StorageError) as condition:
                await say(wire.refused(kind, condition))
            else:
                await say(wire.result(kind, reply))

        return Spoken(work, self._under_way, is_long=issubclass(kind, StreamRequest))

    def _found(self, service: Service, actor: str) -> Streams | None:
        kind, _, number = actor.partition("-")
        if kind == "newcomer":
            return self._newcomers.get(actor)
        if kind == "account":
            return (
                service.house.session(int(number)) if 0 < int(number) < _FIRST_TOO_LARGE else None
            )
        rooms: dict[str, Streams] = {
            "store": service.house.store,
            "parser": service.house.parser,
            "search": service.house.search,
        }
        return rooms.get(actor)

    async def _of_house(self, service: Service, asked: Any, say: Say) -> object:
        if isinstance(asked, HolderRequest):
            return await service.house.holder(asked.account)
        await self._welcome(service, say)
        return None

    async def _welcome(self, service: Service, say: Say) -> None:
        """Let a newcomer in until whoever asked has gone."""
        async with AsyncExitStack() as entered:
            newcomer = await entered.enter_async_context(service.house.newcomer())
            try:
                with self._let_in(newcomer.actor) as name:
                    await say(wire.progress(NewcomerRequest, name))
                    await anyio.sleep_forever()
            finally:
                with anyio.move_on_after(_LEAVE_SECONDS, shield=True):
                    await entered.aclose()

    @contextmanager
    def _let_in(self, actor: Streams) -> Iterator[str]:
        self._came += 1
        name = f"newcomer-{self._came}"
        self._newcomers[name] = actor
        try:
            yield name
        finally:
            del self._newcomers[name]
