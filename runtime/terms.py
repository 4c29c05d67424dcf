"""The terms on which an actor lives, and its end."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypedDict

from runtime.restart import Backoff, Intensity

if TYPE_CHECKING:
    from runtime.ref import ActorRef

DEFAULT_BOUND = 1000
"""Messages a mailbox accepts before it refuses."""
DEFAULT_START_WITHIN = 30.0
"""Seconds an actor's `started` may take."""
DEFAULT_RELEASE_WITHIN = 5.0
"""Seconds an actor's `stopped` may take, and before it the end of cancelled jobs."""


@dataclass(frozen=True, slots=True)
class Down:
    """The end of an actor, for good: why, and whether it failed."""

    actor: str
    reason: str
    failed: bool


class Options(TypedDict, total=False):
    """What may be said about an actor when it is made."""

    bound: int
    """Messages accepted before callers wait, or are refused."""
    intensity: Intensity | None
    """How many crashes in which time are too many."""
    backoff: Backoff | None
    """How long to wait before a restart."""
    idle: float | None
    """Seconds, more than none, without work after which it sleeps; None: never."""
    start_within: float
    """Seconds each `started` may take."""
    release_within: float
    """Seconds each `stopped` may take, and before it the end of cancelled jobs."""
    parent: ActorRef[Any] | None
    """Who crashes when this one gives up."""


@dataclass(frozen=True, slots=True)
class Terms:
    """All of the options, decided."""

    grace: float
    bound: int = DEFAULT_BOUND
    intensity: Intensity = field(default_factory=Intensity)
    backoff: Backoff = field(default_factory=Backoff)
    idle: float | None = None
    start_within: float = DEFAULT_START_WITHIN
    release_within: float = DEFAULT_RELEASE_WITHIN
    parent: ActorRef[Any] | None = None


def decide(grace: float, options: Options) -> Terms:
    """Fill in what was not said."""
    given = {name: value for name, value in options.items() if value is not None}
    idle = options.get("idle")
    if idle is not None and idle <= 0:
        raise ValueError(f"an actor needs some time before it may sleep, not {idle} seconds")
    return Terms(grace, **given)  # type: ignore[arg-type]  # TypedDict items are objects to mypy
