"""What is asked of a house, and what the models on the other side were asked for it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from actors import Found
from actors.house import House
from sandbox.providers import Asked, Providers
from tests.scenarios.meaning import environment


@contextmanager
def serving(monkeypatch: pytest.MonkeyPatch) -> Iterator[Providers]:
    """GigaChat, OpenRouter and embeddings, which every house of the test asks."""
    with Providers(dimension=256) as providers:
        for name, value in environment(providers).items():
            monkeypatch.setenv(name, value)
        yield providers
        assert providers.mistakes == ()


def answers(providers: Providers) -> list[Asked]:
    """Return the calls for answers and summaries, which alone are streamed, in their order."""
    asked = [*providers.gigachat.asked, *providers.openrouter.asked]
    return [call for call in asked if call.kind == "chat" and call.is_streamed]


def handled(house: House, actor: str) -> int:
    """How many messages an actor has taken up."""
    [found] = [each for each in house._system.statistics() if each.name == actor]
    return found.handled


def first(found: Found) -> str | None:
    """Return the text of the first post that was found."""
    return found.hits[0].post.text if found.hits else None
