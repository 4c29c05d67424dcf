"""Sets of posts and queries, as they are read from files."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from actors.inquiry import LONGEST
from bot.evaluation.errors import SetInvalid

OWN = "bot/evaluation/set.json"
"""How the set that comes with the program is called."""
OTHER = "other"
"""The kind of a query that names none."""


class _Part(BaseModel):
    model_config = ConfigDict(strict=True, frozen=True)


class SetPost(_Part):
    """A post, with the number by which queries name it."""

    id: int
    text: str


class SetQuery(_Part):
    """A query, with all posts that answer it."""

    text: Annotated[str, Field(max_length=LONGEST)]
    relevant: Annotated[tuple[int, ...], Field(min_length=1)]
    kind: Annotated[str, Field(min_length=1)] = OTHER


class EvaluationSet(_Part):
    """Posts, and queries whose right answers among them are known."""

    posts: Annotated[tuple[SetPost, ...], Field(min_length=1)]
    queries: Annotated[tuple[SetQuery, ...], Field(min_length=1)]


def own() -> EvaluationSet:
    """Return the set that comes with the program."""
    return parsed(files("bot.evaluation").joinpath("set.json").read_bytes(), OWN)


def load(path: Path) -> EvaluationSet:
    """Read a set from a file; raises `SetInvalid`, naming what is wrong in it and where."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise SetInvalid(str(path), "", error.strerror or str(error)) from None
    return parsed(content, str(path))


def parsed(content: bytes, name: str) -> EvaluationSet:
    """Read a set from what the file of that name holds; raises `SetInvalid`."""
    try:
        found = EvaluationSet.model_validate_json(content)
    except ValidationError as error:
        first = error.errors()[0]
        raise SetInvalid(name, _spelled(first["loc"]), first["msg"]) from None
    for where, problem in _contradictions(found):
        raise SetInvalid(name, where, problem)
    return found


def _contradictions(found: EvaluationSet) -> Iterator[tuple[str, str]]:
    """Yield where a set of the right form contradicts itself, and how."""
    places: dict[int, int] = {}
    for place, post in enumerate(found.posts):
        if post.id in places:
            yield f"posts[{place}].id", f"posts[{places[post.id]}] has the id {post.id} already"
        places[post.id] = place
    for place, query in enumerate(found.queries):
        if not query.text.strip():
            yield f"queries[{place}].text", "a query says what to look for"
        for which, post_id in enumerate(query.relevant):
            where = f"queries[{place}].relevant[{which}]"
            if post_id not in places:
                yield where, f"there is no post with the id {post_id}"
            if post_id in query.relevant[:which]:
                yield where, f"the post {post_id} is named twice"


def _spelled(place: tuple[int | str, ...]) -> str:
    """Spell a place in a file: queries[3].relevant."""
    spelled = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in place)
    return spelled.removeprefix(".")
