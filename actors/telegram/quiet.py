"""What a Telethon client logs, without what it logs about."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any

_heard = logging.getLogger("tgactors.telethon")
# Heard by whoever listens, and by nobody else: what keeps Telethon from its work is said by us.
_heard.addHandler(logging.NullHandler())


class QuietLogger(logging.Logger):
    """Passes on what Telethon says of its work, and only the kinds of what it handles.

    A request or an answer that it could not make sense of may hold a code, a number or a key.
    """

    def __init__(self) -> None:
        super().__init__(_heard.name)

    def getChild(self, suffix: str) -> QuietLogger:  # noqa: ARG002, N802  as the base class has it
        """Return this: every part of a client speaks through it."""
        return self

    def isEnabledFor(self, level: int) -> bool:  # noqa: N802  as the base class has it
        """Ask whoever listens."""
        return _heard.isEnabledFor(level)

    def handle(self, record: logging.LogRecord) -> None:
        """Pass a record on, with its template and whatever in it is harmless."""
        given = record.args if isinstance(record.args, tuple) else (record.args,)
        record.args = tuple(_harmless(each) for each in given) if record.args else ()
        if record.exc_info:
            kind = record.exc_info[0]
            record.msg = f"{record.msg} ({kind.__name__ if kind else 'no error'})"
            record.exc_info = record.exc_text = None
        _heard.handle(record)


def _harmless(value: Any) -> Any:
    if isinstance(value, (str, int, float, timedelta)):  # names, places and counts
        return value
    return type(value).__name__
