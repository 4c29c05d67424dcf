"""Work that goes on after its request was answered: who may see it, and when it is forgotten."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from bot.web.job import Job, Kind, Parse
from bot.web.problems import Refused, refused

if TYPE_CHECKING:
    from bot.web.access import Caller

MOST_RUNNING: Final = 200
MOST_OF_ONE: Final = 4
"""Running jobs of one account."""
MOST_ENDED: Final = 200
"""Jobs that are kept after their end: the oldest go."""
MOST_ENDED_OF_ONE: Final = 20
"""Those of one account, so that nobody drives out what others have not looked at yet."""
MOST_REPORTS: Final = 20_000
"""Parses of accounts in all that are kept; of thousands of accounts each job has as many."""
_AGAIN_AFTER: Final = 5.0
_TOO_MANY: Final = (
    "As many jobs run as may: wait for one of them at GET /jobs/ID, or end it by DELETE."
)
_ENDING: Final = "The service ends, and begins nothing new. Ask again when it is back."


class Jobs:
    """Keeps jobs while they run, and some after that."""

    def __init__(self) -> None:
        self._running: dict[str, Job] = {}
        self._ended: dict[str, Job] = {}
        self._ending = False

    def begin(
        self, kind: Kind, account: int | None, accounts: Iterable[int], wanted: object, parse: Parse
    ) -> Job:
        """Begin a job, or join the one that runs for the same and `wanted` the same."""
        if self._ending:
            raise refused(503, "Ending", _ENDING, wait=_AGAIN_AFTER)
        of_one = [each for each in self._running.values() if each.is_of(kind, account)]
        for job in of_one:
            if job.wanted == wanted:
                return job
        if len(of_one) >= MOST_OF_ONE or len(self._running) >= MOST_RUNNING:
            raise refused(429, "TooManyJobs", _TOO_MANY, wait=_AGAIN_AFTER)
        job = Job(
            secrets.token_urlsafe(12),
            kind,
            account,
            accounts,
            wanted=wanted,
            parse=parse,
            ended=self._ended_now,
        )
        self._running[job.id] = job
        return job

    def find(self, job: str, caller: Caller) -> Job:
        """Return a job that somebody may see: the operator any, an account those of its own."""
        found = self._running.get(job) or self._ended.get(job)
        if found is None or caller.account not in {None, found.account}:
            raise Refused(404, "NoSuchJob", f"There is no job {job!r}, or not any more.")
        return found

    async def end(self) -> None:
        """Cancel what runs, and begin nothing any more."""
        self._ending = True
        running = list(self._running.values())
        await asyncio.gather(*(job.cancel() for job in running))

    def _ended_now(self, job: Job) -> None:
        del self._running[job.id]
        self._ended[job.id] = job
        if job.account is not None:
            own = [each.id for each in self._ended.values() if each.account == job.account]
            for each in own[:-MOST_ENDED_OF_ONE]:
                del self._ended[each]
        reports = sum(each.size for each in self._ended.values())
        while len(self._ended) > MOST_ENDED or (reports > MOST_REPORTS and len(self._ended) > 1):
            reports -= self._ended.pop(next(iter(self._ended))).size
