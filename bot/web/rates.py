"""How often somebody may ask: a bucket for each, filled at a steady rate."""

from __future__ import annotations

import ipaddress
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

MOST: Final = 10_000
"""Buckets that are kept: whoever was seen longest ago is forgotten, and begins anew."""
BURST_SECONDS: Final = 5.0
"""How long somebody may be quiet and have it made good."""


@dataclass(slots=True)
class _Bucket:
    level: float
    at: float


class Rates:
    """Lets everybody ask so often a second, and after a quiet time in bursts."""

    def __init__(
        self, per_second: float, *, most: int = MOST, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Describe it; 0 a second is as often as anybody likes."""
        self._per_second = per_second
        self._burst = max(1.0, per_second * BURST_SECONDS)
        self._most = most
        self._clock = clock
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()

    def __len__(self) -> int:
        """Count the buckets that are kept."""
        return len(self._buckets)

    def take(self, who: str) -> float:
        """Let somebody ask; return 0, or after how many seconds they may."""
        if not self._per_second:
            return 0.0
        now = self._clock()
        bucket = self._buckets.setdefault(who, _Bucket(self._burst, now))
        self._buckets.move_to_end(who)
        if len(self._buckets) > self._most:
            self._buckets.popitem(last=False)
        filled = bucket.level + (now - bucket.at) * self._per_second
        bucket.level, bucket.at = min(self._burst, filled), now
        if bucket.level < 1.0:
            return (1.0 - bucket.level) / self._per_second
        bucket.level -= 1.0
        return 0.0


def neighbourhood(host: str) -> str:
    """Name whose address it is: of IPv6 one subscriber has a whole /64."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    if isinstance(address, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((address, 64), strict=False))
    return host
