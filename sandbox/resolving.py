"""How many usernames one account may look up in a day."""

from collections.abc import Callable
from typing import Final

from sandbox.refusal import Refused

_DAY: Final = 86_400.0


class Resolving:
    """The look-ups of the last day, by account."""

    def __init__(self, *, clock: Callable[[], float], per_day: int) -> None:
        self._clock = clock
        self._per_day = per_day
        self._done: dict[int, list[float]] = {}

    def count(self, person_id: int) -> None:
        """Count a look-up, or refuse it until the oldest one is a day ago."""
        now = self._clock()
        done = [at for at in self._done.get(person_id, []) if now - at < _DAY]
        if len(done) >= self._per_day:
            raise Refused(f"FLOOD_WAIT_{int(done[0] + _DAY - now) + 1}")
        self._done[person_id] = [*done, now]
