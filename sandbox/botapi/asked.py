"""What the Bot API was asked, and what it answered."""

import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from sandbox.botapi.refusals import Refused

_KEPT: Final = 10_000


@dataclass(slots=True, eq=False)
class Asked:
    """One call of a method; without a `status` it got no answer."""

    method: str
    chat: int | None
    status: int | None = None
    description: str = ""
    """Why it was refused."""
    fault: Any = None
    took: float = 0.0
    """Seconds."""

    def refused(self, refusal: Refused) -> Refused:
        """Note a refusal."""
        self.status, self.description = refusal.code, refusal.description
        return refusal


class Record:
    """The newest 10,000 calls that are over; readable from any thread."""

    def __init__(self) -> None:
        self._calls: deque[Asked] = deque(maxlen=_KEPT)
        self._lock = threading.Lock()

    @property
    def calls(self) -> tuple[Asked, ...]:
        """The calls, newest last."""
        with self._lock:
            return tuple(self._calls)

    @contextmanager
    def call(self, method: str, chat: int | None) -> Iterator[Asked]:
        """Note a call when the block ends, which is before the client can know."""
        asked, began = Asked(method, chat), time.monotonic()
        try:
            yield asked
        finally:
            asked.took = time.monotonic() - began
            with self._lock:
                self._calls.append(asked)
