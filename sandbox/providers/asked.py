"""What a provider was asked, and what it did."""

import json
import threading
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any, Final

from sandbox.providers.faults import Fault, Kind

_KEPT: Final = 10_000
_MISTAKES: Final = 100


class Misunderstood(Exception):
    """The body of a call is not what the provider expects; its text says why."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One call; what became of it is added when it is over, before the client can know."""

    kind: Kind
    path: str
    model: str = ""
    texts: tuple[str, ...] = field(default=(), repr=False)
    """What the messages say, or what is to be embedded; in their order."""
    messages: int = 0
    prompt: str = field(default="", repr=False)
    """The last message of the user."""
    is_streamed: bool = False
    number: int = 0
    """By arrival."""
    at_once: int = 0
    """How many calls were in flight when it came, itself among them."""
    status: int | None = None
    """None: no legal answer was sent."""
    fault: Fault | None = None
    is_abandoned: bool = False
    """Whether the connection ended before the answer did, and not by a fault."""


def understood(kind: Kind, path: str, body: bytes) -> Asked:
    """Read the body of a call, or raise Misunderstood."""
    if kind in ("models", "token"):
        return Asked(kind, path)
    try:
        said = json.loads(body)
    except ValueError:
        raise Misunderstood("The body is no JSON") from None
    if not isinstance(said, dict) or not isinstance(said.get("model"), str):
        raise Misunderstood("model must be a string")
    return _chat(path, said) if kind == "chat" else _embeddings(path, said)


def _chat(path: str, said: Mapping[str, Any]) -> Asked:
    messages = said.get("messages")
    if not isinstance(messages, list) or not messages:
        raise Misunderstood("messages must be a list that is not empty")
    for message in messages:
        if not isinstance(message, dict) or not isinstance(message.get("content"), str):
            raise Misunderstood("a message must have a role, and a string as its content")
        if message.get("role") not in ("system", "user", "assistant"):
            raise Misunderstood("a role is one of system, user and assistant")
    spoken = [message["content"] for message in messages if message["role"] == "user"]
    return Asked(
        "chat",
        path,
        said["model"],
        texts=tuple(message["content"] for message in messages),
        messages=len(messages),
        prompt=spoken[-1] if spoken else "",
        is_streamed=said.get("stream") is True,
    )


def _embeddings(path: str, said: Mapping[str, Any]) -> Asked:
    texts = said.get("input")
    listed = [texts] if isinstance(texts, str) else texts
    if not isinstance(listed, list) or not listed or not all(isinstance(t, str) for t in listed):
        raise Misunderstood("input must be a string, or a list of strings that is not empty")
    return Asked("embeddings", path, said["model"], texts=tuple(listed))


class Record:
    """The newest 10,000 calls of one provider; readable from any thread."""

    def __init__(self) -> None:
        self._asked: deque[Asked] = deque(maxlen=_KEPT)
        self._mistakes: deque[str] = deque(maxlen=_MISTAKES)
        self._numbers = count(1)
        self._lock = threading.Lock()
        self._running: set[int] = set()
        self._most = 0

    def arrive(self, asked: Asked) -> Asked:
        """Give a call its number; chats and embeddings count as in flight."""
        with self._lock:
            number = next(self._numbers)
            if asked.kind in ("chat", "embeddings"):
                self._running.add(number)
            self._most = max(self._most, len(self._running))
            return replace(asked, number=number, at_once=len(self._running))

    def end(self, asked: Asked) -> None:
        """Note a call that is over."""
        with self._lock:
            self._running.discard(asked.number)
            self._asked.append(asked)

    def mistake(self, text: str) -> None:
        """Note something that no correct client does."""
        with self._lock:
            self._mistakes.append(text)

    @property
    def calls(self) -> tuple[Asked, ...]:
        """The calls that are over, newest last."""
        with self._lock:
            return tuple(self._asked)

    @property
    def mistakes(self) -> tuple[str, ...]:
        """The mistakes, newest last."""
        with self._lock:
            return tuple(self._mistakes)

    @property
    def most_at_once(self) -> int:
        """How many chats and embeddings were in flight at once, at most."""
        with self._lock:
            return self._most
