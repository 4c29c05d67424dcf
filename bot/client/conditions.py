"""Refusals on their way from a served house to the command line: name, text and data."""

from __future__ import annotations

import functools
from collections.abc import Callable
from importlib import import_module
from typing import Any, Final, get_type_hints

from pydantic import TypeAdapter, ValidationError

from bot.client.refusals import RefusedThere
from runtime import ActorError, Refusal
from storage.errors import StorageError

HOMES: Final = (
    "actors.errors",
    "actors.providers.ports",
    "actors.providers.refusals",
    "runtime.errors",
    "storage.errors",
    "storage.keeping_errors",
    "storage.vectors.errors",
)
"""Where conditions are defined that an asker may be told."""

FAMILIES: Final = (Refusal, ActorError, StorageError)


def name_of(condition: BaseException) -> str:
    """Return a condition's name, which tells its home: two homes have a `NoSuchChannel`."""
    kind = type(condition)
    return f"{kind.__module__}.{kind.__qualname__}"


def remade(name: str, text: str, data: list[Any]) -> Exception:
    """Return the condition that was told; one that is unknown here keeps its text."""
    kind = _kind(name)
    if kind is not None:
        try:
            return kind(*_data(kind).validate_python(data))
        except (ValidationError, TypeError):
            pass  # it has grown other data: its text is still true
    return RefusedThere(text)


def _kind(name: str) -> type[Exception] | None:
    home, _, kind = name.rpartition(".")
    found = getattr(import_module(home), kind, None) if home in HOMES else None
    is_condition = isinstance(found, type) and issubclass(found, FAMILIES)
    return found if is_condition else None


def _taken(kind: type[Exception]) -> Any:
    """Return the types of what a condition's constructor takes, in its order."""
    if kind.__init__ is Exception.__init__:
        return tuple[()]
    hints = get_type_hints(kind.__init__)
    hints.pop("return", None)
    return tuple[tuple(hints.values())]  # type: ignore[misc]


_data: Callable[[Any], TypeAdapter[tuple[Any, ...]]] = functools.cache(
    lambda kind: TypeAdapter(_taken(kind))
)
