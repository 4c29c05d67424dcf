"""A ProvidersActor before the sandbox's providers, with a clock by hand."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from pydantic import SecretStr

from actors.provider_messages import Complete, DescribeProviders, EmbedTexts, TagText
from actors.providers.actor import ProvidersActor
from actors.providers.outcomes import (
    Completion,
    Embedding,
    Priority,
    ProviderStatus,
    Tagging,
)
from actors.providers.ports import Embeddings, Tagger
from actors.settings import Settings
from runtime.testing import PATIENCE, Plain, plain
from sandbox.providers import Providers

POST = "Ключевая ставка Банка России осталась прежней. Ставка Банка России высока."


async def until(holds: Callable[[], bool]) -> None:
    """Wait for something that happens elsewhere; raises TimeoutError if it does not."""
    deadline = time.monotonic() + PATIENCE
    while not holds():
        if time.monotonic() > deadline:
            raise TimeoutError
        await asyncio.sleep(0.005)


class Clock:
    """A clock that stands still until a test moves it; it begins at the real time."""

    def __init__(self) -> None:
        self.now = datetime.now(UTC).replace(microsecond=0)

    def __call__(self) -> datetime:
        return self.now

    def seconds(self) -> float:
        """The time since the epoch, as the sandbox counts it."""
        return self.now.timestamp()

    def move(self, **by: float) -> None:
        """Let time pass."""
        self.now += timedelta(**by)


@dataclass
class LocalModels:
    """A model of the models on this machine: vectors of three numbers, one tag."""

    model: str = "local-model"
    dimension: int = 3
    asked: list[str] = field(default_factory=list)
    started: int = 0
    closed: int = 0
    vector: tuple[float, ...] = (1.0, 2.0, 3.0)
    fails: Exception | None = None

    async def start(self) -> None:
        self.started += 1

    async def warm(self) -> None:
        pass

    async def close(self) -> None:
        self.closed += 1

    async def embed(self, texts: Sequence[str]) -> list[tuple[float, ...]]:
        if self.fails is not None:
            raise self.fails
        self.asked += texts
        return [self.vector for _ in texts]

    async def tag(self, text: str, channel: int | None) -> tuple[str, ...]:
        if self.fails is not None:
            raise self.fails
        self.asked.append(text)
        return ("local", f"channel {channel}")

    def made(self) -> tuple[Embeddings, Tagger]:
        return self, self


def chats(providers: Providers) -> tuple[int, int]:
    """How many prompts GigaChat and OpenRouter were sent."""
    asked = (providers.gigachat.asked, providers.openrouter.asked)
    one, other = (sum(each.kind == "chat" for each in calls) for calls in asked)
    return one, other


def settings(**given: Any) -> Settings:
    """Settings of these keywords alone."""
    return Settings.model_validate(given)


def gigachat(providers: Providers, **more: Any) -> dict[str, Any]:
    """The settings that lead to the sandbox's GigaChat."""
    return {
        "gigachat_key": SecretStr(providers.gigachat.key or ""),
        "gigachat_url": providers.gigachat.api_url,
        "gigachat_auth_url": providers.gigachat.oauth_url,
        **more,
    }


def openrouter(providers: Providers, **more: Any) -> dict[str, Any]:
    """The settings that lead to the sandbox's OpenRouter."""
    return {
        "openrouter_key": SecretStr(providers.openrouter.key or ""),
        "openrouter_url": providers.openrouter.api_url,
        **more,
    }


def openai(providers: Providers, **more: Any) -> dict[str, Any]:
    """The settings that lead to the sandbox's OpenAI-shaped server."""
    return {
        "openai_key": SecretStr(providers.openai.key or ""),
        "openai_url": providers.openai.api_url,
        "openai_model": "llama3.2",
        **more,
    }


class Asking:
    """Whoever asks the actor."""

    def __init__(self, actor: Plain[Any], local: LocalModels) -> None:
        self.actor = actor
        self.local = local

    async def tag(self, text: str = POST) -> Tagging:
        return await self.actor.ask(TagText(text=text))

    async def embed(self, *texts: str, priority: Priority = Priority.INDEX) -> Embedding:
        return await self.actor.ask(EmbedTexts(texts=texts, priority=priority))

    async def complete(
        self, prompt: str = "[1] Ставка прежняя\n\nЧто со ставкой?"
    ) -> tuple[list[str], Completion]:
        request = Complete(system="Answer.", prompt=prompt, priority=Priority.QUESTION)
        return await self.actor.stream(request)

    async def status(self) -> dict[str, ProviderStatus]:
        return {each.name: each for each in await self.actor.ask(DescribeProviders())}


@asynccontextmanager
async def asking(clock: Clock, **given: Any) -> AsyncIterator[Asking]:
    """Open the actor on this loop."""
    local = LocalModels()
    actor = ProvidersActor(settings(**given), local=local.made, now=clock)
    async with plain(actor) as opened:
        yield Asking(opened, local)
