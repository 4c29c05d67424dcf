"""Where the events of all rooms are shown."""

from __future__ import annotations

import logging
import sys
from typing import Any

import structlog


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
        ("telethon", logging.WARNING),
    ):
        logger = logging.getLogger(name)
        logger.handlers[:] = [handler]
        logger.setLevel(level)
        logger.propagate = False
    structlog.configure(
        processors=[structlog.contextvars.merge_contextvars, _as_line],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=lambda *names: logging.getLogger(".".join(("tgactors", *names))),
    )


def _as_line(_: Any, __: str, event: structlog.typing.EventDict) -> Any:
    exc_info = event.pop("exc_info", None)
    name = event.pop("event")
    data = " ".join(f"{key}={value!r}" for key, value in event.items())
    return (f"{name} {data}".rstrip(),), {"exc_info": exc_info}
