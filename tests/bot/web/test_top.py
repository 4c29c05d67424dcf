"""The command that shows how the running service is doing."""

from __future__ import annotations

import io
import json
import os
import time
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
from fastapi.encoders import jsonable_encoder
from rich.console import Console

from bot.top import lasting, screen
from bot.web.announcement import Announcement, announced
from bot.web.facts import Facts
from bot.web.heartbeat import Heartbeat
from bot.web.overview import overview
from tests.bot.conftest import CommandLine, refused
from tests.bot.terminals import terminal
from tests.bot.web.conftest import POSTS
from tests.bot.web.serving import LOCAL, PATIENCE, Served
from tests.bot.web.test_page import degraded, empty
from tests.bot.web.watched import well

ADDRESS = "http://127.0.0.1:8010"
CTRL_C = "\x03"
ENTERED, LEFT = "\x1b[?1049h", "\x1b[?1049l"


def drawn(facts: Facts, width: int = 120) -> str:
    """Return what a terminal of a width shows."""
    made = overview(facts, heart=Heartbeat(), requests=5, samples=None)
    told = json.loads(json.dumps(jsonable_encoder(made)))
    out = io.StringIO()
    Console(file=out, width=width, highlight=False).print(screen(told, ADDRESS))
    return out.getvalue()


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(None, "-"), (0.0, "0 ms"), (0.0042, "4.2 ms"), (59.9, "59 s"), (7200, "2 h"), (9e5, "10 d")],
)
def test_lengths_are_told_in_a_word(seconds: float | None, words: str) -> None:
    """With the unit that fits."""
    assert lasting(seconds) == words


def test_what_does_well_is_short() -> None:
    """The numbers are there, and nothing is said to be wrong."""
    shown = drawn(well())
    for each in ("ready", "36 posts in the last hour", "2 of 15 due, the first for 1 min"):
        assert each in shown
    assert "degraded" not in shown


@pytest.mark.parametrize("width", [60, 80, 200])
def test_what_is_wrong_comes_first(width: int) -> None:
    """Each dependency that is not well is named with why; no line is wider than the terminal."""
    shown = drawn(degraded(), width)
    top = shown.split("Stored")[0]
    for each in ("unready", "bot: another process has it", "index: healing"):
        assert each in " ".join(top.split())
    assert "12345678 held" in " ".join(shown.split())
    assert max(map(len, shown.splitlines())) <= width


def test_nothing_is_shown_as_nothing() -> None:
    """In a service in which nobody has logged in there is no number to be had."""
    shown = " ".join(drawn(empty()).split())
    for each in ("0 of 0 due; unread: 0", "Accounts none; 0 flooded", "Last report none"):
        assert each in shown


@pytest.fixture
def found(served: Served, line: CommandLine) -> Iterator[CommandLine]:
    """A command line of the folder whose service is announced."""
    data: Path = served.app.state.service.settings.data
    line.env["TGACTORS_DATA"] = str(data)
    made = Announcement(
        address=served.address, token=LOCAL, pid=os.getpid(), version=version("tgactors")
    )
    with announced(data, made):
        yield line


def test_a_program_reads_one_line(found: CommandLine) -> None:
    """With --once there is one look; it knows the token from the folder."""
    facts: dict[str, Any] = found.run("top", "--once", "--json").facts
    assert facts["readiness"]["status"] in {"ready", "degraded"}
    assert {"freshness", "kinds", "workers", "providers"} <= facts.keys()


def test_a_terminal_is_redrawn_until_it_is_left(found: CommandLine, served: Served) -> None:
    """It looks again and again; Ctrl-C leaves the terminal as it was."""
    with terminal(found, "top", "--every", "0.5") as seen:
        seen.read_until(f"{POSTS} held")
        looks = served.app.state.watch.requests.total
        seen.read_until("service")
        until = time.monotonic() + PATIENCE
        while served.app.state.watch.requests.total < looks + 2 and time.monotonic() < until:
            time.sleep(0.05)
        assert served.app.state.watch.requests.total >= looks + 2
        seen.type(CTRL_C)
        assert seen.read_all() == 130
    assert seen.shown.rindex(LEFT) > seen.shown.index(ENTERED)


def test_without_a_service_that_is_said(line: CommandLine) -> None:
    """Nothing is opened, and what to do is said; a folder that is not there stays so."""
    refused(line.run("top", "--once", "--json"), "NoService", "tgactors serve")
    assert not (line.folder / "data").exists()
