"""Who reaches which route: all routes, and everybody there is."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final, cast

import httpx
import pytest
from fastapi.routing import iter_route_contexts
from pydantic import SecretStr

import actors
from bot.settings import Settings
from bot.web.app import make_app
from bot.web.service import Bot, Service
from storage.service_rows import TokenRow

pytestmark = pytest.mark.anyio

ACCOUNT: Final = 7

NOBODY: Final = ("no token", "a wrong one")
PEOPLE: Final = ("another's", "its own")
OPERATORS: Final = ("an operator's", "the one that is set", "the command line's")
TOKENS: Final = {
    "no token": None,
    "a wrong one": "wrong",
    "another's": "of-8",
    "its own": "of-7",
    "an operator's": "of-all",
    "the one that is set": "the-one-that-is-set",
    "the command line's": "the-command-line's",
}

OPEN: Final = frozenset(TOKENS)
SOMEBODY: Final = OPEN - set(NOBODY)
PERSON: Final = SOMEBODY - {"another's"}
OPERATOR: Final = frozenset(OPERATORS)
LOCAL: Final = frozenset({"the command line's"})

WHO: Final = {
    "GET /openapi.json": OPEN,
    "GET /docs": OPEN,
    "GET /docs/oauth2-redirect": OPEN,
    "GET /healthz": OPEN,
    "GET /readyz": OPEN,
    "GET /metrics": OPEN,
    "GET /": OPEN,
    "GET /status": OPEN,
    "GET /status/{name}": OPEN,
    "GET /watch": OPERATOR,
    "GET /login": OPEN,
    "GET /login/{name}": OPEN,
    "POST /login/sessions": OPEN,
    "GET /login/sessions/me": OPEN,  # who has not its secret is told that it is not there
    "POST /login/sessions/me/cancel": OPEN,
    "POST /login/sessions/me/code": OPEN,
    "POST /login/sessions/me/password": OPEN,
    "POST /login/sessions/me/phone": OPEN,
    "POST /login/sessions/me/qr": OPEN,
    "POST /login/sessions/me/resend": OPEN,
    "POST /users/{account}/login_link": OPERATOR,
    "POST /parse_all_channels": OPERATOR,
    "GET /jobs/{job}": SOMEBODY,
    "GET /jobs/{job}/events": SOMEBODY,
    "DELETE /jobs/{job}": SOMEBODY,
    "GET /users": OPERATOR,
    "GET /users/{account}": PERSON,
    "DELETE /users/{account}": PERSON,
    "POST /users/{account}/logout": PERSON,
    "GET /users/{account}/meaning": PERSON,
    "GET /users/{account}/notices": PERSON,
    "POST /users/{account}/parse": PERSON,
    "GET /users/{account}/channels": PERSON,
    "POST /users/{account}/channels": PERSON,
    "GET /users/{account}/channels/{channel}": PERSON,
    "DELETE /users/{account}/channels/{channel}": PERSON,
    "GET /users/{account}/folders": PERSON,
    "DELETE /users/{account}/folders/{folder}": PERSON,
    "GET /users/{account}/coverage": PERSON,
    "PUT /users/{account}/every": PERSON,
    "GET /users/{account}/posts": PERSON,
    "GET /users/{account}/export": PERSON,
    "GET /users/{account}/search": PERSON,
    "GET /users/{account}/channels/{channel}/posts/{post}/similar": PERSON,
    "POST /users/{account}/ask": PERSON,
    "POST /users/{account}/digest": PERSON,
    "POST /users/{account}/retry": PERSON,
    "GET /tokens": OPERATOR,
    "POST /tokens": OPERATOR,
    "DELETE /tokens/{token}": OPERATOR,
    "GET /invites": OPERATOR,
    "POST /invites": OPERATOR,
    "DELETE /invites/{invite}": OPERATOR,
    "GET /notices": OPERATOR,
    "POST /notices/{notice}/delivered": OPERATOR,
    "GET /retention": OPERATOR,
    "PUT /retention": OPERATOR,
    "POST /retention": OPERATOR,
    "GET /users/{account}/retention": PERSON,
    "PUT /users/{account}/retention": PERSON,
    "GET /house": LOCAL,
    "POST /house/{actor}": LOCAL,
}
"""Whose token each route lets in; a route that is not here fails the test."""


class House:
    """A house that knows tokens, and refuses whatever else somebody gets to."""

    async def token_of(self, text: str) -> TokenRow | None:
        """Whose token it is."""
        accounts = {"of-7": ACCOUNT, "of-8": 8, "of-all": None}
        if text not in accounts:
            return None
        now = datetime.now(UTC)
        return TokenRow(
            id=1, name="", account=accounts[text], created_at=now, used_at=None, revoked_at=None
        )

    def __getattr__(self, name: str) -> Any:
        """Return what refuses to be called, and so does whatever it has."""
        return self

    def __call__(self, *_: object, **__: object) -> Any:
        """Refuse."""
        raise actors.TelegramUnreachable("there is no house")


SERVICE: Final = Service(
    cast("Any", House()),
    Settings(http_token=SecretStr("the-one-that-is-set"), http_rate=0.0),
    "the-command-line's",
    Bot(wanted=False),
)
APP: Final = make_app(SERVICE)


def routes() -> list[str]:
    """Return every route that the application has, method and path."""
    return sorted(
        f"{method} {route.path}"
        for route in iter_route_contexts(APP.routes)
        for method in (route.methods or ())
        if method not in {"HEAD", "OPTIONS"}
    )


def test_the_table_is_whole() -> None:
    """Every route of the application is in the table, and nothing else."""
    assert routes() == sorted(WHO)


@pytest.mark.parametrize("who", TOKENS)
async def test_lets_in_whom_it_should_and_nobody_else(who: str) -> None:
    """With each kind of token, every route lets in or refuses as the table says.

    Who has no token that counts is told so (401), whoever has one and may not, that (403).
    """
    token = TOKENS[who]
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    values = {"account": ACCOUNT, "job": "none", "actor": "nobody"}
    refusal = 401 if who in NOBODY else 403
    wrong = {}
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(APP), base_url="http://test", headers=headers
    ) as client:
        for route in routes():
            method, path = route.split()
            filled = path.format_map(_Values(values))
            status = (await client.request(method, filled)).status_code
            expected_in = who in WHO[route]
            is_in = status not in {401, 403}
            if is_in != expected_in or (not is_in and status != refusal):
                wrong[route] = status
    assert wrong == {}


class _Values(dict[str, Any]):
    """What stands in a path: 1 for whatever is not named."""

    def __missing__(self, name: str) -> int:
        return 1
