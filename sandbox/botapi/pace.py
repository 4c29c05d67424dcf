"""How many messages a bot may send, counted as Telegram does: by a bucket that fills steadily.

https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this
"""

import math
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Final

_CHATS: Final = 10_000
"""Chats whose pace is kept; of the others a pause is assumed."""


@dataclass(frozen=True, slots=True)
class Rate:
    """So many messages a second on average, and so many at once after a pause."""

    a_second: float
    burst: int


@dataclass(frozen=True, slots=True)
class Limits:
    """The rates that a bot must keep; None: any will do."""

    chat: Rate | None = Rate(1.0, 5)
    group: Rate | None = Rate(20 / 60, 20)
    overall: Rate | None = Rate(30.0, 30)


UNLIMITED: Final = Limits(None, None, None)


@dataclass(slots=True)
class _Bucket:
    level: float
    at: float


@dataclass(slots=True)
class Pace:
    """What has been sent lately. Not thread-safe."""

    limits: Limits
    _chats: "OrderedDict[int, _Bucket]" = field(default_factory=OrderedDict)
    _overall: _Bucket | None = None

    def take(self, chat: int, now: float, count: int = 1) -> int | None:
        """Send messages now; or the whole seconds after which they may be sent."""
        rate = self.limits.chat if chat > 0 else self.limits.group
        own = _filled(self._chats.get(chat), rate, now)
        every = _filled(self._overall, self.limits.overall, now)
        wait = max(_wait(own, rate, count), _wait(every, self.limits.overall, count))
        if wait > 0:
            return math.ceil(wait)
        own.level -= count
        every.level -= count
        self._overall = every
        self._chats[chat] = own
        self._chats.move_to_end(chat)
        if len(self._chats) > _CHATS:
            self._chats.popitem(last=False)
        return None


def _filled(bucket: _Bucket | None, rate: Rate | None, now: float) -> _Bucket:
    if rate is None:
        return _Bucket(0.0, now)
    if bucket is None:
        return _Bucket(rate.burst, now)
    return _Bucket(min(rate.burst, bucket.level + (now - bucket.at) * rate.a_second), now)


def _wait(bucket: _Bucket, rate: Rate | None, count: int) -> float:
    """Seconds until so many may be sent; more than a burst need a full bucket."""
    if rate is None:
        return 0.0
    return max(0.0, (min(count, rate.burst) - bucket.level) / rate.a_second)
