"""What a provider sends for a call and what that call has met: a pure decision."""

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

from sandbox.providers.asked import Asked
from sandbox.providers.dialect import Body, Dialect
from sandbox.providers.faults import (
    Busy,
    Cut,
    Empty,
    ErrorInside,
    Expired,
    Fault,
    Illegal,
    NotANumber,
    OtherModel,
    Refusal,
    Says,
    Spoiled,
    Status,
    WrongDimension,
)
from sandbox.providers.inventing import invented, spoiled, tokens
from sandbox.providers.vectors import vector
from sandbox.providers.wire import Reply

_JSON: Final = (("Content-Type", "application/json; charset=utf-8"),)
_EVENTS: Final = (("Content-Type", "text/event-stream; charset=utf-8"),)
_PAGE: Final = (("Content-Type", "text/html"),)
_DONE: Final = b"data: [DONE]\n\n"
_GATEWAY: Final = (502, 503, 504)  # answered by what stands before the provider
_PIECE: Final = re.compile(r"\s*\S+\s*?(?=\s|$)|\s+")


def plain(body: Body, status: int = 200, headers: tuple[tuple[str, str], ...] = ()) -> Reply:
    """A reply of JSON."""
    return Reply(status, (_json(body),), (*_JSON, *headers))


def failed(dialect: Dialect, fault: Fault | None, now: float) -> Reply | None:
    """What is sent instead of any answer; None if the call is answered."""
    match fault:
        case Illegal():
            return Reply(is_illegal=True)
        case Empty():
            return Reply(headers=_JSON)
        case Status(code=code, message=None) if code in _GATEWAY:
            page = f"<html><head><title>{code}</title></head><body>nginx</body></html>"
            return Reply(code, (page.encode(),), _PAGE)
        case Status(code=code, message=message):
            return plain(dialect.error(code, message), code)
        case Busy(reset_in=reset_in):
            headers, body = dialect.busy(now, reset_in)
            return plain(body, 429, headers)
        case Expired():
            return plain(dialect.error(401, "Token has expired"), 401)
        case _:
            return None


def embedded(dialect: Dialect, asked: Asked, fault: Fault | None, *, dimension: int) -> Reply:
    """The vectors of the texts that were asked for."""
    if isinstance(fault, ErrorInside):
        return plain(dialect.error(fault.code, fault.message))
    if isinstance(fault, WrongDimension):
        dimension = fault.dimension
    vectors = [vector(text, dimension) for text in asked.texts]
    if isinstance(fault, NotANumber):
        vectors[-1][0] = float("nan")
    counts = [tokens([text]) for text in asked.texts]
    return plain(dialect.embeddings(_model(dialect, asked, fault), vectors, counts))


def completed(dialect: Dialect, asked: Asked, fault: Fault | None, now: float) -> Reply:
    """The answer to a chat, in one piece or as a stream."""
    text, finish = _said(dialect, asked, fault)
    model = _model(dialect, asked, fault)
    sent, given = tokens(asked.texts), tokens([text])
    usage = {
        "prompt_tokens": sent,
        "completion_tokens": given,
        "total_tokens": sent + given,
    }
    if asked.is_streamed:
        pieces = _PIECE.findall(text) or [""]
        events = dialect.events(model, pieces, finish, usage, now)
        return _stream(dialect, events, fault)
    if isinstance(fault, ErrorInside):
        return plain(dialect.error(fault.code, fault.message))
    return plain(dialect.completion(model, text, finish, usage, now))


def shortened(reply: Reply, fault: Fault | None) -> Reply:
    """The reply as far as it comes before the connection is cut."""
    return replace(reply, cut=fault.sent) if isinstance(fault, Cut) else reply


def _said(dialect: Dialect, asked: Asked, fault: Fault | None) -> tuple[str, str]:
    """What the model says, and why it stops."""
    match fault:
        case Refusal(phrase=phrase, finish_reason=finish):
            return phrase, finish or dialect.blocked
        case Spoiled(how=how):
            finish = "length" if how == "truncated" else "stop"
            return spoiled(invented(asked.prompt), how), finish
        case Says(text=text):
            return text, "stop"
        case _:
            return invented(asked.prompt), "stop"


def _model(dialect: Dialect, asked: Asked, fault: Fault | None) -> str:
    return dialect.returned(fault.model if isinstance(fault, OtherModel) else asked.model)


def _stream(dialect: Dialect, events: Sequence[Body], fault: Fault | None) -> Reply:
    if isinstance(fault, ErrorInside):
        choice = {"index": 0, "delta": {"content": ""}, "finish_reason": "error"}
        error = dialect.error(fault.code, fault.message)
        events = [events[0], {**events[0], **error, "choices": [choice]}]
    lines = [b"data: %s\n\n" % _json(event) for event in events]
    lines[0] = dialect.greeting + lines[0]
    return Reply(200, (*lines, _DONE), _EVENTS, is_stream=True)


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()
