"""What one worker has done so far, and what keeps it from doing more."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from actors.meaning_messages import DelayWork, GiveUpWork, KeepTags
from actors.providers.outcomes import Later
from actors.reasons import LOSSES, WorkerWhy
from actors.work_delays import pause
from actors.worker_messages import WorkerStatus
from runtime import Request


@dataclass(slots=True)
class Tally:
    """Counts of posts since the worker was made, and the latest trouble. One loop only."""

    ok: int = 0
    skipped: int = 0
    failed: int = 0
    dead: int = 0
    _unanswered: int = 0
    _later: Later | None = None
    _resume_at: datetime | None = None

    def count(self, requests: Iterable[Request[Any]]) -> None:
        """Count what a worker has asked the store to keep."""
        for request in requests:
            match request:
                case KeepTags():
                    skipped = sum(result.state == "skipped" for result in request.results)
                    self.skipped += skipped
                    self.ok += len(request.results) - skipped
                case DelayWork():
                    self.failed += request.failed
                case GiveUpWork():
                    self.dead += 1
                case _:
                    pass

    def answered(self) -> None:
        """Somebody has answered: whatever was the matter is over."""
        self._unanswered, self._later, self._resume_at = 0, None, None

    def unanswered(self, later: Later, posts: int, now: datetime) -> None:
        """Nobody could answer for some posts."""
        self._unanswered += posts
        self._later = later
        self._resume_at = now + timedelta(seconds=pause(self._unanswered, later.until, now))

    def rest(self, now: datetime) -> float:
        """Return for how many seconds there is no use in claiming work."""
        return 0.0 if self._resume_at is None else max((self._resume_at - now).total_seconds(), 0.0)

    def status(
        self, name: str, under_way: int, trouble: str | None, *losses: WorkerWhy | None
    ) -> WorkerStatus:
        """Describe the worker: degraded by its trouble, the latest outage, or a loss."""
        later = None if self._later is None else self._later.reason
        known: list[tuple[WorkerWhy, str | None]] = [("trouble", trouble), ("unanswered", later)]
        known += [(each, LOSSES[each]) for each in losses if each is not None]
        code, reason = next((each for each in known if each[1] is not None), (None, None))
        return WorkerStatus(
            name=name,
            state="degraded" if code is not None else "running" if under_way else "idle",
            code=code,
            reason=reason,
            under_way=under_way,
            ok=self.ok,
            skipped=self.skipped,
            failed=self.failed,
            dead=self.dead,
        )
