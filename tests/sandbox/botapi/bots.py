"""What bots do, with and without aiogram, for the tests."""

import ssl
import struct
import zlib
from types import TracebackType
from typing import Any, Self

import httpx
from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup

from sandbox.botapi import BotApi

START = 1_800_000_000.0

_TRUST = ssl.create_default_context()  # reading the authorities takes longer than most tests


class Clock:
    """A time that passes when it is told to."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> float:
        return self.now


class Raw:
    """An HTTP client that knows nothing of bots."""

    def __init__(self, api: BotApi) -> None:
        self.url = f"{api.url}/bot{api.token}"
        self.client = httpx.Client(timeout=10, verify=_TRUST)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.client.close()

    def call(self, method: str, **arguments: Any) -> tuple[int, Any]:
        """Call a method with JSON; the status and the result, or what is said instead."""
        answer = self.client.post(f"{self.url}/{method}", json=arguments)
        return understood(answer)

    def refusal(self, method: str, **arguments: Any) -> str:
        """What is said instead of a result."""
        status, said = self.call(method, **arguments)
        assert status >= 400
        return str(said)

    def send(self, text: str = "hello", chat: int = 42, **more: Any) -> Any:
        """Send a text, which must succeed."""
        status, sent = self.call("sendMessage", chat_id=chat, text=text, **more)
        assert status == 200, sent
        return sent


def understood(answer: httpx.Response) -> tuple[int, Any]:
    """The status and the result of an answer, or what is said instead; both must agree."""
    body = answer.json()
    assert body["ok"] is (answer.status_code == 200)
    if body["ok"]:
        return 200, body["result"]
    assert body["error_code"] == answer.status_code
    return answer.status_code, body["description"]


def buttons(*labels: str) -> InlineKeyboardMarkup:
    """A keyboard of one row, whose data are its labels in lower case."""
    row = [InlineKeyboardButton(text=label, callback_data=label.lower()) for label in labels]
    return InlineKeyboardMarkup(inline_keyboard=[row])


def png(width: int = 2, height: int = 2) -> bytes:
    """A black picture."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    lines = zlib.compress(b"\0" * (width + 1) * height)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", lines) + chunk(b"IEND", b"")
