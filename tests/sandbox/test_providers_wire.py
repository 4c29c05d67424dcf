"""The HTTP that the sandbox's providers speak, byte by byte."""

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

import pytest

from sandbox.providers import Patience, Providers
from sandbox.providers.wire import BODY_LIMIT, HEAD_LIMIT, Reply, Request, encoded
from tests.sandbox.provider_clients import chat_body

MODELS = b"GET /v1/models HTTP/1.1\r\nHost: x\r\n\r\n"


@pytest.fixture
def providers() -> Iterator[Providers]:
    with Providers(openai_key=None) as running:
        yield running


@contextmanager
def _raw(providers: Providers) -> Iterator[tuple[socket.socket, BinaryIO]]:
    port = int(providers.openai.url.rpartition(":")[2])
    with (
        socket.create_connection(("127.0.0.1", port), timeout=10) as opened,
        opened.makefile("rb") as received,
    ):
        yield opened, received


def _answer(received: BinaryIO) -> tuple[int, dict[str, str], bytes]:
    """One answer with a length."""
    status = int(received.readline().split(b" ")[1])
    headers = {}
    while (line := received.readline()) != b"\r\n":
        name, _, value = line.decode().partition(":")
        headers[name.lower()] = value.strip()
    return status, headers, received.read(int(headers["content-length"]))


def test_a_connection_serves_many_requests(providers: Providers) -> None:
    """One after the other, whole or in pieces, also two sent at once."""
    with _raw(providers) as (opened, received):
        for _ in range(2):
            opened.sendall(MODELS[:9])
            opened.sendall(MODELS[9:])
            status, headers, body = _answer(received)
            assert (status, headers["connection"]) == (200, "keep-alive")
            assert json.loads(body)["object"] == "list"
        opened.sendall(MODELS * 2)
        assert [_answer(received)[0] for _ in range(2)] == [200, 200]


def test_a_client_can_ask_for_the_end(providers: Providers) -> None:
    """`Connection: close` is answered, repeated and kept."""
    with _raw(providers) as (opened, received):
        opened.sendall(MODELS.replace(b"Host: x", b"Connection: close"))
        assert _answer(received)[1]["connection"] == "close"
        assert received.read() == b""


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"\x16\x03\x01\x02\r\n\r\n", 400),
        (b"GET /v1/models HTTP/3\r\n\r\n", 400),
        (b"GET /v1/models HTTP/1.1\r\nno colon\r\n\r\n", 400),
        (b"POST /v1/embeddings HTTP/1.1\r\nContent-Length: -1\r\n\r\n", 400),
        (b"POST /v1/embeddings HTTP/1.1\r\nContent-Length: %d\r\n\r\n" % (BODY_LIMIT + 1), 413),
        (b"POST /v1/embeddings HTTP/1.1\r\nContent-Length: %s\r\n\r\n" % (b"9" * 5000), 413),
        (b"POST /v1/embeddings HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n", 411),
        (b"GET /v1/models HTTP/1.1\r\nX: " + b"x" * HEAD_LIMIT + b"\r\n\r\n", 431),
    ],
)
def test_what_is_no_request_ends_the_connection(
    providers: Providers, sent: bytes, status: int
) -> None:
    """It is refused, and noted as a mistake."""
    with _raw(providers) as (opened, received):
        opened.sendall(sent)
        assert _answer(received)[0] == status
        assert received.read() == b""
    assert len(providers.mistakes) == 1


def test_a_request_must_end_in_time() -> None:
    """A client that stops in the middle of one is told 408."""
    with Providers(patience=Patience(request=0.01)) as providers, _raw(providers) as (opened, got):
        opened.sendall(MODELS[:9])
        assert _answer(got)[0] == 408


def test_an_idle_connection_is_closed() -> None:
    """Without a word, and without a mistake."""
    with Providers(patience=Patience(idle=0.01)) as providers, _raw(providers) as (_, received):
        assert received.read() == b""
        assert providers.mistakes == ()


def test_a_client_that_leaves_is_no_mistake(providers: Providers) -> None:
    """Whether it says nothing, or half a request."""
    for sent in (b"", MODELS[:9]):
        with _raw(providers) as (opened, _):
            opened.sendall(sent)
    with _raw(providers) as (opened, received):
        opened.sendall(MODELS)
        assert _answer(received)[0] == 200
    assert providers.mistakes == ()


def test_a_stream_comes_in_chunks() -> None:
    """Each piece is a chunk with its length; an empty one ends it."""
    reply = Reply(pieces=(b"first", b"a second piece"), is_stream=True)
    head, second, end = encoded(reply, is_last=False)
    assert head.endswith(
        b"Transfer-Encoding: chunked\r\nConnection: keep-alive\r\n\r\n5\r\nfirst\r\n"
    )
    assert (second, end) == (b"e\r\na second piece\r\n", b"0\r\n\r\n")


def test_a_cut_reply_promises_more_than_it_sends() -> None:
    """The length is that of the whole, and half of it is there."""
    (sent,) = encoded(Reply(pieces=(b"0123456789",), cut="half"), is_last=False)
    assert b"Content-Length: 10\r\n" in sent
    assert sent.endswith(b"\r\n\r\n01234")
    assert encoded(Reply(pieces=(b"0123456789",), cut="nothing"), is_last=False) == ()


def test_credentials_are_of_a_scheme() -> None:
    """The scheme's case does not matter; another scheme's are none."""
    request = Request("GET", "/", {"authorization": "bearer abc "})
    assert (request.credentials("Bearer"), request.credentials("Basic")) == ("abc", None)
    assert Request("GET", "/", {}).credentials("Bearer") is None


def test_a_body_arrives_whole_however_it_is_sent(providers: Providers) -> None:
    """Byte by byte, and with a query behind the path."""
    body = json.dumps(chat_body("привет привет")).encode()
    head = b"POST /v1/chat/completions?x=1 HTTP/1.1\r\nContent-Length: %d\r\n\r\n" % len(body)
    with _raw(providers) as (opened, received):
        opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for byte in head + body:
            opened.sendall(bytes([byte]))
        assert _answer(received)[0] == 200
    assert providers.openai.asked[0].prompt == "привет привет"
