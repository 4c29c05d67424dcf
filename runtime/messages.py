"""The messages actors understand: immutable, plain values."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Generic, TypeVar, dataclass_transform

T = TypeVar("T")
R = TypeVar("R")
P = TypeVar("P")


class Message:
    """Something an actor can be told."""

    __slots__ = ()


class Urgent(Message):
    """A message on the control lane, which no work is ahead of: a status, a cancellation."""

    __slots__ = ()


class Request(Message, Generic[R]):
    """A message that is answered with an `R`."""

    __slots__ = ()


class StreamRequest(Request[R], Generic[P, R]):
    """A request that reports progress, any number of `P`, before it is answered with an `R`."""

    __slots__ = ()


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(field,))
def message(cls: type[T]) -> type[T]:
    """Make a class a frozen, slotted dataclass with keyword-only fields."""
    return dataclass(frozen=True, slots=True, kw_only=True)(cls)


def reply(_request: Request[R], value: R, /) -> R:
    """Return the value, its type checked against the request it answers."""
    return value
