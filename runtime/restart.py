"""The decision whether a crashed actor starts again, and when."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Intensity:
    """At most `restarts` in any `within` seconds: more, and the fault is not a passing one.

    The defaults are those of Erlang's supervisors.
    """

    restarts: int = 1
    within: float = 5.0

    def allows(self, crashes: list[float]) -> bool:
        """Decide about the last of these crashes, times in seconds, oldest first."""
        before = sum(1 for at in crashes[:-1] if crashes[-1] - at < self.within)
        return before < self.restarts


@dataclass(frozen=True, slots=True)
class Backoff:
    """Seconds before each restart: growing from `first` by `factor` to at most `most`.

    A part `jitter` of them is left to chance, so that many do not come back at once. An incarnation
    that lived for `calm` seconds begins the count anew.
    """

    first: float = 0.05
    factor: float = 2.0
    most: float = 30.0
    jitter: float = 0.2
    calm: float = 60.0

    def delay(self, streak: int, chance: float) -> float:
        """Return the seconds before the restart after the `streak`-th crash; chance in [0, 1)."""
        # The exponent is bounded: a float overflows at some thousand.
        full = min(self.most, self.first * self.factor ** min(streak - 1, 64))
        return full * (1.0 - self.jitter * chance)


@dataclass(slots=True)
class Record:
    """What one actor's crashes so far say about the next restart. Pure: time is told."""

    intensity: Intensity
    backoff: Backoff
    crashes: list[float] = field(default_factory=list)
    streak: int = 0

    def crashed(self, started: float, now: float, chance: float) -> float | None:
        """Return the seconds before the next start after a crash; None to give up."""
        self.streak = 1 if now - started >= self.backoff.calm else self.streak + 1
        self.crashes = [at for at in self.crashes if now - at < self.intensity.within]
        self.crashes.append(now)
        if not self.intensity.allows(self.crashes):
            return None
        return self.backoff.delay(self.streak, chance)
