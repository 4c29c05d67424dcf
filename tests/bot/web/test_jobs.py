"""Jobs, with parses that the test ends when it likes."""

from __future__ import annotations

import asyncio
import json
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from typing import Any

import pytest

import actors
from actors.values import ParseProgress, ParseReport
from bot.web.access import Caller
from bot.web.job import Job
from bot.web.jobs import MOST_ENDED, MOST_ENDED_OF_ONE, MOST_OF_ONE, MOST_REPORTS, Jobs
from bot.web.problems import Refused

pytestmark = pytest.mark.anyio

OPERATOR = Caller(None, "operator")
PATIENCE = 20.0  # seconds


def report(account: int) -> ParseReport:
    """Make what a parse has committed."""
    return ParseReport(
        account=account,
        channels=1,
        added=3,
        edited=0,
        deleted=0,
        unread=(),
        flood_until=None,
        began_at=datetime.now(UTC),
        took=0.1,
    )


def progress(added: int) -> ParseProgress:
    """Make how far a parse has come."""
    return ParseProgress(channel="A", done=0, channels=1, added=added)


class Parses:
    """Parses that go on until they are told to end; who was cancelled is kept in mind."""

    def __init__(self) -> None:
        self.ends: dict[int, asyncio.Future[ParseReport]] = {}
        self.shows: dict[int, Callable[[ParseProgress], object]] = {}
        self.beginnings: dict[int, asyncio.Event] = defaultdict(asyncio.Event)
        self.cancelled: list[int] = []

    async def __call__(self, account: int, show: Callable[[ParseProgress], object]) -> ParseReport:
        """Parse an account."""
        self.shows[account] = show
        self.beginnings[account].set()
        try:
            return await self.ends.setdefault(account, asyncio.get_running_loop().create_future())
        except asyncio.CancelledError:
            self.cancelled.append(account)
            raise

    async def begun(self, *accounts: int) -> None:
        """Wait until these are parsed."""
        async with asyncio.timeout(PATIENCE):
            await asyncio.gather(*(self.beginnings[each].wait() for each in accounts))


@pytest.fixture
def parses() -> Parses:
    """Parses of the test's own."""
    return Parses()


@pytest.fixture
async def jobs() -> AsyncIterator[Jobs]:
    """Jobs, of which none runs on."""
    made = Jobs()
    yield made
    await made.end()


def one(jobs: Jobs, parses: Parses, account: int = 1, wanted: object = None) -> Job:
    """Begin the job of one account."""
    return jobs.begin("parse", account, [account], wanted=wanted, parse=parses)


def is_kept(jobs: Jobs, job: Job) -> bool:
    """Whether a job is still to be found."""
    try:
        return jobs.find(job.id, OPERATOR) is job
    except Refused:
        return False


def events(piece: bytes) -> tuple[str, Any]:
    """Read an event."""
    lines = dict(line.split(": ", 1) for line in piece.decode().splitlines() if line)
    return lines["event"], json.loads(lines["data"])


async def test_ends_with_its_report(jobs: Jobs, parses: Parses) -> None:
    """A job runs until its parse has ended, and then holds the report."""
    job = one(jobs, parses)
    await parses.begun(1)
    assert (job.view().state, job.view().ended_at) == ("running", None)
    assert not await job.wait(0.0)
    found = report(1)
    parses.ends[1].set_result(found)
    assert await job.wait(PATIENCE)
    view = jobs.find(job.id, OPERATOR).view()
    assert (view.state, view.accounts[0].state) == ("done", "done")
    assert view.accounts[0].report is found
    assert view.ended_at is not None


