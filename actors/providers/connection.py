"""One provider's HTTP connection: bounded, never redirected, its errors translated."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import anyio
import httpx

from actors.providers.failure import Failed, Outcome, broken

CONNECT_SECONDS = 10.0
LARGEST_BODY = 8 << 20
"""Bytes of an answer: 32 vectors of 4,096 numbers have 3 MB."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What a server has answered to a request."""

    status: int
    headers: dict[str, str]
    body: bytes = field(repr=False)


class Connection:
    """A client of one server, on one loop."""

    def __init__(self, trusted: ssl.SSLContext, *, at_once: int) -> None:
        self._client = httpx.AsyncClient(
            verify=trusted,
            follow_redirects=False,  # a redirect would carry the key elsewhere
            timeout=httpx.Timeout(None, connect=CONNECT_SECONDS),  # the caller has a deadline
            limits=httpx.Limits(max_connections=at_once + 1),  # and one that renews a token
            # A compressed body would be bounded only after it was inflated.
            headers={"Accept-Encoding": "identity", "User-Agent": "tgactors"},
        )

    async def close(self) -> None:
        """Close every socket."""
        await self._client.aclose()

    async def send(self, url: str, headers: Mapping[str, str], content: bytes) -> Sent:
        """Post a request and return the answer, whatever its status; raises `Failed`."""
        async with self.streaming(url, headers, content) as (response, pieces):
            body = bytearray()
            async for piece in pieces:
                body += piece
            return Sent(
                status=response.status_code, headers=dict(response.headers), body=bytes(body)
            )

    @asynccontextmanager
    async def streaming(
        self, url: str, headers: Mapping[str, str], content: bytes
    ) -> AsyncIterator[tuple[httpx.Response, AsyncIterator[bytes]]]:
        """Post a request; hand over its answer, and the body's pieces; raises `Failed`."""
        try:
            posted = self._client.stream("POST", url, headers=headers, content=content)
            async with posted as response:
                yield response, _bounded(response)
        except (httpx.HTTPError, httpx.StreamError, httpx.InvalidURL) as error:
            raise _failed(error) from None
        except (OSError, anyio.BrokenResourceError, anyio.ClosedResourceError) as error:
            raise _failed(error) from None


async def _bounded(response: httpx.Response) -> AsyncIterator[bytes]:
    size = 0
    async for piece in response.aiter_raw():
        size += len(piece)
        if size > LARGEST_BODY:
            raise broken("answered with too large a body")
        yield piece


def _failed(error: Exception) -> Failed:
    """Say what kind of trouble it was, without the address or what was sent."""
    if _untrusted(error):
        why = "shows a certificate of nobody who is trusted"
        return Failed(Outcome.MISCONFIGURED, why, look_at="ca")
    match error:
        case httpx.ConnectError() | httpx.ConnectTimeout():
            return broken("cannot be reached")
        case httpx.RemoteProtocolError():
            return broken("answered with something else than HTTP, or broke off")
        case _:
            return broken(f"lost the connection ({type(error).__name__})")


def _untrusted(error: BaseException | None) -> bool:
    seen = 0
    while error is not None and seen < 10:
        if isinstance(error, ssl.SSLCertVerificationError):
            return True
        error, seen = error.__cause__ or error.__context__, seen + 1
    return False
