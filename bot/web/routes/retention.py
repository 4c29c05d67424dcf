"""Retention: for how long posts are kept, and what goes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from actors.keeping import MOST_DAYS
from bot.web.access import Known, Operator
from bot.web.problems import Refused, declare
from bot.web.service import Serves
from storage.service_rows import Doomed, Retention

router = APIRouter(tags=["retention"], responses=declare(401, 403, 422))

Days = Annotated[int, Field(ge=1, le=MOST_DAYS)]
_SET_FIRST = (
    "What is deleted is what is older than is kept. Say how long that is by PUT /retention, then "
    "clean without days."
)


class Keep(BaseModel):
    """For how long posts are kept, or seen."""

    model_config = ConfigDict(extra="forbid")

    days: Days | None
    """None: for as long as they may be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cleaning:
    """What a cleaning deletes, or would delete."""

    dry_run: bool
    posts: int
    channels: tuple[Doomed, ...] | None
    """Which posts those would be, by channels; None for what was deleted."""


@router.get("/retention", summary="For how long posts are kept")
async def retention(caller: Operator, service: Serves) -> Retention:
    """Tell for how many days posts are kept, and seen by accounts that want fewer."""
    del caller  # who has been let in
    return await service.house.retention()


@router.put("/retention", responses=declare(409), summary="Keep posts for so long")
async def keep(caller: Operator, service: Serves, wanted: Keep) -> Retention:
    """Keep posts for so many days: nobody sees older ones from now on."""
    del caller
    await service.house.set_retention(wanted.days)
    return await service.house.retention()


@router.post("/retention", summary="Delete what is older, or say what that is")
async def clean(
    caller: Operator,
    service: Serves,
    *,
    dry_run: Annotated[
        bool, Query(description="Whether only to tell what would be deleted: by the same query.")
    ] = True,
    days: Annotated[
        Days | None, Query(description="In a dry run: as if posts were kept so long.")
    ] = None,
) -> Cleaning:
    """Delete the posts that none of those who follow their channel wants any longer, for good."""
    del caller
    if dry_run:
        doomed = await service.house.doomed(days=days)
        return Cleaning(dry_run=True, posts=sum(each.posts for each in doomed), channels=doomed)
    if days is not None:
        raise Refused(422, "DryRunOnly", _SET_FIRST)
    return Cleaning(dry_run=False, posts=await service.house.retain(), channels=None)


@router.get(
    "/users/{account}/retention", responses=declare(404), summary="For how long a person sees posts"
)
async def wanted(user: Known) -> Keep:
    """Tell for how many days a person sees posts."""
    return Keep(days=await user.retention())


@router.put("/users/{account}/retention", responses=declare(404), summary="See posts for so long")
async def want(user: Known, wanted: Keep) -> Keep:
    """See posts for so many days, and never longer than they are kept; tell for how many."""
    return Keep(days=await user.set_retention(wanted.days))
