"""Messages and their answers as lines of JSON.

Theory of operation. A message is one JSON value, read strictly by its own class: nothing is taken
for what it is not, and nothing unknown passes. It is answered with lines, each an array that begins
with what it is:

    ["progress", value]      any number of times, where the message is a `StreamRequest`
    ["result", value]        or
    ["refused", name, text, [data, ...]]     last

Between them an empty line may stand, which says that the other side lives. The types of the values
are those the message's class declares: `Request[R]`, `StreamRequest[P, R]`.
"""

from __future__ import annotations

import functools
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from typing import Any, Final, Literal, TypeAlias, TypeVar, get_args, get_origin

from pydantic import ConfigDict, JsonValue, TypeAdapter, ValidationError
from pydantic_core import PydanticSerializationError, to_jsonable_python

from bot.client.conditions import name_of, remade
from runtime import Request, StreamRequest

M = TypeVar("M", bound=Request[Any])

_CONFIG: Final = ConfigDict(
    strict=True,
    extra="forbid",
    ser_json_bytes="base64",
    val_json_bytes="base64",
    ser_json_inf_nan="constants",
)
_Refused: TypeAlias = tuple[Literal["refused"], str, str, list[JsonValue]]


def written(request: Request[Any]) -> bytes:
    """Write a message."""
    # A configuration does not reach a dataclass from above, but through a tuple it does.
    return _message(type(request)).dump_json((request,), warnings=False)


def read(kind: type[M], text: bytes) -> M:
    """Read a message of a class; raises `ValueError` with what is wrong, but not with its data."""
    try:
        (found,) = _message(kind).validate_json(text)
    except ValidationError as error:
        raise ValueError(_wrong(error)) from None
    return found  # type: ignore[no-any-return]


def progress(kind: type[Request[Any]], value: object) -> bytes:
    """Write a line that tells of progress."""
    return _answer(kind).dump_json(("progress", value), warnings=False) + b"\n"


def result(kind: type[Request[Any]], value: object) -> bytes:
    """Write the line with the reply."""
    return _answer(kind).dump_json(("result", value), warnings=False) + b"\n"


def refused(kind: type[Request[Any]], condition: BaseException) -> bytes:
    """Write the line with a refusal; data that has no place in JSON is left out."""
    try:
        data = to_jsonable_python(list(condition.args))
    except PydanticSerializationError:
        data = []
    line = ("refused", name_of(condition), str(condition), data)
    return _answer(kind).dump_json(line, warnings=False) + b"\n"


def understood(kind: type[Request[Any]], line: bytes) -> tuple[Literal["progress", "result"], Any]:
    """Read a line; raises the refusal it holds, or `ValueError` for what is no such line."""
    try:
        what, *rest = _answer(kind).validate_json(line)
    except ValidationError as error:
        raise ValueError(_wrong(error)) from None
    if what == "refused":
        raise remade(*rest)
    return what, rest[0]


async def lines(chunks: AsyncIterator[bytes]) -> AsyncGenerator[bytes, None]:
    """Yield the lines of what arrives piece by piece, but for the empty ones.

    Only a newline ends one: a post may hold what else is taken for the end of a line in a text.
    """
    rest = b""
    async for chunk in chunks:
        *whole, rest = (rest + chunk).split(b"\n")
        for line in whole:
            if line:
                yield line


def answer_types(kind: type[Request[Any]]) -> tuple[Any, ...]:
    """Return the types of a message's progress, if it has any, and of its reply."""
    for parent in getattr(kind, "__orig_bases__", ()):
        if get_origin(parent) in {Request, StreamRequest}:
            return get_args(parent)
    raise TypeError(f"{kind.__name__} does not say how it is answered")


def _lines_of(kind: type[Request[Any]]) -> Any:
    *streamed, reply = answer_types(kind)
    shapes: Any = tuple[Literal["result"], reply] | _Refused  # type: ignore[valid-type]
    for each in streamed:
        shapes |= tuple[Literal["progress"], each]  # type: ignore[valid-type]
    return shapes


# Annotated, for mypy takes no message's class for hashable.
_message: Callable[[Any], TypeAdapter[Any]] = functools.cache(
    lambda kind: TypeAdapter(tuple[kind], config=_CONFIG)  # type: ignore[valid-type]
)
_answer: Callable[[Any], TypeAdapter[Any]] = functools.cache(
    lambda kind: TypeAdapter(_lines_of(kind), config=_CONFIG)
)


def _wrong(error: ValidationError) -> str:
    found = error.errors(include_url=False, include_context=False, include_input=False)
    return " ".join(f"{'.'.join(map(str, each['loc']))}: {each['msg']}." for each in found)
