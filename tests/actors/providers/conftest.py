"""Providers of the sandbox on the test's own loop, and who asks them."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from sandbox.providers import Providers
from tests.actors.providers.world import Asking, Clock, asking, gigachat, openrouter


@pytest.fixture
async def clock() -> Clock:
    return Clock()


@pytest.fixture
async def providers(clock: Clock) -> AsyncIterator[Providers]:
    async with Providers(clock=clock.seconds) as providers:
        yield providers
        assert providers.mistakes == ()


@pytest.fixture
async def chain(clock: Clock, providers: Providers) -> AsyncIterator[Asking]:
    """GigaChat, and OpenRouter after it."""
    async with asking(clock, **gigachat(providers), **openrouter(providers)) as chain:
        yield chain
