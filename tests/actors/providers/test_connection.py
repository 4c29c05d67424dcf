"""The HTTP connection: whom it trusts, and what it does not take."""

from __future__ import annotations

import asyncio
import gzip
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
import trustme

from actors.providers.connection import LARGEST_BODY, Connection
from actors.providers.failure import Failed, Outcome
from actors.providers.outcomes import Later, Tagged
from sandbox.providers import Providers
from tests.actors.providers.world import Clock, asking, gigachat

pytestmark = pytest.mark.anyio

Sends = Callable[[asyncio.StreamWriter], None]


@asynccontextmanager
async def server(sends: Sends) -> AsyncIterator[tuple[str, list[bytes]]]:
    """A server that reads a request's head and sends whatever it is told to."""
    heads: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heads.append(await reader.readuntil(b"\r\n\r\n"))
        sends(writer)
        try:
            await writer.drain()
        except ConnectionError:
            pass
        finally:
            writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as listening:
        port = listening.sockets[0].getsockname()[1]
        yield f"http://127.0.0.1:{port}", heads


async def failure(sends: Sends) -> Failed:
    """What a request to such a server comes to."""
    connection = Connection(httpx.create_ssl_context(), at_once=1)
    try:
        async with server(sends) as (url, _):
            with pytest.raises(Failed) as caught:
                await connection.send(url, {}, b"{}")
            return caught.value
    finally:
        await connection.close()


def reply(*lines: bytes, body: bytes = b"") -> Sends:
    """Send a head and a body."""
    head = b"\r\n".join([b"HTTP/1.1 200 OK", *lines, b"", b""])
    return lambda writer: writer.write(head + body)


@pytest.mark.parametrize(
    "sends",
    [
        reply(b"Content-Length: 5", body=b"half"),
        reply(b"HTTP/1.0 500 Error processing the request", b"Content-Length: 0"),
        reply(b"Transfer-Encoding: chunked", body=b"zz\r\n"),
        reply(b"X: " + b"a" * 200_000),
        lambda writer: writer.write(b"SSH-2.0-OpenSSH_9.6\r\n"),
        lambda writer: writer.write(b"\x00\xff" * 100),
        lambda writer: writer.write(b""),
    ],
    ids=["half", "illegal", "chunks", "header", "ssh", "noise", "nothing"],
)
async def test_what_is_no_answer_is_broken(sends: Sends) -> None:
    """Halves, noise, another protocol, an endless header: none of it is anything else."""
    assert (await failure(sends)).outcome is Outcome.BROKEN


async def test_a_body_has_a_bound() -> None:
    """One byte more than allowed, and nothing of it is taken."""
    length = f"Content-Length: {LARGEST_BODY + 1}".encode()
    failed = await failure(reply(length, body=b" " * (LARGEST_BODY + 1)))
    assert failed.why == "answered with too large a body"


async def test_a_redirect_is_not_followed() -> None:
    """A key goes to the address that is set, and nowhere else."""
    connection = Connection(httpx.create_ssl_context(), at_once=1)
    async with server(reply(b"Content-Length: 0")) as (elsewhere, heads):
        moved = f"HTTP/1.1 307 Moved\r\nLocation: {elsewhere}/\r\nContent-Length: 0\r\n\r\n"
        async with server(lambda writer: writer.write(moved.encode())) as (url, _):
            sent = await connection.send(url, {"Authorization": "Bearer key"}, b"{}")
            assert sent.status == 307
        assert heads == []
    await connection.close()


async def test_nothing_is_inflated() -> None:
    """No compression is asked for, and a body that is compressed all the same stays as it is."""
    packed = gzip.compress(b" " * 10**7)
    length = f"Content-Length: {len(packed)}".encode()
    connection = Connection(httpx.create_ssl_context(), at_once=1)
    async with server(reply(b"Content-Encoding: gzip", length, body=packed)) as (url, heads):
        sent = await connection.send(url, {}, b"{}")
        assert sent.body == packed
        assert b"accept-encoding: identity" in heads[0].lower()
    await connection.close()


@pytest.fixture
def authority() -> trustme.CA:
    return trustme.CA()


def sealed(authority: trustme.CA, host: str = "127.0.0.1") -> ssl.SSLContext:
    """A server's side of TLS, with a certificate by that authority."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(host).configure_cert(context)
    return context


@pytest.fixture
def bundle(authority: trustme.CA, tmp_path: Path) -> Path:
    path = tmp_path / "authority.pem"
    authority.cert_pem.write_to_path(str(path))
    return path


async def test_the_certificates_of_the_setting_are_trusted(
    authority: trustme.CA, bundle: Path, clock: Clock
) -> None:
    """With the authority's file GigaChat is spoken to, tokens and all, over TLS."""
    over_tls = Providers(clock=clock.seconds, gigachat_tls=sealed(authority))
    async with over_tls, asking(clock, **gigachat(over_tls, gigachat_ca=bundle)) as asked:
        assert isinstance(await asked.tag(), Tagged)


@pytest.mark.parametrize("trust", ["nobody", "another", "another host"])
async def test_others_are_not_trusted(
    authority: trustme.CA, bundle: Path, clock: Clock, trust: str
) -> None:
    """Without the file, with another's, or under another name nothing is sent; the setting is
    named.
    """  # noqa: D205
    tls = sealed(trustme.CA() if trust == "another" else authority)
    if trust == "another host":
        tls = sealed(authority, "gigachat.example")
    given = {} if trust == "nobody" else {"gigachat_ca": bundle}
    async with Providers(clock=clock.seconds, gigachat_tls=tls) as providers:
        async with asking(clock, **gigachat(providers, **given)) as asked:
            ended = await asked.tag()
            assert isinstance(ended, Later)
            assert "TGACTORS_GIGACHAT_CA" in ended.reason
        assert providers.gigachat.asked == ()
