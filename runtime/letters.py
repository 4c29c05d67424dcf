"""Messages that were accepted and will not be done."""

from __future__ import annotations

import threading
from collections import Counter
from typing import TYPE_CHECKING

from runtime.logs import get_logger

if TYPE_CHECKING:
    from collections.abc import Sequence

    from runtime.mailbox import Envelope

log = get_logger("runtime")


class DeadLetters:
    """Count and log, by kind, what an end or a crash took with it; never what was in it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: Counter[tuple[str, str]] = Counter()

    def record(self, actor: str, envelopes: Sequence[Envelope], reason: str) -> None:
        """Note messages that die for one reason. From any thread."""
        kinds = Counter(type(envelope.message).__name__ for envelope in envelopes)
        if not kinds:
            return
        with self._lock:
            for kind, count in kinds.items():
                self._counts[actor, kind] += count
        log.warning("letters.died", actor=actor, reason=reason, kinds=dict(kinds))

    @property
    def total(self) -> int:
        """How many there have been."""
        with self._lock:
            return self._counts.total()

    def counts(self) -> dict[tuple[str, str], int]:
        """Return how many, by actor and kind of message."""
        with self._lock:
            return dict(self._counts)
