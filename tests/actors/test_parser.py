"""Parses that are joined, up to their very end."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, cast

import pytest

from actors.meaning_messages import DescribeMeaning
from actors.messages import ListRequest, ParseRequest
from actors.parser import ParserActor
from actors.store_messages import AddReport, LastReport
from actors.values import Listed, ParseProgress, ParseReport
from runtime import Job
from runtime.streams import emits
from storage.meaning_rows import Meaning

pytestmark = pytest.mark.anyio

PERSON = 42
POSTS = 3
NOW = datetime(2026, 1, 1, tzinfo=UTC)


class Archive:
    """An account without channels, three posts of which are still to be tagged and indexed.

    A report is being stored until the test has let it be.
    """

    def __init__(self) -> None:
        self.reports: list[ParseReport] = []
        self.pending = POSTS
        self.patience: list[float] = []
        self.ends_within = 0.0
        self.storing = asyncio.Event()
        self.stored = asyncio.Event()

    async def ask(self, request: Any, *, timeout: float = 30.0) -> Any:
        """Answer for the account and the store."""
        assert timeout > 0
        match request:
            case ListRequest():
                return Listed(channels=0, due=())
            case LastReport():
                return self.reports[-1] if self.reports else None
            case DescribeMeaning(since=since):
                fresh = POSTS - self.pending if since is None else 0
                return replace(EMPTY, fresh_tagged=fresh, pending=self.pending)
            case AddReport(report=report):
                self.storing.set()
                await self.stored.wait()
                self.reports.append(report)
                return None
        raise AssertionError(request)

    def wake(self) -> None:
        """Nobody sleeps."""

    async def settle(self, account: int, within: float) -> bool:
        """Tag and index what is to be, if there is time enough."""
        assert account == PERSON
        self.patience.append(within)
        await asyncio.sleep(0)
        if within < self.ends_within:
            return False
        self.pending = 0
        return True


EMPTY = Meaning(
    posts=POSTS,
    tagged=0,
    skipped=0,
    dead=0,
    indexed=0,
    pending=0,
    fresh_tagged=0,
    fresh_indexed=0,
    at=NOW,
    waiting=(),
)


def parser(archive: Archive) -> ParserActor:
    """Make one before an archive; nobody reads, for there is nothing to."""
    ref = cast("Any", archive)
    return ParserActor(lambda _: ref, ref, archive, archive)


async def begun(
    actor: ParserActor, settle: float, shown: list[ParseProgress] | None = None
) -> asyncio.Task[ParseReport]:
    """Begin a parse."""
    request = ParseRequest(account=PERSON, depth=100, settle=settle)

    async def show(now: ParseProgress) -> None:
        if shown is not None:
            shown.append(now)

    emits(request, show)
    job = await actor.handle(request)
    assert isinstance(job, Job)
    return asyncio.ensure_future(job.work)


async def join(actor: ParserActor, settle: float) -> None:
    """Join the parse that runs: of a job that is joined the new work is dropped."""
    job = await actor.handle(ParseRequest(account=PERSON, depth=100, settle=settle))
    assert isinstance(job, Job)
    job.work.close()


@pytest.mark.parametrize("settle", [0.0, 5.0])
async def test_who_joins_while_the_report_is_stored_has_it_settled_too(settle: float) -> None:
    """It is waited for as long as they wish, told, and counted: the newest report has all of it."""
    archive = Archive()
    archive.ends_within = 60.0
    actor = parser(archive)
    shown: list[ParseProgress] = []
    parse = await begun(actor, settle, shown)
    await archive.storing.wait()
    waited = len(archive.patience)
    await join(actor, 90.0)
    archive.stored.set()
    report = await parse
    assert archive.patience[waited:] == [90.0 - settle]
    assert (report.tagged, report.pending) == (POSTS, 0)
    assert archive.reports[-1] == report
    assert {each.began_at for each in archive.reports} == {report.began_at}
    assert shown[-1].settling


@pytest.mark.parametrize(("settle", "more"), [(0.0, 0.0), (60.0, 90.0)])
async def test_who_has_nothing_to_wait_for_keeps_nobody(settle: float, more: float) -> None:
    """Whoever joins without patience, or when all is settled, gets the report that is stored."""
    archive = Archive()
    archive.ends_within = 60.0
    actor = parser(archive)
    parse = await begun(actor, settle)
    await archive.storing.wait()
    await join(actor, more)
    archive.stored.set()
    report = await parse
    assert archive.reports == [report]
    assert archive.patience == ([settle] if settle else [])


async def test_a_parse_after_one_that_was_given_up_waits_as_it_was_told_to() -> None:
    """It waits for the end of the one before it, which takes none of its patience along."""
    archive = Archive()
    actor = parser(archive)
    given_up = await begun(actor, 0.0)
    await archive.storing.wait()
    given_up.cancel()
    job = await actor.handle(ParseRequest(account=PERSON, depth=100, settle=7.0))
    assert isinstance(job, Job)
    with pytest.raises(asyncio.CancelledError):
        await given_up
    archive.stored.set()
    report = await job.work
    assert archive.patience == [7.0]
    assert report.pending == 0
