"""The connection to a service, on the loop of the command."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Coroutine
from contextlib import aclosing, asynccontextmanager
from typing import Any, Final, Literal, Self, TypeVar

import httpx

from bot.client import wire
from bot.client.refusals import ServiceGone
from bot.web.announcement import Announcement
from runtime import ActorError, AskTimeout, Refusal, Request, Stream, StreamRequest
from runtime.logs import get_logger
from runtime.ref import DEFAULT_TIMEOUT
from runtime.streams import AHEAD, Channel
from storage.errors import StorageError

log = get_logger("bot")

P = TypeVar("P")
R = TypeVar("R")

SILENCE: Final = 30.0
"""Seconds without a sign of life after which a service is given up; it gives many in these."""
GRACE: Final = 5.0
"""How much longer an answer may take than the service itself would wait for it."""


class Line:
    """What is asked goes over it, and answers come back; closing it ends what is under way."""

    def __init__(
        self, found: Announcement, *, silence: float = SILENCE, grace: float = GRACE
    ) -> None:
        self.address = found.address
        self._grace = grace
        self._under_way: set[asyncio.Task[None]] = set()
        self._http = httpx.AsyncClient(
            base_url=found.address,
            headers={"Authorization": f"Bearer {found.token}"},
            timeout=httpx.Timeout(silence),
            limits=httpx.Limits(max_connections=None),
            trust_env=False,  # what is said here is nothing for a proxy
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        for task in self._under_way:
            task.cancel()
        if self._under_way:
            await asyncio.wait(self._under_way)
        await self._http.aclose()

    async def greet(self, within: float) -> dict[str, Any] | None:
        """Ask the service how it was started; None if it does not answer as one."""
        try:
            async with asyncio.timeout(within):
                answer = await self._http.get("/house")
                return dict(answer.json()) if answer.is_success else None
        except (httpx.HTTPError, TimeoutError, ValueError):
            return None

    async def ask(self, actor: str, request: Request[R], timeout: float) -> R:
        """Have a request answered by an actor of the service; who leaves has given up there."""
        try:
            async with (
                asyncio.timeout(timeout + self._grace),
                aclosing(self._answers(actor, request, timeout)) as answers,
            ):
                async for _, value in answers:
                    return value  # type: ignore[no-any-return]  # checked by its adapter
        except TimeoutError as overdue:
            if isinstance(overdue, ActorError):
                raise
            raise AskTimeout(actor) from None
        raise ServiceGone(self.address, "its answer broke off")

    def stream(
        self, actor: str, request: StreamRequest[P, R], timeout: float, ahead: int
    ) -> Stream[P, R]:
        """Have a request answered piece by piece; who leaves has given up there."""
        channel = Channel(actor, ahead, timeout)
        task = self._begin(self._feed(channel, actor, request, timeout))

        def leave(_: object) -> None:
            task.cancel()

        channel.attach(leave)
        return Stream(channel, timeout)

    def _begin(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)
        return task

    async def _feed(
        self, channel: Channel, actor: str, request: StreamRequest[Any, Any], timeout: float
    ) -> None:
        try:
            async with aclosing(self._answers(actor, request, timeout)) as answers:
                async for what, value in answers:
                    if what == "result":
                        channel.answer(value)
                        return
                    await channel.offer(value)
            channel.refuse(ServiceGone(self.address, "its answer broke off"))
        except (Refusal, ActorError, StorageError) as condition:
            channel.refuse(condition)

    async def _answers(
        self, actor: str, request: Request[Any], timeout: float
    ) -> AsyncGenerator[tuple[Literal["progress", "result"], Any], None]:
        kind = type(request)
        async with (
            self._posted(actor, request, timeout) as answer,
            aclosing(wire.lines(answer.aiter_bytes())) as lines,
        ):
            async for line in lines:
                try:
                    yield wire.understood(kind, line)
                except ValueError:
                    raise ServiceGone(self.address, "what it said is no answer") from None

    @asynccontextmanager
    async def _posted(
        self, actor: str, request: Request[Any], timeout: float
    ) -> AsyncIterator[httpx.Response]:
        about = {"message": type(request).__name__, "timeout": repr(timeout)}
        try:
            async with self._http.stream(
                "POST", f"/house/{actor}", params=about, content=wire.written(request)
            ) as answer:
                if not answer.is_success:
                    await answer.aread()
                    raise ServiceGone(self.address, f"it answered {answer.status_code}")
                log.info("service.asked", actor=actor, message=type(request).__name__)
                yield answer
        except httpx.HTTPError as error:
            raise ServiceGone(self.address, _why(error)) from None


def _why(error: httpx.HTTPError) -> str:
    if isinstance(error, httpx.ConnectError):
        return "nobody listens there"
    if isinstance(error, httpx.TimeoutException):
        return "it says nothing"
    return "the connection broke"


class RemoteRef:
    """An actor of the service: what `ActorRef` is for one of this process."""

    def __init__(self, line: Line, name: str) -> None:
        self._line = line
        self.name = name

    def __repr__(self) -> str:
        return f"<RemoteRef {self.name} at {self._line.address}>"

    async def ask(self, request: Request[R], *, timeout: float = DEFAULT_TIMEOUT) -> R:
        """Send a request and await its reply, at most `timeout` seconds."""
        return await self._line.ask(self.name, request, timeout)

    def stream(
        self,
        request: StreamRequest[P, R],
        *,
        timeout: float = DEFAULT_TIMEOUT,
        ahead: int = AHEAD,
    ) -> Stream[P, R]:
        """Send a request and read its progress, each item within `timeout` seconds."""
        return self._line.stream(self.name, request, timeout, ahead)
