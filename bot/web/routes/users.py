"""People: who there is, how they are doing, and how they leave."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Query

from actors.login import State
from actors.values import Forgotten, Notice, Status
from bot.web.access import Known, Operator
from bot.web.asked import Id
from bot.web.problems import declare
from bot.web.service import Serves
from storage.meaning_rows import Meaning

router = APIRouter(tags=["users"], responses=declare(401, 403, 422))

MOST_USERS = 1000
MOST_NOTICES = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class UsersPage:
    """Some of the accounts, by id."""

    users: tuple[Status, ...]
    next: int | None
    """The id after which the next page begins; None: there is none."""


@router.get("/users", summary="Everybody")
async def users(
    caller: Operator,
    service: Serves,
    *,
    state: Annotated[State | None, Query(description="Only those in it.")] = None,
    after: Annotated[Id | None, Query(description="`next` of the page before.")] = None,
    limit: Annotated[int, Query(ge=1, le=MOST_USERS)] = 100,
) -> UsersPage:
    """List accounts, as far as the database knows how they are doing."""
    del caller  # who has been let in
    found = sorted(await service.house.accounts(), key=lambda each: each.account)
    asked = [
        each
        for each in found
        if each.account > (after or 0) and (state is None or each.state == state)
    ]
    shown = tuple(asked[:limit])
    return UsersPage(users=shown, next=shown[-1].account if len(asked) > limit else None)


@router.get("/users/{account}", responses=declare(404), summary="How a person is doing")
async def status(user: Known) -> Status:
    """Tell how an account is doing, with what its last parse committed."""
    return await user.status()


@router.get("/users/{account}/meaning", responses=declare(404), summary="What is tagged, indexed")
async def meaning(user: Known) -> Meaning:
    """Tell how many posts are tagged and indexed, and what the others wait for."""
    return await user.meaning()


@router.get("/users/{account}/notices", responses=declare(404), summary="What was not told yet")
async def notices(
    user: Known, service: Serves, *, limit: Annotated[int, Query(ge=1, le=MOST_NOTICES)] = 100
) -> tuple[Notice, ...]:
    """List what a person was not told yet, oldest first."""
    return await service.house.notices(account=user.id, limit=limit)


@router.post(
    "/users/{account}/logout",
    status_code=204,
    responses=declare(404, 409),
    summary="Log a person out",
)
async def logout(user: Known) -> None:
    """Log out, at Telegram too; what was read is kept."""
    await user.logout()


@router.delete("/users/{account}", responses=declare(404, 409), summary="Forget a person for good")
async def forget(user: Known) -> Forgotten:
    """Log out, then delete the account, its tokens, and whatever nobody else may see."""
    return await user.forget()
