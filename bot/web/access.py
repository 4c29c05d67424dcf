"""Who asks, and what they may: the operator everything, a person what is their own."""

from __future__ import annotations

import hashlib
import hmac
from collections import OrderedDict
from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import Depends, Path, Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from actors.messages import LoadAccount
from actors.people import User
from bot.web.problems import Refused
from bot.web.service import Serves, Service

LONGEST: Final = 512
"""Characters of what may be shown as a token."""
MOST_KNOWN: Final = 1000
_CHALLENGE: Final = {"WWW-Authenticate": 'Bearer realm="tgactors"'}
_MISSING: Final = (
    "This needs a token: send the header `Authorization: Bearer TOKEN`. The operator has "
    "TGACTORS_HTTP_TOKEN, and issues others at POST /tokens."
)
_UNKNOWN: Final = (
    "The token does not count, or not any more. Ask whoever runs this for another; the operator "
    "issues them at POST /tokens."
)
_OPERATORS: Final = (
    "This is the operator's. A person's token reaches /users/ID and below, of its own."
)
_OTHERS: Final = "The token is of another account. It reaches /users/ID and below, of its own only."

_STRANGER: Final = "has no account here. Let the person log in first: `tgactors login ID`."


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks."""

    account: int | None
    """None: the operator."""
    key: str
    """What tells this caller from others."""
    is_local: bool = False
    """Whether it is the command line of this process's own user."""


class Access:
    """Knows callers by their tokens."""

    def __init__(self, service: Service) -> None:
        self._service = service
        own = service.settings.http_token
        self._local = _hashed(service.local_token)
        self._own = None if own is None else _hashed(own.get_secret_value())
        self._known: OrderedDict[bytes, None] = OrderedDict()

    def own(self, shown: str) -> Caller | None:
        """Whose token it is, of those that are kept nowhere; in the same time whoever asks."""
        found = _hashed(shown)
        is_local = hmac.compare_digest(found, self._local)
        is_own = self._own is not None and hmac.compare_digest(found, self._own)
        if is_local or is_own:
            return Caller(None, "operator", is_local=is_local)
        return None

    def known(self, shown: str) -> str | None:
        """Return the key of a stored token that has counted before, and may still."""
        found = _hashed(shown)
        return found.hex() if found in self._known else None

    async def stored(self, shown: str) -> Caller | None:
        """Whose token it is, of those that are stored."""
        found = _hashed(shown)
        row = await self._service.house.token_of(shown)
        if row is None:
            self._known.pop(found, None)
            return None
        self._known[found] = None
        self._known.move_to_end(found)
        if len(self._known) > MOST_KNOWN:
            self._known.popitem(last=False)
        return Caller(row.account, found.hex())


def unknown() -> Refused:
    """Make the refusal of a token that does not count, or not any more."""
    return Refused(401, "TokenUnknown", _UNKNOWN, _CHALLENGE)


def bearer(header: str) -> str | None:
    """Read the token of an Authorization header; None if there is none that can be one."""
    scheme, _, token = header.partition(" ")
    shown = token.strip()
    return shown if scheme.lower() == "bearer" and 0 < len(shown) <= LONGEST else None


def _hashed(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


_scheme: Final = HTTPBearer(
    auto_error=False, scheme_name="token", description="Of the operator, or of one account."
)


async def _caller(
    request: Request,
    shown: Annotated[HTTPAuthorizationCredentials | None, Security(_scheme)],
) -> Caller:
    found: Caller | None = request.state.caller
    if found is not None:
        return found
    if shown is None:
        raise Refused(401, "TokenMissing", _MISSING, _CHALLENGE)
    raise unknown()


# Not plain functions: FastAPI calls those in threads, which costs more than all they do.
Somebody = Annotated[Caller, Depends(_caller)]
"""Whoever has a token."""


async def _operator(caller: Somebody) -> Caller:
    if caller.account is not None:
        raise Refused(403, "OperatorOnly", _OPERATORS)
    return caller


Operator = Annotated[Caller, Depends(_operator)]
"""The operator."""

AccountId = Annotated[int, Path(ge=1, lt=2**63, description="A Telegram user id.")]


async def _person(account: AccountId, caller: Somebody) -> Caller:
    if caller.account not in {None, account}:
        raise Refused(403, "NotYours", _OTHERS)
    return caller


Person = Annotated[Caller, Depends(_person)]
"""The operator, or the account of the path itself."""


async def _known(account: AccountId, caller: Person, service: Serves) -> User:
    del caller  # who has been let in
    if await service.house.store.ask(LoadAccount(account=account)) is None:
        raise Refused(404, "UnknownAccount", f"{account} {_STRANGER}")
    return service.house.user(account)


Known = Annotated[User, Depends(_known)]
"""The account of the path, if there is one: for the operator, and for itself."""
