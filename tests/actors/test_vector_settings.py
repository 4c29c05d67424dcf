"""Where vectors are kept, as it is set."""

from __future__ import annotations

import pytest

from actors.vector_settings import VectorSettings, vector_problems


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"qdrant_url": None, "qdrant_key": None},
        {"qdrant_url": "http://qdrant:6333"},
        {"qdrant_url": "https://x.cloud.qdrant.io/behind/a/path", "qdrant_key": "abc.def-1"},
    ],
)
def test_what_can_be_used_is_no_problem(given: dict[str, str]) -> None:
    """Nothing, a server, a server with a key."""
    assert vector_problems(given) == []


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"qdrant_url": "qdrant:6333"}, ["TGACTORS_QDRANT_URL is no address"]),
        ({"qdrant_url": "http://"}, ["TGACTORS_QDRANT_URL is no address"]),
        ({"qdrant_url": "http://h:port"}, ["TGACTORS_QDRANT_URL is no address"]),
        ({"qdrant_url": "http://me:hunter2@h"}, ["TGACTORS_QDRANT_URL is no address"]),
        ({"qdrant_key": "hunter2"}, ["TGACTORS_QDRANT_KEY needs TGACTORS_QDRANT_URL"]),
        ({"qdrant_url": "http://h", "qdrant_key": "hun ter2"}, ["TGACTORS_QDRANT_KEY is no key"]),
        (
            {"qdrant_url": "h", "qdrant_key": "ключ"},
            ["TGACTORS_QDRANT_URL is no address", "TGACTORS_QDRANT_KEY is no key"],
        ),
    ],
)
def test_every_problem_is_named_with_what_to_do(given: dict[str, str], named: list[str]) -> None:
    """All at once, and no secret is shown."""
    problems = vector_problems(given)
    assert len(problems) == len(named)
    for problem, name in zip(problems, named, strict=True):
        assert problem.startswith(name)
        assert "hunter2" not in problem
        assert ": " in problem or "," in problem


def test_the_key_is_hidden() -> None:
    """Settings are shown without it."""
    settings = VectorSettings.model_validate({"qdrant_url": "http://h", "qdrant_key": "hunter2"})
    assert "hunter2" not in repr(settings)
    assert settings.qdrant_key is not None
    assert settings.qdrant_key.get_secret_value() == "hunter2"
