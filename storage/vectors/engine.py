"""Qdrant's engine in this process: its filters, and its refusals in our words."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import qdrant_edge as engine

from storage.data_folder import reason
from storage.vectors.errors import CollectionBroken, CollectionBusy, VectorsUnusable
from storage.vectors.filters import Filter
from storage.vectors.refusals import told

_LOCKED = "WouldBlock"


def edge_filter(meant: Filter) -> Any:
    """Turn a filter into the engine's own objects."""
    must, should, must_not = (
        [_condition(each) for each in meant.get(clause, ())] or None
        for clause in ("must", "should", "must_not")
    )
    return engine.Filter(must=must, should=should, must_not=must_not)


def _condition(given: dict[str, Any]) -> Any:
    match given:
        case {"key": key, "match": {"any": values}}:
            return engine.FieldCondition(key=key, match=engine.MatchAny(any=values))
        case {"key": key, "match": {"value": value}}:
            return engine.FieldCondition(key=key, match=engine.MatchValue(value=value))
        case {"key": key, "range": bounds}:
            return engine.FieldCondition(key=key, range=engine.RangeFloat(**bounds))
        case {"has_id": ids}:
            return engine.HasIdCondition({uuid.UUID(each) for each in ids})
        case _:
            return edge_filter(given)


@contextmanager
def translated(folder: Path) -> Iterator[None]:
    """Say in our own words what the engine or the file system refuses."""
    try:
        yield
    except OSError as error:
        known = told(str(error), collection=folder.name, where=str(folder.parent))
        raise known or VectorsUnusable(str(folder.parent), reason(error)) from error
    except Exception as error:
        if type(error) is not Exception:  # the engine's errors have no type of their own
            raise
        known = told(str(error), collection=folder.name, where=str(folder.parent))
        if known is None and _LOCKED in str(error):
            known = CollectionBusy(str(folder))
        raise known or CollectionBroken(str(folder), str(error)) from error
