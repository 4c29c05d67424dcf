"""A terminal in which a command runs."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.bot.conftest import CommandLine

_PATIENCE = 60.0  # seconds
_CONTROL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


class Terminal:
    """A pseudo-terminal, its keyboard, and what was shown in it."""

    def __init__(self, master: int, process: subprocess.Popen[Any]) -> None:
        self._master = master
        self._process = process
        self.shown = ""

    @property
    def text(self) -> str:
        """What was shown, without what moves the cursor or colours."""
        return _CONTROL.sub("", self.shown)

    def read_until(self, words: str) -> None:
        """Wait until the words have been shown."""
        deadline = time.monotonic() + _PATIENCE
        while words not in self.text:
            assert self._more(deadline), f"{words!r} was never shown:\n{self.shown}"

    def read_more(self) -> None:
        """Wait until something more has been shown."""
        assert self._more(time.monotonic() + _PATIENCE), f"nothing more was shown:\n{self.shown}"

    def read_all(self) -> int:
        """Wait for the command's end; return its status."""
        deadline = time.monotonic() + _PATIENCE
        while self._more(deadline):
            pass
        return self._process.wait(_PATIENCE)

    def type(self, keys: str) -> None:
        """Press keys."""
        os.write(self._master, keys.encode())

    def resize(self, rows: int, columns: int) -> None:
        """Change the window's size."""
        _set_size(self._master, rows, columns)

    def echoes(self) -> bool:
        """Whether what is typed is shown."""
        return bool(termios.tcgetattr(self._master)[3] & termios.ECHO)

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
def terminal(
    line: CommandLine, *words: object, rows: int = 40, columns: int = 80, **env: str
) -> Iterator[Terminal]:
    """Run a command in a terminal, as a shell does: Ctrl-C typed there reaches it."""
    master, slave = pty.openpty()
    _set_size(master, rows, columns)
    process = line.start_in(slave, words, {"TERM": "xterm-256color"} | env)
    os.close(slave)
    try:
        yield Terminal(master, process)
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(_PATIENCE)
        os.close(master)


def _set_size(master: int, rows: int, columns: int) -> None:
    fcntl.ioctl(master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