async def test_one_account_that_fails_fails_alone(jobs: Jobs, parses: Parses) -> None:
    """Of a job for all, who cannot be parsed has a problem, and the others their reports."""
    job = jobs.begin("parse_all", None, [1, 2, 3], wanted=None, parse=parses)
    await parses.begun(1, 2, 3)
    parses.ends[1].set_result(report(1))
    parses.ends[2].set_exception(actors.LoginRequired(2, "its state is NEW"))
    parses.ends[3].set_exception(RuntimeError("a secret"))
    assert await job.wait(PATIENCE)
    first, second, third = job.view().accounts
    assert (job.view().state, first.state) == ("done", "done")
    assert second.problem is not None
    assert (second.problem.status, second.problem.code) == (409, "LoginRequired")
    assert third.problem is not None
    assert third.problem.code == "Fault"
    assert "secret" not in third.problem.detail


async def test_fails_where_all_have_failed(jobs: Jobs, parses: Parses) -> None:
    """A job whose every account has failed has failed; one without accounts is done."""
    job = one(jobs, parses)
    await parses.begun(1)
    parses.ends[1].set_exception(actors.TelegramUnreachable("no network"))
    assert await job.wait(PATIENCE)
    assert job.view().state == "failed"
    nobody = jobs.begin("parse_all", None, [], wanted=None, parse=parses)
    assert await nobody.wait(PATIENCE)
    assert nobody.view().state == "done"


async def test_is_shared_by_who_want_the_same(jobs: Jobs, parses: Parses) -> None:
    """While a job runs, who wants the same gets it, and who wants more gets one of their own."""
    job = one(jobs, parses, wanted=(100, 0.0))
    assert one(jobs, parses, wanted=(100, 0.0)) is job
    assert one(jobs, parses, wanted=(100, 30.0)) is not job
    assert one(jobs, parses, account=2, wanted=(100, 0.0)) is not job
    await job.cancel()
    assert one(jobs, parses, wanted=(100, 0.0)) is not job


async def test_has_a_bound_for_each_account(jobs: Jobs, parses: Parses) -> None:
    """However much an account wants, only so many of its jobs run, and others' are not kept out."""
    for number in range(MOST_OF_ONE):
        one(jobs, parses, wanted=number)
    with pytest.raises(Refused) as refused:
        one(jobs, parses, wanted=MOST_OF_ONE)
    assert (refused.value.status, refused.value.code) == (429, "TooManyJobs")
    assert refused.value.headers["Retry-After"]
    one(jobs, parses, account=2)


async def test_forgets_the_oldest_that_ended(jobs: Jobs, parses: Parses) -> None:
    """Of those that have ended so many are kept, the newest; what runs is always kept."""
    runs = one(jobs, parses, account=10_000)
    first, *_ = made = [one(jobs, parses, account=number) for number in range(1, 4)]
    for job in made:
        await job.cancel()
    for number in range(MOST_ENDED - 2):
        await one(jobs, parses, account=number).cancel()
    with pytest.raises(Refused) as refused:
        jobs.find(first.id, OPERATOR)
    assert (refused.value.status, refused.value.code) == (404, "NoSuchJob")
    assert [jobs.find(job.id, OPERATOR) for job in (runs, *made[1:])] == [runs, *made[1:]]


async def test_drives_out_no_job_of_others(jobs: Jobs, parses: Parses) -> None:
    """However many an account begins and ends, what another has not looked at yet is kept."""
    others = one(jobs, parses, account=2)
    await others.cancel()
    made: list[Job] = []
    for _ in range(MOST_ENDED_OF_ONE + 1):
        made.append(one(jobs, parses))
        await made[-1].cancel()
    assert is_kept(jobs, others)
    assert [is_kept(jobs, each) for each in made] == [False] + [True] * MOST_ENDED_OF_ONE


