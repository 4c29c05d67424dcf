"""The link that opens the login page."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Final

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from actors.bot_messages import ListBanned
from bot.login_address import page_address
from bot.web.access import AccountId, Operator
from bot.web.problems import Refused, declare
from bot.web.service import Serves, Service

_INVITE: Final = (
    "This account needs an invite: registration is closed here. Make one at POST /invites, and "
    "give its code as `invite`."
)
_BANNED: Final = "The account is banned, and no link lets it in. End the ban first."

router = APIRouter(tags=["operating"], responses=declare(401, 403, 422))


class ForWhom(BaseModel):
    """How a link lets somebody in."""

    model_config = ConfigDict(extra="forbid")

    invite: Annotated[str, StringConstraints(min_length=1, max_length=100)] | None = Field(
        default=None, description="The code of an invite, of which a use is reserved."
    )


class Link(BaseModel):
    """What opens the login page for one account, once."""

    url: str = Field(description="Where it is opened. What follows the # is sent to nobody.")
    expires_at: datetime


@router.post(
    "/users/{account}/login_link",
    status_code=201,
    responses=declare(409),
    summary="Let a person log in on a page",
)
async def make(
    account: AccountId,
    caller: Operator,
    request: Request,
    service: Serves,
    wanted: ForWhom | None = None,
) -> Link:
    """Make the link to the login page of one account; the one before it counts no more.

    It counts once, for ten minutes. Hand it to that person and nobody else: its page accepts their
    account only, but whoever opens it first uses it up.
    """
    del caller  # who has been let in
    invite = wanted.invite if wanted else None
    await _check(service, account, invite)
    link = await service.house.login_link(account, invite=invite)
    base = service.settings.http_public_url or str(request.base_url)
    return Link(url=page_address(base, link.text), expires_at=link.expires_at)


async def _check(service: Service, account: int, invite: str | None) -> None:
    """Refuse whom the bot would not let begin."""
    if account in await service.house.store.ask(ListBanned()):
        raise Refused(409, "Banned", _BANNED)
    if invite is None and await service.house.needs_invite(account):
        raise Refused(409, "InviteNeeded", _INVITE)
