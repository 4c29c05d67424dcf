"""Facts about a service that does well, for tests to change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from actors.house import HouseStatistics
from actors.providers.outcomes import ProviderStatus
from actors.telegram.calls import CallStatistics
from actors.vectors import VectorsStatus
from actors.worker_messages import WorkerStatus
from bot.web.facts import Facts
from bot.web.service import Bot
from runtime import ActorStatistics
from runtime.totals import BOUNDS, KindTotals, Latency
from storage.freshness import Observed, WorkAge
from storage.rows import Freshness, UnreadCause

NOW = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)
PERSON = 8124731874
LATENCY = Latency(tuple(range(10, 10 + len(BOUNDS) + 1)), 3.5)


def actor(name: str, **more: Any) -> ActorStatistics:
    """How an actor is doing that runs."""
    values: dict[str, Any] = {
        "state": "running",
        "depth": 0,
        "handled": 5,
        "restarts": 0,
        "last_error": None,
    }
    return ActorStatistics(name=name, **(values | more))


def worker(name: str, **more: Any) -> WorkerStatus:
    """How a worker is doing that has nothing to do."""
    values: dict[str, Any] = {
        "state": "idle",
        "reason": None,
        "under_way": 0,
        "ok": 36,
        "skipped": 1,
        "failed": 2,
        "dead": 0,
    }
    return WorkerStatus(name=name, **(values | more))


def provider(name: str, **more: Any) -> ProviderStatus:
    """How a provider is doing that answers."""
    values: dict[str, Any] = {
        "serves": ("chat",),
        "model": "a-model",
        "open_at": None,
        "why": None,
        "outcomes": (("broken", 1), ("ok", 35)),
        "prompt_tokens": 700,
        "completion_tokens": 70,
        "latency": LATENCY,
    }
    return ProviderStatus(name=name, **(values | more))


def observed(**more: Any) -> Observed:
    """What the rows of a small archive show."""
    values: dict[str, Any] = {
        "at": NOW,
        "stored": (*range(23), 36),
        "posts": 137,
        "reading": Freshness(channels=15, due=2, oldest_due=NOW - timedelta(seconds=90), unread={}),
        "accounts": {"READY": 3, "EXPIRED": 1},
        "flooded": 1,
        "floods": {"history": 1},
        "last_report": NOW - timedelta(minutes=5),
        "failing": 0,
        "untold": 0,
        "work": (
            WorkAge(kind="index", due=3, waiting=0, dead=0, oldest=NOW - timedelta(seconds=7)),
            WorkAge(kind="tag", due=0, waiting=1, dead=2, oldest=None),
            WorkAge(kind="unindex", due=0, waiting=0, dead=0, oldest=None),
        ),
    }
    return Observed(**(values | more))


def well(**more: Any) -> Facts:
    """Everything known, and nothing wrong."""
    actors = [actor(name) for name in ("store", "schedule", "vectors", "providers", "tagger")]
    accounts = [actor(f"account-{PERSON}"), actor("account-2", state="asleep")]
    values: dict[str, Any] = {
        "at": NOW,
        "statistics": statistics(*actors, *accounts),
        "database": True,
        "observed": observed(),
        "providers": (provider("gigachat"),),
        "workers": (worker("tagger"), worker("indexer")),
        "vectors": VectorsStatus(where="/somewhere/vectors", trouble=None),
        "indexed": 137,
        "free": 5000,
        "floor": 200,
        "bot": Bot(wanted=True, ready=True),
    }
    return Facts(**(values | more))


def statistics(*actors: ActorStatistics, violations: int = 0) -> HouseStatistics:
    """What a house counts that has these actors."""
    kinds = sorted({each.name.partition("-")[0] for each in actors})
    return HouseStatistics(
        actors=actors,
        telegram=CallStatistics(12, frozenset({f"account-{PERSON}"}), violations),
        kinds=tuple(
            KindTotals(kind=kind, handled=50, restarts=1, stalls=0, latency=LATENCY)
            for kind in kinds
        ),
        dead_letters=2,
    )


def unread(causes: Mapping[UnreadCause, int]) -> Observed:
    """An archive some of whose channels are unread."""
    seen = observed()
    return replace(seen, reading=replace(seen.reading, unread=causes))
