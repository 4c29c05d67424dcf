"""What became of one call to a provider, in plain values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import TypeAlias

from runtime.totals import NEVER, Latency


class Priority(IntEnum):
    """Who is served first where a provider answers few at a time: the lower, the sooner."""

    QUESTION = 0
    """A person waits for it."""
    DIGEST = 1
    INDEX = 2
    TAG = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """What one answer has cost."""

    provider: str
    model: str
    """The model that the provider says has answered: not always the one that was asked for."""
    prompt_tokens: int
    completion_tokens: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Tagged:
    """Tags that a model, or the local tagger, has found for a text."""

    tags: tuple[str, ...]
    spent: Spent
    before: tuple[Spent, ...] = ()
    """What answers of no use have cost, of providers that were asked before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """Every provider that answers at all refuses the text; asking again changes nothing."""

    reason: str
    spent: tuple[Spent, ...] = ()
    """What the refusals have cost."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Later:
    """Nobody could answer now."""

    reason: str
    """Which provider said what, for people; never a key, never the text."""
    until: datetime | None
    """When one of them will answer again, if any has said so; None: nobody knows."""
    blameless: bool
    """Whether the text has nothing to do with it: a spent budget, a provider that is down."""
    spent: tuple[Spent, ...] = ()
    """What answers of no use have cost."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Embedded:
    """A vector for each text, in their order."""

    vectors: tuple[tuple[float, ...], ...]
    spent: Spent


@dataclass(frozen=True, slots=True, kw_only=True)
class Completed:
    """A model's whole answer."""

    text: str
    spent: Spent
    before: tuple[Spent, ...] = ()
    """What answers of no use have cost, of providers that were asked before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoProvider:
    """No provider of language models is configured; who asks must do without."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderStatus:
    """How one provider is doing."""

    name: str
    """gigachat, openrouter, openai or local."""
    serves: tuple[str, ...]
    """chat, embeddings; the local one: tags, embeddings."""
    model: str
    open_at: datetime | None
    """When it is asked again, if it is not asked now."""
    why: str | None
    """Why it is not asked now."""
    outcomes: tuple[tuple[str, int], ...]
    """How often it came to what, since the house was opened; the same for those below."""
    prompt_tokens: int = 0
    completion_tokens: int = 0
    latency: Latency = NEVER
    """Of its answers and failures, without the wait for a turn."""
    other_models: int = 0
    """Models that have answered instead of those that were asked for."""


def costs_of(outcome: Tagging | Completion) -> tuple[Spent, ...]:
    """Return what every answer has cost on the way to an outcome."""
    match outcome:
        case Tagged() | Completed():
            return (*outcome.before, outcome.spent)
        case Refused() | Later():
            return outcome.spent
        case NoProvider():
            return ()


Tagging: TypeAlias = Tagged | Refused | Later
Embedding: TypeAlias = Embedded | Later
Completion: TypeAlias = Completed | Refused | Later | NoProvider
