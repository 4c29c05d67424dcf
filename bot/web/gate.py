"""What holds for every request: who asks, how often and how much; and that it is noted."""

from __future__ import annotations

import asyncio
import re
import secrets
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException

from bot.web import problems
from bot.web.access import Access, bearer
from bot.web.rates import Rates, neighbourhood
from runtime.logs import get_logger

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from bot.web.access import Caller

log = get_logger("bot")

MOST_BYTES: Final = 1024 * 1024
"""Of a request's body."""
BODY_SECONDS: Final = 30.0
"""Within which a request's body has to be here."""
MOST_AT_ONCE: Final = 32
"""Requests of one account that are being answered."""
OPEN: Final = frozenset({"/healthz", "/readyz", "/metrics"})
"""Answered whoever asks, and however often: what they tell is kept for a moment, so that a refusal
would cost as much. They are asked when nothing else works, so nobody is looked up for them.
"""
_ID: Final = re.compile(r"[\w.-]{1,64}", re.ASCII)
_TOO_LARGE: Final = f"The body of a request has at most {MOST_BYTES} bytes: send less at once."
_TOO_SLOW: Final = f"The body of a request has to be here within {BODY_SECONDS:g} s. Send it again."
_AT_ONCE: Final = (
    f"At most {MOST_AT_ONCE} requests of an account are answered at once. Wait for one to end, or "
    "close one, and ask again."
)
_TOO_OFTEN: Final = "You ask more often than TGACTORS_HTTP_RATE allows. Wait, and ask again."


class Gate:
    """Lets requests in to the application."""

    def __init__(
        self, app: ASGIApp, *, access: Access, rates: Rates, body_seconds: float = BODY_SECONDS
    ) -> None:
        self._app = app
        self._body_seconds = body_seconds
        self._access = access
        self._rates = rates
        self._under_way: Counter[int] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        asked = _Asked(scope, send)
        with structlog.contextvars.bound_contextvars(request=asked.id):
            try:
                await self._let_in(asked, scope, receive)
            except Exception as error:
                is_refusal = isinstance(error, problems.KINDS)  # before the application
                if not is_refusal:
                    log.error("http.failed", path=asked.path, exc_info=error)
                if asked.status is not None:
                    raise  # the connection is cut: nobody may take half an answer for a whole one
                told = error if is_refusal else problems.fault()
                await problems.answer(told)(scope, receive, asked.send)
            finally:
                asked.note()

    async def _let_in(self, asked: _Asked, scope: Scope, receive: Receive) -> None:
        headers = Headers(scope=scope)
        if scope["path"] not in OPEN:
            asked.caller = await self._caller(headers.get("authorization"), scope)
        scope.setdefault("state", {})["caller"] = asked.caller
        told = headers.get("content-length", "0")
        if not told.isdecimal() or int(told) > MOST_BYTES:
            raise problems.Refused(413, "TooLarge", _TOO_LARGE, {"Connection": "close"})
        with self._one_more(asked.caller):
            await self._app(scope, _bounded(receive, self._body_seconds), asked.send)

    @contextmanager
    def _one_more(self, caller: Caller | None) -> Iterator[None]:
        """Count what is answered to an account; answers that go on must not be all there are."""
        account = None if caller is None else caller.account
        if account is None:
            yield
            return
        if self._under_way[account] >= MOST_AT_ONCE:
            raise problems.refused(429, "TooManyAtOnce", _AT_ONCE, wait=1.0)
        self._under_way[account] += 1
        try:
            yield
        finally:
            self._under_way[account] -= 1
            if not self._under_way[account]:
                del self._under_way[account]

    async def _caller(self, header: str | None, scope: Scope) -> Caller | None:
        """See who asks, if they may ask now: each token by itself, all others by their address."""
        shown = bearer(header) if header is not None else None
        own = self._access.own(shown) if shown is not None else None
        if own is not None and own.is_local:
            return own
        peer = scope.get("client")
        address = neighbourhood(peer[0]) if peer else "nowhere"
        known = self._access.known(shown) if shown is not None else None
        # A token that never counted costs its address: so none can be found by trying many.
        wait = self._rates.take(own.key if own else known or address)
        if wait:
            raise problems.refused(429, "TooOften", _TOO_OFTEN, wait=wait)
        return own or (await self._access.stored(shown) if shown is not None else None)


class _Asked:
    """A request that is being answered."""

    def __init__(self, scope: Scope, send: Send) -> None:
        given = Headers(scope=scope).get("x-request-id", "")
        self.id = given if _ID.fullmatch(given) else secrets.token_hex(8)
        self.status: int | None = None
        self.caller: Caller | None = None
        self._scope = scope
        self._send = send
        self._began = time.monotonic()

    @property
    def path(self) -> str:
        """The path as the application describes it: without what somebody looks for."""
        route = self._scope.get("route")
        return str(getattr(route, "path", "(none)"))

    async def send(self, message: Message) -> None:
        """Send on, with what every answer says."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = MutableHeaders(scope=message)
            headers["X-Request-ID"] = self.id
            headers["X-Content-Type-Options"] = "nosniff"
            headers.setdefault("Cache-Control", "no-store")
        await self._send(message)

    def note(self) -> None:
        """Log what came of it."""
        who = "nobody" if self.caller is None else self.caller.account or "operator"
        log.info(
            "http.answered",
            method=self._scope["method"],
            path=self.path,
            status=self.status,
            caller=who,
            ms=round(1000 * (time.monotonic() - self._began)),
        )


def _bounded(receive: Receive, within: float) -> Receive:
    """Let no more of a body in than may be, and no slower."""
    got, is_whole = 0, False
    until = asyncio.get_running_loop().time() + within

    async def bounded() -> Message:
        nonlocal got, is_whole
        try:
            # Of a whole body nothing more comes: who asks then waits for the other side to go.
            async with asyncio.timeout_at(None if is_whole else until):
                message = await receive()
        except TimeoutError:
            raise HTTPException(408, _TOO_SLOW, {"Connection": "close"}) from None
        is_whole = not message.get("more_body", False)
        got += len(message.get("body", b""))
        if got > MOST_BYTES:
            raise HTTPException(413, _TOO_LARGE, {"Connection": "close"})
        return message

    return bounded
