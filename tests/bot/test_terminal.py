"""What somebody sees who watches in a terminal."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import termios
import time
from collections.abc import Iterator
from contextlib import contextmanager

from sandbox import Sandbox, demo_world
from tests.bot.conftest import PERSON, TGACTORS, CommandLine

UP = "\x1b[1A"
_PATIENCE = 60.0  # seconds


class Terminal:
    """A pseudo-terminal in which a command runs."""

    def __init__(self, master: int, process: subprocess.Popen[bytes]) -> None:
        self._master = master
        self._process = process
        self.shown = ""

    def read_until(self, words: str) -> None:
        """Wait until the words have been shown."""
        deadline = time.monotonic() + _PATIENCE
        while words not in self.shown:
            assert self._more(deadline), f"{words!r} was never shown:\n{self.shown}"

    def read_all(self) -> int:
        """Wait for the command's end; return its status."""
        deadline = time.monotonic() + _PATIENCE
        while self._more(deadline):
            pass
        return self._process.wait(_PATIENCE)

    def _more(self, deadline: float) -> bool:
        ready, _, _ = select.select([self._master], [], [], max(0.0, deadline - time.monotonic()))
        assert ready, f"nothing more was shown in time:\n{self.shown}"
        try:
            got = os.read(self._master, 65536)
        except OSError:  # the command has ended
            return False
        self.shown += got.decode("utf-8", "replace")
        return bool(got)


@contextmanager
def terminal(line: CommandLine, *words: object, rows: int, **env: str) -> Iterator[Terminal]:
    """Run a command in a terminal of 80 columns."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, 80, 0, 0))
    with subprocess.Popen(
        [TGACTORS, *map(str, words)],
        cwd=line.folder,
        env=line.env | {"TERM": "xterm-256color"} | env,
        stdin=slave,
        stdout=slave,
        stderr=slave,
    ) as process:
        os.close(slave)
        try:
            yield Terminal(master, process)
        finally:
            process.kill()
            os.close(master)


def renewed(line: CommandLine, rows: int) -> str:
    """Log in at a Telegram that scans only the second code; return what was shown until then."""
    with (
        Sandbox(demo_world(), token_life=1.0) as telegram,
        terminal(line, "login", PERSON, "--telegram", telegram.address, rows=rows) as seen,
    ):
        seen.read_until("Code 2 is good until")
        until_then = seen.shown
        telegram.scan_automatically(PERSON)
        assert seen.read_all() == 0
        assert f"Account {PERSON} is logged in." in seen.shown
    return until_then


def test_a_renewed_code_is_drawn_over_the_last(line: CommandLine) -> None:
    """In a tall terminal the code stays in its place, in its own colours whatever those are."""
    shown = renewed(line, 40)
    first, second = shown.index("Code 1 is good"), shown.index("Code 2 is good")
    assert shown[first:second].count(UP) >= 21
    assert "\x1b[38;5;231;48;5;16m████" in shown


def test_codes_follow_each_other_in_a_low_terminal(line: CommandLine) -> None:
    """Where a code does not fit beside its captions, nothing is drawn over."""
    assert UP not in renewed(line, 20)


def test_the_demo_is_watched(line: CommandLine) -> None:
    """The progress is drawn, no line is longer than the terminal, and nothing is left behind."""
    with terminal(line, "demo", rows=40) as seen:
        assert seen.read_all() == 0
    assert re.search(r"/15.*channels, \d+ posts?", seen.shown)
    assert "no process, thread, socket or temporary file is left." in seen.shown
    plain = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", seen.shown)
    assert max(len(each) for each in re.split(r"[\r\n]+", plain)) <= 80


def test_colours_can_be_declined(line: CommandLine) -> None:
    """NO_COLOR is honoured."""
    with terminal(line, "demo", rows=40, NO_COLOR="1") as seen:
        assert seen.read_all() == 0
    assert not re.search(r"\x1b\[[0-9;]*38;5", seen.shown)
