"""As much of HTTP/1.1 as providers need."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final, Literal

HEAD_LIMIT: Final = 32 * 1024
BODY_LIMIT: Final = 4 * 1024 * 1024

_ILLEGAL: Final = (
    b"HTTP/1.1 200 OK\r\n"
    b"Content-Type: application/json\r\n"
    b"HTTP/1.0 500 Error processing the request\r\n"
    b"Connection: close\r\n"
    b"\r\n"
)


class Malformed(Exception):
    """What came is no request that a provider reads; `status` is what it answers."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status


@dataclass(frozen=True, slots=True)
class Request:
    """One request; the names of its headers are in lower case."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes = b""

    @property
    def is_last(self) -> bool:
        """Whether the client will ask nothing more on this connection."""
        return self.headers.get("connection", "").lower() == "close"

    def credentials(self, scheme: str) -> str | None:
        """What the Authorization header says, if it is of this scheme."""
        said, _, value = self.headers.get("authorization", "").partition(" ")
        return value.strip() if said.lower() == scheme.lower() else None


@dataclass(frozen=True, slots=True)
class Reply:
    """What is sent back: a body in one piece, or a stream in several."""

    status: int = 200
    pieces: tuple[bytes, ...] = (b"",)
    headers: tuple[tuple[str, str], ...] = ()
    is_stream: bool = False
    cut: Literal["nothing", "half"] | None = None
    is_illegal: bool = False

    @property
    def ends(self) -> bool:
        """Whether the connection ends with it."""
        return self.is_illegal or self.cut is not None


async def read(reader: asyncio.StreamReader, *, patience: float, deadline: float) -> Request | None:
    """Read a request: None if none begins within `patience` seconds, or ever.

    Raises Malformed for what is no request, is too large, or takes longer than `deadline` seconds.
    """
    try:
        async with asyncio.timeout(patience):
            first = await reader.read(1)
    except TimeoutError:
        return None
    if not first:
        return None
    try:
        async with asyncio.timeout(deadline):
            return await _rest(reader, first)
    except TimeoutError:
        raise Malformed(408, "the request did not end in time") from None
    except asyncio.LimitOverrunError:
        raise Malformed(431, "the headers are too large") from None


async def _rest(reader: asyncio.StreamReader, first: bytes) -> Request:
    head = first + await reader.readuntil(b"\r\n\r\n")
    line, *lines = head.decode("latin-1").split("\r\n")[:-2]
    match line.split(" "):
        case [method, target, "HTTP/1.1" | "HTTP/1.0"]:
            pass
        case _:
            raise Malformed(400, "the first line is no request")
    pairs = [each.partition(":") for each in lines]
    if not all(colon for _, colon, _ in pairs):
        raise Malformed(400, "a header has no colon")
    headers = {name.lower(): value.strip() for name, _, value in pairs}
    length = _length(headers)
    body = await reader.readexactly(length) if length else b""
    return Request(method, target.partition("?")[0], headers, body)


def _length(headers: Mapping[str, str]) -> int:
    """How long the body is, which must be told beforehand."""
    if "transfer-encoding" in headers:
        raise Malformed(411, "the length of the body is not told")
    told = headers.get("content-length", "0")
    if not (told.isascii() and told.isdigit()):
        raise Malformed(400, "the length of the body is no number")
    if len(told) > len(str(BODY_LIMIT)) or int(told) > BODY_LIMIT:
        raise Malformed(413, "the body is too large")
    return int(told)


def encoded(reply: Reply, *, is_last: bool) -> tuple[bytes, ...]:
    """The bytes of a reply in two or more blocks, between which it may be held or cut."""
    if reply.is_illegal:
        return (_ILLEGAL, b"")
    fields = list(reply.headers)
    if reply.is_stream:
        fields.append(("Transfer-Encoding", "chunked"))
        blocks = [b"%x\r\n%s\r\n" % (len(piece), piece) for piece in reply.pieces]
        blocks.append(b"0\r\n\r\n")
    else:
        body = b"".join(reply.pieces)
        fields.append(("Content-Length", str(len(body))))
        blocks = [body[: len(body) // 2], body[len(body) // 2 :]]
    fields.append(("Connection", "close" if is_last else "keep-alive"))
    line = f"HTTP/1.1 {reply.status} {HTTPStatus(reply.status).phrase}\r\n"
    head = line + "".join(f"{name}: {value}\r\n" for name, value in fields) + "\r\n"
    blocks[0] = head.encode("latin-1") + blocks[0]
    if reply.cut is not None:
        return tuple(blocks[: len(blocks) // 2]) if reply.cut == "half" else ()
    return tuple(blocks)
