"""The judgement whether the service can do its work."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Any

import pytest

from actors.vectors import VectorsStatus
from bot.web.readiness import Condition, Status, judge
from bot.web.service import Bot
from tests.bot.web.watched import (
    NOW,
    PERSON,
    actor,
    observed,
    provider,
    statistics,
    unread,
    well,
    worker,
)

HOST = "a-host.example"
DOWN = VectorsStatus(where=f"http://{HOST}:6333", trouble=f"http://{HOST}:6333 is down")
RUNNING = tuple(actor(name) for name in ("store", "schedule", "vectors"))

CASES: list[tuple[str, dict[str, Any], Condition, str | None]] = [
    ("database", {"database": None}, Condition.DOWN, "no answer"),
    ("bot", {"bot": Bot(wanted=True)}, Condition.DOWN, "starting"),
    ("bot", {"bot": Bot(wanted=True, holder=HOST)}, Condition.DOWN, "another process has it"),
    ("bot", {"bot": Bot(wanted=False)}, Condition.OFF, None),
    ("vectors", {"vectors": DOWN}, Condition.DEGRADED, "no answer"),
    ("vectors", {"vectors": None}, Condition.DEGRADED, "no answer"),
    (
        "index",
        {"workers": (worker("indexer", state="degraded", healing=True),)},
        Condition.DEGRADED,
        "healing",
    ),
    ("index", {"workers": ()}, Condition.OFF, None),
    (
        "telegram",
        {"statistics": statistics(*RUNNING, violations=1)},
        Condition.DEGRADED,
        "loop violations",
    ),
    (
        "telegram",
        {"observed": observed(accounts={"EXPIRED": 2})},
        Condition.DEGRADED,
        "no account is logged in",
    ),
    ("telegram", {"observed": observed(failing=8)}, Condition.DEGRADED, "readings fail"),
    ("telegram", {"observed": observed(failing=7)}, Condition.OK, None),
    ("telegram", {"observed": observed(accounts={})}, Condition.OK, None),
    ("schedule", {"observed": unread({"late": 1})}, Condition.DEGRADED, "late"),
    ("schedule", {"observed": unread({"flooded": 3})}, Condition.OK, None),
    (
        "schedule",
        {"statistics": statistics(actor("schedule", state="restarting"))},
        Condition.DEGRADED,
        "restarting",
    ),
    ("schedule", {"statistics": statistics(actor("store"))}, Condition.OFF, None),
    ("workers", {"workers": None}, Condition.DEGRADED, "no answer"),
    ("workers", {"workers": ()}, Condition.OFF, None),
    (
        "worker.tagger",
        {"workers": (worker("tagger", state="degraded", reason=HOST),)},
        Condition.DEGRADED,
        "degraded",
    ),
    (
        "provider.gigachat",
        {"providers": (provider("gigachat", open_at=NOW, why=f"{HOST} says no"),)},
        Condition.DEGRADED,
        "paused",
    ),
    ("providers", {"providers": None}, Condition.DEGRADED, "no answer"),
    ("disk", {"free": 199}, Condition.DEGRADED, "short of room"),
    ("disk", {"free": 200}, Condition.OK, None),
    ("disk", {"free": None}, Condition.DEGRADED, "no answer"),
    ("disk", {"free": 1, "floor": 0}, Condition.OFF, None),
    (
        "actors",
        {"statistics": statistics(*RUNNING, actor("parser", state="failed"))},
        Condition.DEGRADED,
        "failed",
    ),
    (
        "actors",
        {"statistics": statistics(*RUNNING, actor(f"account-{PERSON}", lag=1.0))},
        Condition.DEGRADED,
        "a loop stalls",
    ),
]


def test_a_service_that_does_well_is_ready() -> None:
    """Nothing is degraded, and everything it stands on is named."""
    found = judge(well())
    assert found.status is Status.READY
    names = [each.name for each in found.dependencies]
    assert names == [
        "database",
        "bot",
        "vectors",
        "index",
        "telegram",
        "schedule",
        "worker.tagger",
        "worker.indexer",
        "provider.gigachat",
        "disk",
        "actors",
    ]
    assert {each.state for each in found.dependencies} == {Condition.OK}


@pytest.mark.parametrize(("name", "wrong", "state", "why"), CASES)
def test_each_dependency_is_named_with_how_it_is_doing(
    name: str, wrong: dict[str, Any], state: Condition, why: str | None
) -> None:
    """Only a database or a bot that is not to be had makes it unready; all else is degraded."""
    found = judge(well(**wrong))
    (told,) = [each for each in found.dependencies if each.name == name]
    assert (told.state, told.why) == (state, why)
    assert found.is_ready is (state is not Condition.DOWN)
    if state is Condition.DEGRADED:
        assert found.status is Status.DEGRADED


@pytest.mark.parametrize(("name", "wrong", "state", "why"), CASES)
def test_nothing_names_an_account_or_a_host(
    name: str, wrong: dict[str, Any], state: Condition, why: str | None
) -> None:
    """Whoever asks need not be the operator, whatever goes wrong."""
    del name, state, why
    told = str(asdict(judge(well(**wrong))))
    assert HOST not in told
    assert str(PERSON) not in told


def test_everything_at_once_is_unready_and_all_of_it_is_named() -> None:
    """Whatever is not known is not ok, and hides nothing else."""
    facts = replace(
        well(), database=None, observed=None, providers=None, workers=None, vectors=None, free=None
    )
    found = judge(facts)
    assert found.status is Status.UNREADY
    wrong = {each.name for each in found.dependencies if each.state is not Condition.OK}
    assert {"database", "vectors", "providers", "workers", "disk"} <= wrong
