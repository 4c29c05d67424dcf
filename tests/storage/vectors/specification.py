"""Qdrant's published specification, where it is at hand, to hold requests and answers against."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

PUBLISHED = Path(__file__).parents[4] / "shared" / "data" / "qdrant-openapi-1.19.json"


def check(method: str, path: str, *, asked: Any = None, answer: Any = None) -> None:
    """Raise jsonschema's ValidationError for a body that the specification does not allow."""
    if not PUBLISHED.exists():
        return
    paths = [each for each in _specification()["paths"] if _matches(each, path)]
    where = min(paths, key=lambda each: each.count("{"))  # points/count is no points/{id}
    operation = _specification()["paths"][where][method.lower()]
    if asked is not None:
        _validate(operation["requestBody"]["content"]["application/json"]["schema"], asked)
    if answer is not None:
        _validate(operation["responses"]["200"]["content"]["application/json"]["schema"], answer)


def _matches(template: str, path: str) -> bool:
    return re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", template), path) is not None


def _validate(schema: Any, body: Any) -> None:
    whole = {**schema, "components": _specification()["components"]}
    Draft202012Validator(whole).validate(body)


@cache
def _specification() -> Any:
    return _nullable(json.loads(PUBLISHED.read_text(encoding="utf-8")))


def _nullable(node: Any) -> Any:
    """Say in JSON Schema's words what OpenAPI 3.0 calls nullable."""
    if isinstance(node, list):
        return [_nullable(each) for each in node]
    if not isinstance(node, dict):
        return node
    said = {name: _nullable(each) for name, each in node.items() if name != "nullable"}
    if node.get("nullable") is not True:
        return said
    return {"anyOf": [said, {"type": "null"}]} if said else {"type": "null"}