async def test_keeps_so_many_reports_of_all(jobs: Jobs, parses: Parses) -> None:
    """Where one job has thousands of accounts fewer jobs are kept, but always the last."""
    kept: list[int] = []
    made: list[Job] = []
    for size in (MOST_REPORTS // 2, MOST_REPORTS // 2, 1, MOST_REPORTS + 1):
        made.append(jobs.begin("parse_all", None, range(size), wanted=None, parse=parses))
        await made[-1].cancel()
        kept.append(sum(is_kept(jobs, each) for each in made))
    assert kept == [1, 2, 2, 1]
    assert is_kept(jobs, made[-1])


async def test_is_seen_by_its_account_and_the_operator(jobs: Jobs, parses: Parses) -> None:
    """Another's job is not to be told from one that there never was; nor is the operator's."""
    own = one(jobs, parses, account=1)
    of_all = jobs.begin("parse_all", None, [1], wanted=None, parse=parses)
    assert jobs.find(own.id, Caller(1, "a")) is own
    assert jobs.find(own.id, OPERATOR) is own
    for job in (own, of_all):
        with pytest.raises(Refused) as refused:
            jobs.find(job.id, Caller(2, "b"))
        assert refused.value.code == "NoSuchJob"
    with pytest.raises(Refused):
        jobs.find(of_all.id, Caller(1, "a"))


async def test_cancelling_ends_the_parse(jobs: Jobs, parses: Parses) -> None:
    """Who cancels a job gives its parse up; once more it stays as it is."""
    job = one(jobs, parses)
    await parses.begun(1)
    assert await job.cancel()
    assert await job.cancel()
    assert parses.cancelled == [1]
    assert (job.view().state, job.view().accounts[0].state) == ("cancelled", "cancelled")


async def test_can_be_cancelled_before_it_has_begun(jobs: Jobs, parses: Parses) -> None:
    """A job that is cancelled before its first step has ended too."""
    job = one(jobs, parses)
    assert await job.cancel()
    assert (job.view().state, parses.shows) == ("cancelled", {})


async def test_tells_whoever_listens(jobs: Jobs, parses: Parses) -> None:
    """A listener hears how it is, what moves, and once how it has ended."""
    job = one(jobs, parses)
    await parses.begun(1)
    heard = job.events()
    name, told = events(await anext(heard))
    assert (name, told["state"], told["accounts"][0]["progress"]) == ("job", "running", None)
    waiting = asyncio.ensure_future(anext(heard))
    await asyncio.sleep(0)
    parses.shows[1](progress(5))
    name, told = events(await waiting)
    assert (name, told["progress"]["added"]) == ("progress", 5)
    parses.ends[1].set_result(report(1))
    rest = [events(each) async for each in heard]
    assert [name for name, _ in rest] == ["progress", "end"]
    assert rest[-1][1]["accounts"][0]["report"]["added"] == 3


async def test_tells_the_newest_to_who_hears_slowly(jobs: Jobs, parses: Parses) -> None:
    """What moved while a listener did not listen is one event, not many: nothing piles up."""
    job = one(jobs, parses)
    await parses.begun(1)
    heard = job.events(heartbeat=PATIENCE)
    await anext(heard)
    for round_ in range(3):
        for added in range(1000):
            parses.shows[1](progress(1000 * round_ + added))
        assert events(await anext(heard))[1]["progress"]["added"] == 1000 * round_ + 999
    await job.cancel()
    assert [events(each)[0] async for each in heard] == ["end"]


async def test_tells_a_late_listener_how_it_ended(jobs: Jobs, parses: Parses) -> None:
    """Who listens after the end hears it at once, and the stream ends."""
    job = one(jobs, parses)
    await job.cancel()
    assert [events(each)[0] async for each in job.events()] == ["job", "end"]


async def test_is_heard_while_nothing_moves(jobs: Jobs, parses: Parses) -> None:
    """A stream in which nothing happens carries comments, so that no proxy closes it."""
    heard = one(jobs, parses).events(heartbeat=0.001)
    await anext(heard)
    assert [await anext(heard) for _ in range(3)] == [b":\n\n"] * 3


async def test_nothing_begins_at_the_end(jobs: Jobs, parses: Parses) -> None:
    """With the service all jobs end, and who asks for another is told to come again."""
    job = one(jobs, parses)
    await parses.begun(1)
    await jobs.end()
    assert (job.view().state, parses.cancelled) == ("cancelled", [1])
    with pytest.raises(Refused) as refused:
        one(jobs, parses)
    assert (refused.value.status, refused.value.code) == (503, "Ending")
