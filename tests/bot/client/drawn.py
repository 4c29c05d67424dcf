"""Values of any type that messages are made of, drawn as they occur: small, times with offset."""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from enum import Enum
from functools import cache
from typing import Any, Literal, Union

from hypothesis import strategies as st

_FEW = 2
_TEXT = st.text(max_size=8)
_PLAIN: dict[Any, st.SearchStrategy[Any]] = {
    str: _TEXT,
    bytes: st.binary(max_size=8),
    float: st.floats(allow_nan=False),
    datetime: st.datetimes(timezones=st.just(UTC)),
    type(None): st.none(),
    Any: st.recursive(
        st.none() | st.booleans() | st.integers() | _TEXT,
        lambda inner: st.lists(inner, max_size=_FEW) | st.dictionaries(_TEXT, inner, max_size=_FEW),
        max_leaves=3,
    ),
}


def _made(kind: Any) -> st.SearchStrategy[Any]:
    if kind in _PLAIN:
        return _PLAIN[kind]
    if isinstance(kind, type) and dataclasses.is_dataclass(kind):
        hints = typing.get_type_hints(kind)
        return st.builds(kind, **{each.name: drawn(hints[each.name]) for each in _given(kind)})
    outer, inner = typing.get_origin(kind), typing.get_args(kind)
    if outer in {Union, types.UnionType}:
        return st.one_of(*map(drawn, inner))
    if outer is Literal:
        return st.sampled_from(inner)
    if outer is tuple and inner[-1:] != (...,):
        return st.tuples(*map(drawn, inner))
    if outer in {tuple, frozenset}:
        return st.lists(drawn(inner[0]), max_size=_FEW).map(outer)
    if outer in {dict, Mapping}:
        return st.dictionaries(*map(drawn, inner), max_size=_FEW)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return st.sampled_from(list(kind))
    return st.from_type(kind)


drawn: Callable[[Any], st.SearchStrategy[Any]] = cache(_made)
"""What draws values of a type."""


def taken(kind: type[Exception]) -> st.SearchStrategy[tuple[Any, ...]]:
    """Return what draws the data of a condition, as its constructor takes it."""
    if kind.__init__ is Exception.__init__:
        return st.just(())
    hints = typing.get_type_hints(kind.__init__)
    hints.pop("return", None)
    return st.tuples(*map(drawn, hints.values()))


def _given(kind: Any) -> tuple[dataclasses.Field[Any], ...]:
    return tuple(each for each in dataclasses.fields(kind) if each.init)
