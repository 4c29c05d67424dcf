"""Everything that is known of the service, for the operator: what the page and `top` show."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from typing import Final

from actors.providers.outcomes import ProviderStatus
from actors.worker_messages import WorkerStatus
from bot.web.facts import Facts
from bot.web.heartbeat import Heartbeat
from bot.web.readiness import Readiness, judge
from runtime import ActorStatistics
from runtime.totals import BOUNDS, KindTotals, Latency, kind_of
from storage.freshness import Observed

MOST_TROUBLES: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class KindView:
    """How the actors of a kind are doing."""

    kind: str
    states: Mapping[str, int]
    depth: int
    """Messages accepted and not yet taken."""
    oldest: float
    """Age of the oldest of these, in seconds."""
    jobs: int
    handled: int
    restarts: int
    stalls: int
    lag: float
    """By how many seconds the latest loop is late."""
    longest: float
    """The longest turn of a loop, in seconds."""
    asks: int
    usual: float | None
    """Seconds within which about half of all asks were answered; None: there were none."""
    slow: float | None
    """The same for 95 of 100."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """An actor that has failed, or had to begin again."""

    actor: str
    state: str
    restarts: int
    error: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """Everything at one moment."""

    at: datetime
    version: str
    readiness: Readiness
    known: Mapping[str, bool]
    """Which parts have answered in time."""
    freshness: Observed | None
    kinds: tuple[KindView, ...]
    troubles: tuple[Trouble, ...]
    lag: float
    """By how many seconds the loop that serves was late of late."""
    stalls: int
    """Its turns that took a second or more."""
    violations: int
    """Calls of Telegram clients on a foreign thread."""
    dead_letters: int
    workers: tuple[WorkerStatus, ...] | None
    providers: tuple[ProviderStatus, ...] | None
    vectors: int | None
    """Posts in the collection that answers."""
    vectors_trouble: str | None
    free: int | None
    """Megabytes where the data lies."""
    holder: str | None
    """Which process has the bot, if it is another one."""
    requests: int
    """HTTP requests since the service began."""
    samples: Mapping[str, list[float | None]] | None
    """What was the case before: a list for each number, and one of their times."""


def overview(
    facts: Facts,
    *,
    heart: Heartbeat,
    requests: int,
    samples: Mapping[str, list[float | None]] | None,
) -> Overview:
    """Put together what is known."""
    parts = ("database", "freshness", "providers", "workers")
    return Overview(
        at=facts.at,
        version=version("tgactors"),
        readiness=judge(facts),
        known={part: part not in facts.missing for part in parts},
        freshness=facts.observed,
        kinds=_kinds(facts.statistics.actors, facts.statistics.kinds),
        troubles=_troubles(facts.statistics.actors),
        lag=heart.lag,
        stalls=heart.stalls,
        violations=facts.statistics.telegram.violations,
        dead_letters=facts.statistics.dead_letters,
        workers=facts.workers,
        providers=facts.providers,
        vectors=facts.indexed,
        vectors_trouble=None if facts.vectors is None else facts.vectors.trouble,
        free=facts.free,
        holder=facts.bot.holder,
        requests=requests,
        samples=samples,
    )


def quantile(latency: Latency, part: float) -> float | None:
    """Return within how many seconds a part of all asks was answered, as far as bounds tell."""
    wanted = part * latency.number
    below, count = 0.0, 0
    for bound, total in zip(BOUNDS, latency.counts, strict=False):
        if total >= wanted and total:
            return below + (bound - below) * (wanted - count) / max(total - count, 1)
        below, count = bound, total
    return BOUNDS[-1] if latency.number else None


def _kinds(actors: Iterable[ActorStatistics], totals: Iterable[KindTotals]) -> tuple[KindView, ...]:
    of: dict[str, list[ActorStatistics]] = {}
    for each in actors:
        of.setdefault(kind_of(each.name), []).append(each)
    return tuple(_kind(each, of.get(each.kind, [])) for each in totals)


def _kind(total: KindTotals, actors: list[ActorStatistics]) -> KindView:
    return KindView(
        kind=total.kind,
        states=dict(Counter(each.state for each in actors)),
        depth=sum(each.depth for each in actors),
        oldest=max((each.oldest_waiting for each in actors), default=0.0),
        jobs=sum(each.jobs for each in actors),
        handled=total.handled,
        restarts=total.restarts,
        stalls=total.stalls,
        lag=max((each.lag for each in actors), default=0.0),
        longest=max((each.longest for each in actors), default=0.0),
        asks=total.latency.number,
        usual=quantile(total.latency, 0.5),
        slow=quantile(total.latency, 0.95),
    )


def _troubles(actors: Iterable[ActorStatistics]) -> tuple[Trouble, ...]:
    found = [each for each in actors if each.last_error is not None]
    return tuple(
        Trouble(
            actor=each.name, state=each.state, restarts=each.restarts, error=each.last_error or ""
        )
        for each in sorted(found, key=lambda each: each.restarts, reverse=True)[:MOST_TROUBLES]
    )
