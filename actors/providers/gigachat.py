"""The tokens that open GigaChat: each is good for half an hour, and made with the account's key."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode
from uuid import uuid4

from actors.providers.answers import refused_call
from actors.providers.connection import Connection
from actors.providers.failure import Failed, KeyRefused, Outcome, broken

RENEW_SECONDS = 20.0
EARLY = timedelta(seconds=60)
"""How long before its end a token is not used any more: what is sent has to arrive."""
SHORTEST = timedelta(seconds=1)
"""How long any token is used: one that is short, or ended by a clock that differs, is not renewed
at each call; if it is refused, that shows.
"""
MILLISECONDS = 1000


@dataclass(frozen=True, slots=True)
class _Token:
    value: str = field(repr=False)
    until: datetime


class GigaChatAccess:
    """Makes tokens, one at a time however many wait for it."""

    def __init__(
        self,
        connection: Connection,
        url: str,
        *,
        key: str,
        scope: str,
        now: Callable[[], datetime],
    ) -> None:
        self._connection = connection
        self._url = url
        self._key = key
        self._scope = scope
        self._now = now
        self._token: _Token | None = None
        self._renewing: asyncio.Task[_Token] | None = None

    async def close(self) -> None:
        """Give up a renewal that is on its way."""
        if self._renewing is not None:
            self._renewing.cancel()
            await asyncio.wait([self._renewing])

    async def token(self) -> str:
        """Return a token that is good."""
        if self._token is not None and self._token.until > self._now():
            return self._token.value
        return await self._renewed()

    async def renewed(self, refused: str | None) -> str | None:
        """Return another token than one that was refused: also one that somebody else has made."""
        if self._token is not None and self._token.value != refused:
            return await self.token()
        self._token = None
        return await self._renewed()

    async def _renewed(self) -> str:
        if self._renewing is None or self._renewing.done():
            self._renewing = asyncio.create_task(self._renew())
            self._renewing.add_done_callback(_seen)
        # Whoever leaves leaves the others their renewal.
        self._token = await asyncio.shield(self._renewing)
        return self._token.value

    async def _renew(self) -> _Token:
        headers = {
            "Authorization": f"Basic {self._key}",
            "RqUID": str(uuid4()),
            "Content-Type": "application/x-www-form-urlencoded",
            "Accept": "application/json",
        }
        form = urlencode({"scope": self._scope}).encode()
        try:
            async with asyncio.timeout(RENEW_SECONDS):
                sent = await self._connection.send(self._url, headers, form)
        except TimeoutError:
            raise broken("gave no token in time") from None
        if sent.status == 400:  # a key that is no key, or of another scope
            raise KeyRefused
        if sent.status != 200:
            raise refused_call(sent.status, sent.headers, {}, self._now())
        return _read(sent.body, self._now())


def _read(body: bytes, now: datetime) -> _Token:
    try:
        read = json.loads(body)
        value, ends = str(read["access_token"]), float(read["expires_at"])
        until = datetime.fromtimestamp(ends / MILLISECONDS, UTC) - EARLY
    except (ValueError, RecursionError, KeyError, TypeError, OverflowError, OSError):
        raise broken("answered without a token") from None
    if not value.isascii() or not value.isprintable() or not value:
        raise Failed(Outcome.BROKEN, "answered with a token that is none")
    return _Token(value, max(until, now + SHORTEST))


def _seen(renewing: asyncio.Task[_Token]) -> None:
    """Take note of a failure that nobody waits for any more."""
    if not renewing.cancelled():
        renewing.exception()
