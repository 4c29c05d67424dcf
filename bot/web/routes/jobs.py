"""Parsing, as jobs."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from actors.login import State
from actors.people import DEPTH, MOST_DEPTH, MOST_SETTLE
from bot.web.access import Known, Operator, Somebody
from bot.web.job import Job, JobView, Parse
from bot.web.jobs import Jobs
from bot.web.listening import Listens, while_let_in
from bot.web.problems import declare
from bot.web.service import Serves
from bot.web.streams import UNBUFFERED, EventStream

WAIT_SECONDS: Final = 60.0
"""How long a request with `wait` waits; then it is answered as one without."""

router = APIRouter(tags=["parsing"], responses=declare(401, 422))


async def _jobs(request: Request) -> Jobs:
    jobs: Jobs = request.app.state.jobs
    return jobs


Keeps = Annotated[Jobs, Depends(_jobs)]
Depth = Annotated[
    Annotated[int, Query(ge=1, le=MOST_DEPTH)] | Literal["all"],
    Query(description="Posts to begin with in a channel that was never read."),
]
Settle = Annotated[
    float,
    Query(
        ge=0,
        le=MOST_SETTLE,
        allow_inf_nan=False,
        description="Seconds to wait until what is new is tagged and indexed.",
    ),
]
Wait = Annotated[
    bool, Query(description=f"Whether to be answered at its end, within {WAIT_SECONDS:g} s.")
]
JobId = Annotated[str, Path(max_length=64, pattern=r"^[\w-]+$")]
_STARTED: Final[dict[int | str, dict[str, Any]]] = {
    202: {
        "model": JobView,
        "description": "It runs, and is found at the address in Location.",
        "headers": {"Location": {"schema": {"type": "string"}}},
    },
    200: {"description": "It has ended: the reports are in it."},
}


@router.post(
    "/parse_all_channels",
    response_model=JobView,
    responses=_STARTED | declare(403),
    summary="Read what is new for everybody",
)
async def parse_all_channels(
    caller: Operator,
    service: Serves,
    jobs: Keeps,
    response: Response,
    *,
    depth: Depth = DEPTH,
    settle: Settle = 0.0,
    wait: Wait = False,
) -> JobView:
    """Begin to parse every account that is READY; one that runs is joined."""
    del caller  # who has been let in
    known = await service.house.accounts()
    ready = [each.account for each in known if each.state == State.READY]
    parse = _parsing(service, depth, settle)
    job = jobs.begin("parse_all", None, ready, wanted=(depth, settle), parse=parse)
    return await _answer(job, response, wait=wait)


@router.post(
    "/users/{account}/parse",
    response_model=JobView,
    responses=_STARTED | declare(403, 404),
    summary="Read what is new for one person",
)
async def parse(
    user: Known,
    service: Serves,
    jobs: Keeps,
    response: Response,
    *,
    depth: Depth = DEPTH,
    settle: Settle = 0.0,
    wait: Wait = False,
) -> JobView:
    """Begin to parse an account; one that runs is joined."""
    parse = _parsing(service, depth, settle)
    job = jobs.begin("parse", user.id, [user.id], wanted=(depth, settle), parse=parse)
    return await _answer(job, response, wait=wait)


@router.get("/jobs/{job}", responses=declare(404), summary="How a job is doing")
async def show(job: JobId, caller: Somebody, jobs: Keeps) -> JobView:
    """Return a job; it is kept for a while after its end."""
    return jobs.find(job, caller).view()


@router.get(
    "/jobs/{job}/events",
    response_class=EventStream,
    responses=declare(404),
    summary="Listen to a job",
)
async def listen(job: JobId, caller: Somebody, jobs: Keeps, listens: Listens) -> EventStream:
    """Stream what it is (`job`), each move of an account (`progress`), and how it ends (`end`).

    What moves faster than it is heard is told at its newest. If the token is revoked meanwhile the
    last event is a `problem`; the job goes on.
    """
    told = while_let_in(jobs.find(job, caller).events(), listens)
    return EventStream(told, headers=UNBUFFERED)


@router.delete("/jobs/{job}", responses=declare(404), summary="Cancel a job")
async def cancel(job: JobId, caller: Somebody, jobs: Keeps) -> JobView:
    """End a job, for all who joined it; what was stored stays. One that has ended stays so."""
    found = jobs.find(job, caller)
    await found.cancel()
    return found.view()


def _parsing(service: Serves, depth: int | Literal["all"], settle: float) -> Parse:
    posts = None if depth == "all" else depth
    return lambda account, progress: service.house.user(account).parse(
        depth=posts, settle=settle, progress=progress
    )


async def _answer(job: Job, response: Response, *, wait: bool) -> JobView:
    has_ended = wait and await job.wait(WAIT_SECONDS)
    response.status_code = 200 if has_ended else 202
    response.headers["Location"] = f"/jobs/{job.id}"
    return job.view()
