"""The decision whether a crashed actor starts again."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Intensity:
    """At most `restarts` in any `within` seconds: more, and the fault is not a passing one.

    The defaults are those of Erlang's supervisors.
    """

    restarts: int = 1
    within: float = 5.0

    def allows(self, crashes: list[float]) -> bool:
        """Decide about the last of these crashes, times in seconds, oldest first."""
        recent = [at for at in crashes if crashes[-1] - at < self.within]
        return len(recent) <= self.restarts
