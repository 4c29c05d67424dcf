"""Answers to questions: what a person types, or a program writes to standard input."""

from __future__ import annotations

import asyncio
import os
import sys
import termios
from collections.abc import Iterator
from contextlib import contextmanager

_INPUT = 0
_MOST = 65_536  # bytes read at once
_LOCAL_MODES = 3  # where termios keeps whether a terminal echoes


class Answers:
    """Reads lines of standard input one at a time; whoever waits for one may leave at any time.

    What follows a line is kept for the next question.
    """

    def __init__(self) -> None:
        self._read = b""
        self._ended = False
        self._is_hidden = False

    async def line(self, prompt: str) -> str | None:
        """Return the next line, None when there is none any more; a terminal shows the prompt."""
        with self._asked(prompt):
            while b"\n" not in self._read and not self._ended:
                chunk = await _more()
                self._read += chunk
                self._ended = not chunk
            line, found, self._read = self._read.partition(b"\n")
        if not (line or found):
            return None
        return line.decode(errors="surrogateescape").removesuffix("\r")

    @contextmanager
    def hidden(self) -> Iterator[None]:
        """Let a terminal show nothing of what is typed, also before and between questions.

        What was typed up to now is forgotten. The terminal is left as it was.
        """
        if not os.isatty(_INPUT):
            yield
            return
        before, quiet = termios.tcgetattr(_INPUT), termios.tcgetattr(_INPUT)
        quiet[_LOCAL_MODES] &= ~termios.ECHO
        termios.tcsetattr(_INPUT, termios.TCSAFLUSH, quiet)
        self._is_hidden = True
        try:
            yield
        finally:
            self._is_hidden = False
            termios.tcsetattr(_INPUT, termios.TCSADRAIN, before)

    @contextmanager
    def _asked(self, prompt: str) -> Iterator[None]:
        """Show a prompt in a terminal, and end its line whatever becomes of the question."""
        if not os.isatty(_INPUT):
            yield
            return
        _show(prompt)
        answered = False
        try:
            yield
            answered = True
        finally:
            if self._is_hidden or not answered:
                _show("\n")


async def _more() -> bytes:
    """Wait for more of standard input; nothing when it has ended."""
    loop = asyncio.get_running_loop()
    readable = asyncio.Event()
    try:
        try:
            loop.add_reader(_INPUT, readable.set)
        except PermissionError:  # a file, in which all there is can be read at once
            return os.read(_INPUT, _MOST)
        try:
            await readable.wait()
            return os.read(_INPUT, _MOST)
        finally:
            loop.remove_reader(_INPUT)
    except OSError:  # closed, or the terminal is gone
        return b""


def _show(text: str) -> None:
    sys.stderr.write(text)
    sys.stderr.flush()
