"""What the operator hands out, and is told: tokens, invites, notices."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from actors.values import Invite, InviteRow, Notice
from bot.web.access import Operator
from bot.web.asked import Moment, RowId
from bot.web.problems import Refused, declare
from bot.web.service import Serves
from storage.service_rows import Token, TokenRow
from storage.tokens import LONGEST_NAME

MOST_USES = 1_000_000
MOST_ALLOWED = 2**31 - 1
MOST_NOTICES = 1000

router = APIRouter(tags=["operating"], responses=declare(401, 403, 422))


class NewToken(BaseModel):
    """For whom a token is."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[
        str, StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST_NAME)
    ]
    """Of the program that gets it."""
    account: Annotated[int, Field(ge=1, lt=2**63)] | None = None
    """Whom its bearer may speak for; None: the operator."""


class NewInvite(BaseModel):
    """How often an invite is good, how long, and for what."""

    model_config = ConfigDict(extra="forbid")

    uses: Annotated[int, Field(ge=1, le=MOST_USES)] = 1
    expires_at: Moment | None = None
    channels: Annotated[int, Field(ge=0, le=MOST_ALLOWED)] | None = None
    """How many channels who comes by it may follow; None: as by default."""
    questions_per_day: Annotated[int, Field(ge=0, le=MOST_ALLOWED)] | None = None
    note: Annotated[str, StringConstraints(max_length=500)] = ""


@router.get("/tokens", summary="The tokens")
async def tokens(caller: Operator, service: Serves) -> tuple[TokenRow, ...]:
    """List tokens, those that were revoked too, without their texts."""
    del caller  # who has been let in
    return await service.house.tokens()


@router.post("/tokens", status_code=201, responses=declare(404), summary="Issue a token")
async def issue_token(caller: Operator, service: Serves, wanted: NewToken) -> Token:
    """Issue a token for the operator's programs, or for one account's; its text is told once."""
    del caller
    return await service.house.issue_token(name=wanted.name, account=wanted.account)


@router.delete("/tokens/{token}", status_code=204, responses=declare(404), summary="Revoke a token")
async def revoke_token(caller: Operator, service: Serves, token: RowId) -> None:
    """Let nobody in by a token any more."""
    del caller
    if not await service.house.revoke_token(token):
        raise Refused(404, "NoSuchToken", f"There is no token {token} that counts: list them.")


@router.get("/invites", summary="The invites")
async def invites(caller: Operator, service: Serves) -> tuple[InviteRow, ...]:
    """List invites, with how many of their uses are spent or reserved."""
    del caller
    return await service.house.invites()


@router.post("/invites", status_code=201, summary="Make an invite")
async def invite(caller: Operator, service: Serves, wanted: NewInvite) -> Invite:
    """Make an invite; its code is told this once."""
    del caller
    limits = {"channels": wanted.channels, "questions_per_day": wanted.questions_per_day}
    return await service.house.invite(
        uses=wanted.uses,
        expires_at=wanted.expires_at,
        limits={name: number for name, number in limits.items() if number is not None},
        note=wanted.note,
    )


@router.delete(
    "/invites/{invite}", status_code=204, responses=declare(404), summary="Revoke an invite"
)
async def revoke_invite(caller: Operator, service: Serves, invite: RowId) -> None:
    """Let nobody use an invite any more."""
    del caller
    if not await service.house.revoke_invite(invite):
        raise Refused(404, "NoSuchInvite", f"There is no invite {invite} to revoke: list them.")


@router.get("/notices", summary="What was not told yet")
async def notices(
    caller: Operator, service: Serves, *, limit: Annotated[int, Query(ge=1, le=MOST_NOTICES)] = 100
) -> tuple[Notice, ...]:
    """List what those whom it concerns were not told yet, the operator too, oldest first."""
    del caller
    return await service.house.notices(limit=limit)


@router.post(
    "/notices/{notice}/delivered",
    status_code=204,
    responses=declare(404),
    summary="Note that it was told",
)
async def delivered(caller: Operator, service: Serves, notice: RowId) -> None:
    """Keep in mind that a notice has reached whom it concerns."""
    del caller
    if not await service.house.delivered(notice):
        raise Refused(404, "NoSuchNotice", f"There is no notice {notice}: list them.")
