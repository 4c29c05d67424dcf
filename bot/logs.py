"""Where the events of all rooms are shown."""

from __future__ import annotations

import logging
import sys


class _ToPeople(logging.Handler):
    """Writes a line for each event to whatever standard error is at that moment."""

    def __init__(self, *, traces: bool) -> None:
        super().__init__()
        self._traces = traces

    def emit(self, record: logging.LogRecord) -> None:
        line = f"{record.levelname.lower()}: {record.getMessage()}"
        if self._traces and record.exc_info:
            line += "\n" + logging.Formatter().formatException(record.exc_info)
        sys.stderr.write(line + "\n")


def listen(*, verbose: bool) -> None:
    """Show warnings and worse on standard error; all that happens, and traces, if verbose."""
    handler = _ToPeople(traces=verbose)
    for name, level in (
        ("tgactors", logging.INFO if verbose else logging.WARNING),
        # Whatever keeps Telethon from its work reaches people in our own words.
        ("tgactors.telethon", logging.WARNING if verbose else logging.ERROR),
        # The vendors' own words: asyncpg's go through the loop it runs in.
        ("asyncio", logging.WARNING if verbose else logging.ERROR),
        ("asyncpg", logging.WARNING if verbose else logging.ERROR),
        ("aiogram", logging.WARNING if verbose else logging.ERROR),
    ):
        logger = logging.getLogger(name)
        logger.handlers[:] = [handler]
        logger.setLevel(level)
        logger.propagate = False
