"""The question for a password, whose answer nobody sees."""

from __future__ import annotations

import asyncio
import getpass
import sys
import termios
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

_PROMPT = "Two-step password: "


async def asked() -> str | None:
    """Read a password: from the terminal without echo, else a line of standard input.

    None when there is nothing to read. Whoever waits can be interrupted, and the terminal is left
    as it was.
    """
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[str | None] = loop.create_future()

    def ask() -> None:
        given = _read()
        with suppress(RuntimeError):  # nobody waits any more
            loop.call_soon_threadsafe(_settle, answer, given)

    with _terminal_as_it_was():
        # A thread that reads cannot be ended: as a daemon it keeps nobody from leaving.
        threading.Thread(target=ask, name="password", daemon=True).start()
        return await answer


def _read() -> str | None:
    try:
        if sys.stdin.isatty():
            return getpass.getpass(_PROMPT, stream=sys.stderr)
        line = sys.stdin.readline()
    except (EOFError, OSError):
        return None
    return line.rstrip("\n") if line else None


def _settle(answer: asyncio.Future[str | None], given: str | None) -> None:
    if not answer.done():
        answer.set_result(given)


@contextmanager
def _terminal_as_it_was() -> Iterator[None]:
    if not sys.stdin.isatty():
        yield
        return
    before = termios.tcgetattr(sys.stdin)
    try:
        yield
    finally:
        termios.tcsetattr(sys.stdin, termios.TCSADRAIN, before)
