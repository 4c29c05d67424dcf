"""Whether the service lives, and whether it can do its work."""

from __future__ import annotations

from fastapi import APIRouter, Response

from bot.web.readiness import Readiness, judge
from bot.web.watch import Watches

router = APIRouter(tags=["health"])


@router.get("/healthz", summary="Whether the process lives")
async def healthz() -> dict[str, str]:
    """Answer, which is all that it takes."""
    return {"status": "ok"}


@router.get(
    "/readyz",
    summary="Whether the service can do its work",
    responses={503: {"model": Readiness, "description": "It can not: what is down is named."}},
)
async def readyz(watch: Watches, response: Response) -> Readiness:
    """Name each dependency and how it is doing; each has a second to answer.

    Only a database that does not answer, or a bot that is wanted and that this process has not,
    makes it unready.
    """
    found = judge(await watch.facts())
    response.status_code = 200 if found.is_ready else 503
    return found
