"""Where an account is logged in."""

from __future__ import annotations

from typing import Any

from telethon import TelegramClient
from telethon import errors as rpc
from telethon.tl.functions.account import GetAuthorizationsRequest, ResetAuthorizationRequest

from actors.errors import AuthorisationKept
from actors.values import Authorisation

_UNKNOWN = "there is no such session"


async def authorisations(client: TelegramClient) -> tuple[Authorisation, ...]:
    """Return every complete login, this one first, then the most recently active."""
    answer = await client(GetAuthorizationsRequest())
    listed = [_described(each) for each in answer.authorizations if not each.password_pending]
    return tuple(sorted(listed, key=lambda each: (each.this, each.active_at), reverse=True))


async def end(client: TelegramClient, authorisation: int) -> None:
    """End another login; raises `AuthorisationKept`."""
    listed = {each.id: each for each in await authorisations(client)}
    if authorisation not in listed:
        raise AuthorisationKept(_UNKNOWN)
    if listed[authorisation].this:
        raise AuthorisationKept("it is this one, which ends by logging out")
    try:
        await client(ResetAuthorizationRequest(hash=authorisation))
    except rpc.HashInvalidError:
        return  # it was there a moment ago: it ended meanwhile, or by this call, sent twice
    except rpc.FreshResetAuthorisationForbiddenError:
        raise AuthorisationKept("this session is younger than a day") from None


def _described(each: Any) -> Authorisation:
    return Authorisation(
        id=each.hash,
        this=bool(each.current),
        device=each.device_model,
        platform=" ".join(part for part in (each.platform, each.system_version) if part),
        app=" ".join(part for part in (each.app_name, each.app_version) if part),
        country=each.country,
        created_at=each.date_created,
        active_at=each.date_active,
    )
