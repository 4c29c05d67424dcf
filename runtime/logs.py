"""Structured logging that a library may do: quiet until its program listens."""

from __future__ import annotations

import logging
from typing import Any, cast

import structlog
from structlog.typing import EventDict, WrappedLogger


def _as_record(_: WrappedLogger, __: str, event: EventDict) -> tuple[tuple[str], dict[str, Any]]:
    """Pass an event on to the standard library, its data whole, for whichever handler is there."""
    exc_info = event.pop("exc_info", None)
    name = str(event.pop("event"))
    data = " ".join(f"{key}={value!r}" for key, value in event.items())
    extra = {"event": name, "data": dict(event)}
    return (f"{name} {data}".rstrip(),), {"exc_info": exc_info, "extra": extra}


def get_logger(room: str) -> structlog.stdlib.BoundLogger:
    """Return a room's logger: `log.info("session.parsed", added=3)`, in the asker's context."""
    logger = structlog.wrap_logger(
        logging.getLogger(f"tgactors.{room}"),
        processors=[structlog.contextvars.merge_contextvars, _as_record],
        wrapper_class=structlog.stdlib.BoundLogger,
    )
    return cast("structlog.stdlib.BoundLogger", logger)
