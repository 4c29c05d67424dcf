"""What somebody sees who watches in a terminal."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest

from sandbox import Sandbox, demo_world
from tests.bot.conftest import PERSON, CommandLine
from tests.bot.terminals import terminal

UP = "\x1b[1A"
HOME = "\x1b[2J\x1b[H"


@pytest.fixture
def slow() -> Sandbox:
    """A Telegram whose codes live for a second, and nobody scans them."""
    return Sandbox(demo_world(), token_life=1.0)


def test_a_renewed_code_is_drawn_over_the_last(beside: CommandLine, slow: Sandbox) -> None:
    """In a terminal of the usual size the code stays in its place, in its own colours, and goes."""
    words = ("login", PERSON, "--telegram")
    with slow, terminal(beside, *words, slow.address, rows=24) as seen:
        seen.read_until("Code 2 is good for")
        slow.scan_automatically(PERSON)
        assert seen.read_all() == 0
    first, second = seen.shown.index("Code 1 is good"), seen.shown.index("Code 2 is good")
    assert seen.shown[first:second].count(UP) >= 21
    assert "\x1b[38;5;231;48;5;16m████" in seen.shown
    assert HOME not in seen.shown
    assert "tg://" not in seen.shown
    gone = seen.shown.rindex("follows by itself.")
    assert seen.shown[gone:].count("\x1b[2K") >= 22
    assert seen.text.rstrip().endswith(f"tgactors parse {PERSON}")


def test_the_seconds_that_are_left_are_counted(beside: CommandLine, telegram: Sandbox) -> None:
    """While a code is good, its time runs down in place."""
    telegram.scan_automatically(None)
    with terminal(beside, "login", PERSON) as seen:
        left: list[int] = []
        while not {(each, each - 1) for each in left} & set(pairwise(left)) or len(set(left)) < 3:
            seen.read_more()  # a busy machine may leave seconds out, but not every other one
            left = [*map(int, re.findall(r"Code 1 is good for (\d+) s more", seen.text))]
            assert "Code 2" not in seen.text
        assert left == sorted(left, reverse=True)
        telegram.scan_automatically(PERSON)


@pytest.mark.parametrize(("rows", "columns"), [(20, 80), (40, 38)], ids=["low", "narrow"])
def test_a_small_window_is_told_how_to_grow(
    beside: CommandLine, telegram: Sandbox, rows: int, columns: int
) -> None:
    """No broken code is drawn; as soon as the window is large enough, a whole one is."""
    telegram.scan_automatically(None)
    with terminal(beside, "login", PERSON, rows=rows, columns=columns) as seen:
        seen.read_until("--phone NUMBER")
        told = " ".join(seen.text.split())
        assert "needs a window of 41 columns and 24 rows" in told
        assert f"this one has {columns} and {rows}." in told
        assert "█" not in told
        seen.resize(24, 80)
        seen.read_until("Code 1 is good for")
        # Nobody knows how the terminal has broken the lines of the old window.
        assert seen.shown.index(HOME) < seen.shown.index("████")


@pytest.mark.soak
def test_the_demo_is_watched(line: CommandLine) -> None:
    """The progress is drawn, no line is longer than the terminal, and nothing is left behind."""
    with terminal(line, "demo") as seen:
        assert seen.read_all() == 0
    assert re.search(r"/15.*channels, \d+ posts?", seen.shown)
    assert "no process, thread, socket or temporary file is left." in seen.shown
    assert max(len(each) for each in re.split(r"[\r\n]+", seen.text)) <= 80


def test_colours_can_be_declined(beside: CommandLine) -> None:
    """NO_COLOR is honoured: the code is drawn in the terminal's own colours."""
    with terminal(beside, "login", PERSON, NO_COLOR="1") as seen:
        assert seen.read_all() == 0
    assert "█" in seen.shown
    assert not re.search(r"\x1b\[[0-9;]*38;5", seen.shown)
