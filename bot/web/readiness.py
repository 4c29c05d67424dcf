"""The judgement whether the service can do its work, by what it depends on.

Only what makes it useless makes it unready: a database that does not answer, and a bot that is
wanted and that another process has. All else is degraded, by name. Nothing here names an account, a
host or a person: whoever asks need not be the operator.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from bot.web.facts import Facts

LATE: Final = "late"
"""The cause of channels to which nobody came."""


class Status(StrEnum):
    """How the whole is doing."""

    READY = "ready"
    DEGRADED = "degraded"
    UNREADY = "unready"


class Condition(StrEnum):
    """How one dependency is doing."""

    OK = "ok"
    OFF = "off"
    DEGRADED = "degraded"
    DOWN = "down"


@dataclass(frozen=True, slots=True, kw_only=True)
class Dependency:
    """Something the service stands on."""

    name: str
    state: Condition
    why: str | None = None
    """In a word or two, where it is neither ok nor off."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Readiness:
    """The judgement."""

    status: Status
    dependencies: tuple[Dependency, ...]

    @property
    def is_ready(self) -> bool:
        """Whether requests are to be sent here."""
        return self.status is not Status.UNREADY


def judge(facts: Facts) -> Readiness:
    """Judge by what is known; what is not known in time is not ok."""
    found = tuple(_all(facts))
    if any(each.state is Condition.DOWN for each in found):
        status = Status.UNREADY
    elif any(each.state is Condition.DEGRADED for each in found):
        status = Status.DEGRADED
    else:
        status = Status.READY
    return Readiness(status=status, dependencies=found)


def _all(facts: Facts) -> Iterator[Dependency]:
    yield _one("database", None if facts.database else "no answer", Condition.DOWN)
    yield _bot(facts)
    yield _vectors(facts)
    yield _index(facts)
    yield _one("telegram", _trouble_at_telegram(facts))
    yield _schedule(facts)
    yield from _workers(facts)
    yield from _providers(facts)
    yield _disk(facts)
    yield _one("actors", _trouble_of_actors(facts))


def _one(name: str, why: str | None, otherwise: Condition = Condition.DEGRADED) -> Dependency:
    return Dependency(name=name, state=Condition.OK if why is None else otherwise, why=why)


def _off(name: str) -> Dependency:
    return Dependency(name=name, state=Condition.OFF)


def _bot(facts: Facts) -> Dependency:
    bot = facts.bot
    if not bot.wanted:
        return _off("bot")
    waits = "starting" if bot.holder is None else "another process has it"
    return _one("bot", None if bot.ready else waits, Condition.DOWN)


def _vectors(facts: Facts) -> Dependency:
    status = facts.vectors
    trouble = "no answer" if status is None or status.trouble is not None else None
    return _one("vectors", trouble)


def _index(facts: Facts) -> Dependency:
    indexer = next((each for each in facts.workers or () if each.name == "indexer"), None)
    if indexer is None:
        return _off("index")
    return _one("index", "healing" if indexer.healing else None)


def _trouble_at_telegram(facts: Facts) -> str | None:
    if facts.statistics.telegram.violations:
        return "loop violations"
    seen = facts.observed
    if seen is None:
        return None  # the database is to blame, and named
    if seen.expired and not seen.accounts.get("READY"):
        return "no account is logged in"
    if seen.failing and 2 * seen.failing >= seen.reading.channels:
        return "readings fail"
    return None


def _schedule(facts: Facts) -> Dependency:
    state = facts.state("schedule")
    if state is None:
        return _off("schedule")
    late = facts.observed is not None and facts.observed.reading.unread.get(LATE, 0)
    return _one("schedule", state if state != "running" else "late" if late else None)


def _workers(facts: Facts) -> Iterator[Dependency]:
    if facts.workers is None:
        yield _one("workers", "no answer")
    elif not facts.workers:
        yield _off("workers")
    for each in facts.workers or ():
        is_worse = each.state == "degraded" and not each.healing
        yield _one(f"worker.{each.name}", "degraded" if is_worse else None)


def _providers(facts: Facts) -> Iterator[Dependency]:
    if facts.providers is None:
        yield _one("providers", "no answer")
    for each in facts.providers or ():
        yield _one(f"provider.{each.name}", None if each.open_at is None else "paused")


def _disk(facts: Facts) -> Dependency:
    if not facts.floor:
        return _off("disk")
    if facts.free is None:
        return _one("disk", "no answer")
    return _one("disk", "short of room" if facts.free < facts.floor else None)


def _trouble_of_actors(facts: Facts) -> str | None:
    if any(each.state == "failed" for each in facts.statistics.actors):
        return "failed"
    if any(each.lag >= 1.0 for each in facts.statistics.actors):
        return "a loop stalls"
    return None
