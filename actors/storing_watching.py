"""What each message about watching the service asks of the database."""

from __future__ import annotations

from collections.abc import Coroutine
from datetime import UTC, datetime
from typing import Any

from actors.watching_messages import WatchingMessage
from storage import freshness
from storage.database import Database


def of_watching(db: Database, message: WatchingMessage) -> Coroutine[Any, Any, object]:
    """Work on how fresh the archive is."""
    del message  # there is only one
    return freshness.observe(db, now=datetime.now(UTC))
