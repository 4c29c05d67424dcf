"""How a running service is doing, as one screen of a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final, TypeAlias

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from bot.tables import cell
from bot.wording import counted

Facts: TypeAlias = Mapping[str, Any]

_STYLES: Final = {"ready": "bold green", "degraded": "bold yellow", "unready": "bold red"}
_MOODS: Final = {"degraded": "yellow", "down": "bold red"}
_DAY: Final = 86_400.0
_UNITS: Final = ((_DAY, "d"), (3600.0, "h"), (60.0, "min"), (1.0, "s"))


def screen(facts: Facts, address: str) -> RenderableType:
    """Draw what a service says of itself."""
    return Group(*_parts(facts, address))


def lasting(seconds: float | None) -> str:
    """Say how long: "4.2 ms", "36 s", "3 h"; a dash for what nobody knows."""
    if seconds is None:
        return "-"
    if seconds < 1:
        return f"{1000 * seconds:.3g} ms"
    size, unit = next((size, unit) for size, unit in _UNITS if seconds >= size)
    return f"{int(seconds / size)} {unit}"


def _parts(facts: Facts, address: str) -> Iterator[RenderableType]:
    status = facts["readiness"]["status"]
    yield Text.assemble(
        ("tgactors ", "bold"),
        f"{facts['version']}  ",
        (status, _STYLES[status]),
        f"  {datetime.fromisoformat(facts['at']).astimezone():%H:%M:%S}  {address}/status",
    )
    wrong = [each for each in facts["readiness"]["dependencies"] if each["state"] in _MOODS]
    if wrong:
        yield Text("  ").join(
            Text(f"{each['name']}: {each['why']}", _MOODS[each["state"]]) for each in wrong
        )
    yield Text()
    yield _numbers(facts)
    yield Text()
    yield _actors(facts)
    if facts["workers"]:
        yield Text()
        yield _workers(facts)
    if facts["providers"]:
        yield Text()
        yield _providers(facts)


def _numbers(facts: Facts) -> Table:
    made = Table.grid(padding=(0, 3))
    seen = facts["freshness"]
    if seen is None:
        made.add_row("Freshness", Text("unknown: the database gave no answer in time", "red"))
        return made
    overdue = _since(seen["reading"]["oldest_due"], seen["at"])
    unread = ", ".join(f"{number} {why}" for why, number in seen["reading"]["unread"].items())
    states = ", ".join(f"{number} {state}" for state, number in sorted(seen["accounts"].items()))
    report = _since(seen["last_report"], seen["at"])
    stored = f"{counted(seen['stored'][-1], 'post')} in the last hour"
    made.add_row("Stored", f"{stored}, {sum(seen['stored'])} in 24, {seen['posts']} held")
    due = f"{seen['reading']['due']} of {seen['reading']['channels']} due"
    first = "" if overdue is None else f", the first for {lasting(overdue)}"
    made.add_row("Channels", f"{due}{first}; unread: {unread or '0'}")
    made.add_row("Accounts", f"{states or 'none'}; {seen['flooded']} flooded")
    for each in seen["work"]:
        work = f"{each['due']} due, {each['waiting']} waiting, {each['dead']} given up"
        made.add_row(f"To {each['kind']}", work)
    told = "none" if report is None else f"{lasting(report)} ago"
    vectors = "-" if facts["vectors"] is None else facts["vectors"]
    made.add_row(
        "Last report", f"{told}; vectors: {vectors}; loop violations: {facts['violations']}"
    )
    return made


def _since(moment: str | None, now: str) -> float | None:
    if moment is None:
        return None
    passed = datetime.fromisoformat(now) - datetime.fromisoformat(moment)
    return max(passed.total_seconds(), 0.0)


def _actors(facts: Facts) -> Table:
    made = _ruled("Actor", "State", ">Queue", ">Handled", ">50 %", ">95 %", ">Longest", ">Stalls")
    for each in facts["kinds"]:
        states = ", ".join(f"{number} {state}" for state, number in each["states"].items())
        made.add_row(
            cell(each["kind"]),
            cell(states or "ended"),
            str(each["depth"]),
            str(each["handled"]),
            lasting(each["usual"]),
            lasting(each["slow"]),
            lasting(each["longest"]),
            str(each["stalls"]),
        )
    made.add_row(
        "service", "1 running", "", "", "", "", lasting(facts["lag"]), str(facts["stalls"])
    )
    return made


def _workers(facts: Facts) -> Table:
    made = _ruled("Worker", "State", ">At work", ">Done", ">Put back", ">Given up", "Why")
    for each in facts["workers"]:
        made.add_row(
            each["name"],
            "healing" if each["healing"] else each["state"],
            *(str(each[name]) for name in ("under_way", "ok", "failed", "dead")),
            cell(each["reason"] or ""),
        )
    return made


def _providers(facts: Facts) -> Table:
    made = _ruled("Provider", "Model", "State", "Outcomes", ">Tokens", "Why")
    for each in facts["providers"]:
        outcomes = ", ".join(f"{times} {outcome}" for outcome, times in each["outcomes"])
        made.add_row(
            each["name"],
            cell(each["model"]),
            "paused" if each["open_at"] else "asked",
            cell(outcomes),
            str(each["prompt_tokens"] + each["completion_tokens"]),
            cell(each["why"] or ""),
        )
    return made


def _ruled(*columns: str) -> Table:
    """Make an empty table; a column that begins with > has numbers."""
    made = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for name in columns:
        is_number = name.startswith(">")
        made.add_column(name.removeprefix(">"), justify="right" if is_number else "left")
    return made
