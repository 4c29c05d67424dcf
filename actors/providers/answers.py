"""What a server of the OpenAI dialect has answered, read from what it sent.

GigaChat, OpenRouter, Ollama, vLLM and the like differ in addresses and keys, hardly in their
answers. A body is data from outside: whatever it holds, it is read as an answer or as `Failed`.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from actors.providers.failure import Failed, KeyRefused, Outcome, Setting, broken
from actors.providers.outcomes import Spent
from actors.providers.refusals import is_filtered
from actors.providers.waits import reset_of

LETTERS_A_TOKEN = 3
"""By which tokens are estimated where a server does not count them."""

_MISCONFIGURED: Mapping[int, tuple[str, Setting]] = {
    402: ("wants to be paid first", "key"),
    403: ("does not allow it with this key", "key"),
    404: ("does not know the model", "model"),
}


_OF_THE_TEXT = (400, 413, 422)
"""What servers say of texts that are too long for their model, or that they cannot read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a model has said."""

    text: str
    filtered: bool
    """Whether a content filter has ended it."""
    spent: Spent


@dataclass(frozen=True, slots=True, kw_only=True)
class Vectors:
    """What an embedding model has computed."""

    vectors: tuple[tuple[float, ...], ...]
    spent: Spent


def body_of(status: int, headers: Mapping[str, str], body: bytes, now: datetime) -> dict[str, Any]:
    """Return the object that an answer holds; raises `Failed` for whatever is none.

    An error is one under HTTP 200 as well.
    """
    read = _object(body)
    if status == 200:
        status = told_status(read) or 200
    if status != 200:
        raise refused_call(status, headers, read, now)
    if not read:
        raise broken("answered without a body" if not body.strip() else "answered no JSON object")
    return read


def refused_call(
    status: int, headers: Mapping[str, str], body: Mapping[str, Any], now: datetime
) -> Failed:
    """Return what a status that is not 200 means; the provider's own words are not repeated."""
    said = f"answered with status {status}"
    if status == 429:
        until = reset_of(headers, body, now)
        when = f", until {until:%Y-%m-%d %H:%M:%S %z}" if until else ""
        return Failed(Outcome.BUSY, f"asks to wait (429){when}", until=until)
    if status in (400, 403) and _filtered(body):
        return Failed(Outcome.REFUSED, f"refuses the text ({status}, content filter)")
    if status == 401:
        return KeyRefused()
    if status in _MISCONFIGURED:
        why, setting = _MISCONFIGURED[status]
        return Failed(Outcome.MISCONFIGURED, f"{why} ({status})", look_at=setting)
    if 300 <= status < 400:
        return Failed(Outcome.MISCONFIGURED, f"is elsewhere ({status})", look_at="url")
    return Failed(Outcome.BROKEN, said, unparsable=status in _OF_THE_TEXT)


def told_status(read: Mapping[str, Any]) -> int | None:
    """Return the status of the error that an object holds; None if it holds none.

    It is in `error.code`, or, as GigaChat words it, in a `status` beside the message.
    """
    error, status = read.get("error"), read.get("status")
    if error is None:
        return status if isinstance(status, int) and 400 <= status < 600 else None
    code = error.get("code") if isinstance(error, dict) else None
    return code if isinstance(code, int) and 400 <= code < 600 else 500


def chat_answer(read: Mapping[str, Any], prompt: str) -> Answer:
    """Return the answer in a completion that is not streamed."""
    choice = _first(read.get("choices"))
    said = choice.get("message")
    text = said.get("content") if isinstance(said, dict) else None
    filtered = is_filtered(choice.get("finish_reason"))
    if not filtered and not (isinstance(text, str) and text.strip()):
        raise broken("answered without a text")
    text = text if isinstance(text, str) else ""
    return Answer(text=text, filtered=filtered, spent=spent_of(read, prompt, text))


def embeddings_answer(read: Mapping[str, Any], texts: Sequence[str]) -> Vectors:
    """Return the vectors of so many texts, in their order."""
    rows = read.get("data")
    if not isinstance(rows, list) or len(rows) != len(texts):
        raise broken("answered with another number of vectors")
    vectors: dict[int, tuple[float, ...]] = {}
    for position, row in enumerate(rows):
        index = row.get("index", position) if isinstance(row, dict) else None
        if not isinstance(index, int) or index in vectors or not 0 <= index < len(rows):
            raise broken("answered with vectors of unknown order")
        vectors[index] = _vector(row.get("embedding"))
    ordered = tuple(vectors[index] for index in range(len(rows)))
    return Vectors(vectors=ordered, spent=spent_of(read, "".join(texts), ""))


def spent_of(read: Mapping[str, Any], prompt: str, text: str) -> Spent:
    """Return what an answer has cost, estimated where the server does not tell."""
    usage = read.get("usage")
    counts = usage if isinstance(usage, dict) else {}
    model = read.get("model")
    return Spent(
        provider="",
        model=model[:200] if isinstance(model, str) else "",
        prompt_tokens=_count(counts.get("prompt_tokens"), prompt),
        completion_tokens=_count(counts.get("completion_tokens"), text),
    )


def _object(body: bytes) -> dict[str, Any]:
    try:
        read = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return read if isinstance(read, dict) else {}


def _first(choices: object) -> dict[str, Any]:
    first = choices[0] if isinstance(choices, list) and choices else None
    if not isinstance(first, dict):
        raise broken("answered without a choice")
    return first


def _vector(numbers: object) -> tuple[float, ...]:
    if not isinstance(numbers, list) or not numbers:
        raise broken("answered without a vector")
    if not all(type(number) in (int, float) and _finite(number) for number in numbers):
        raise broken("answered with vectors of what are no numbers")
    return tuple(map(float, numbers))


def _finite(number: float) -> bool:
    try:
        return math.isfinite(number)
    except OverflowError:
        return False


def _filtered(body: Mapping[str, Any]) -> bool:
    error = body.get("error")
    if not isinstance(error, dict):
        return False
    metadata = error.get("metadata")
    moderated = isinstance(metadata, dict) and bool(metadata.get("reasons"))
    return moderated or is_filtered(error.get("code"))


def _count(told: object, text: str) -> int:
    if isinstance(told, int) and not isinstance(told, bool) and 0 <= told < 10**9:
        return told
    return len(text) // LETTERS_A_TOKEN
