"""How late the service's own loop is: it answers HTTP and the bot, and no watchdog looks at it."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from typing import Final

BEAT_SECONDS: Final = 0.5
KEPT: Final = 30
"""Beats by which the present lag is told: 15 seconds."""
STALL_SECONDS: Final = 1.0


class Heartbeat:
    """Sleeps again and again, and sees by how much longer that takes."""

    def __init__(self) -> None:
        self._late: deque[float] = deque(maxlen=KEPT)
        self.longest = 0.0
        """The longest lag there was."""
        self.stalls = 0

    @property
    def lag(self) -> float:
        """The longest lag of late, in seconds."""
        return max(self._late, default=0.0)

    def beat(self, late: float) -> None:
        """Count a sleep that took so many seconds too long."""
        late = max(late, 0.0)
        self._late.append(late)
        self.longest = max(self.longest, late)
        self.stalls += late >= STALL_SECONDS

    async def run(self) -> None:
        """Beat until cancelled."""
        while True:
            began = time.monotonic()
            await asyncio.sleep(BEAT_SECONDS)
            self.beat(time.monotonic() - began - BEAT_SECONDS)
