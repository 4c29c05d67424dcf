"""The page on which one person logs in, and what it asks."""

from __future__ import annotations

from collections.abc import Awaitable
from pathlib import Path
from typing import Annotated, Final

from fastapi import APIRouter, Body, Depends, FastAPI, HTTPException, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel, StringConstraints

from bot import texts
from bot.texts import Texts
from bot.web import problems
from bot.web.login_view import View, refusal
from bot.web.page_login import PageLogin
from bot.web.page_logins import PageLogins
from bot.web.problems import Refused
from bot.web.rates import neighbourhood
from bot.web.routes import login_link
from bot.web.service import Service

PAGES: Final = Path(__file__).parent.parent / "pages"
FRAMES: Final = "https://web.telegram.org https://webk.telegram.org https://webz.telegram.org"
"""Where Telegram shows pages of bots in a browser."""
HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
        f"img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors {FRAMES}"
    ),
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
WAIT_SECONDS: Final = 25.0
"""How long a page waits for what comes next; then it asks again. Proxies close what is silent."""
LONGEST: Final = 256
"""Characters of anything that a page sends."""
SCHEME: Final = "login"
_TOO_OFTEN: Final = "That was a lot at once. Wait a moment, and send it again."
Sent = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST)]

router = APIRouter(include_in_schema=False)
"""What the page alone asks: it goes with the page, and may change with it."""


class LinkSpent(BaseModel):
    """What a page is let in by."""

    secret: str
    """Shown with each request: `Authorization: Login SECRET`."""


async def _logins(request: Request) -> PageLogins:
    logins: PageLogins = request.app.state.page_logins
    return logins


Keeps = Annotated[PageLogins, Depends(_logins)]


async def _secret(request: Request) -> str | None:
    scheme, _, secret = request.headers.get("authorization", "").partition(" ")
    return secret.strip() if scheme.lower() == SCHEME else None


Secret = Annotated[str | None, Depends(_secret)]


async def _own(secret: Secret, logins: Keeps) -> PageLogin:
    return logins.find(secret)


Own = Annotated[PageLogin, Depends(_own)]


async def _slowly(request: Request, logins: Keeps) -> None:
    address = request.client.host if request.client else "nowhere"
    wait = logins.rates.take(neighbourhood(address))
    if wait:
        raise problems.refused(429, "TooOften", _TOO_OFTEN, wait=wait)


async def _texts(request: Request) -> Texts:
    wanted = request.headers.get("accept-language", "")
    return texts.of(texts.nearest(wanted.split(",")[0].split(";")[0].strip()))


Speaks = Annotated[Texts, Depends(_texts)]
SLOWLY: Final = [Depends(_slowly)]


@router.get("/login")
@router.head("/login")
async def page() -> Response:
    """Show the page, in which there is nothing of anybody's."""
    return _file("login.html", "text/html; charset=utf-8")


@router.get("/login/{name}")
async def part(name: str) -> Response:
    """Show what the page is made of."""
    if name not in _PARTS:
        raise HTTPException(404)
    return _file(name, _PARTS[name])


_PARTS: Final = {
    "login.css": "text/css; charset=utf-8",
    "login.js": "text/javascript; charset=utf-8",
    "login_en.js": "text/javascript; charset=utf-8",
    "login_ru.js": "text/javascript; charset=utf-8",
}


@router.post("/login/sessions", status_code=201, dependencies=SLOWLY)
async def spend(logins: Keeps, link: Annotated[Sent, Body(embed=True)]) -> LinkSpent:
    """Spend a link: previews fetch addresses, but send nothing."""
    return LinkSpent(secret=await logins.open(link))


@router.get("/login/sessions/me")
async def look(
    secret: Secret,
    logins: Keeps,
    said: Speaks,
    after: Annotated[int, Query(ge=0, le=2**31)] = 0,
) -> View:
    """Tell how the login is as soon as it is another than the page knows, or after a while."""
    await logins.find(secret).changed(after, WAIT_SECONDS)
    return logins.find(secret).view(said)


@router.post("/login/sessions/me/qr", status_code=204, dependencies=SLOWLY)
async def by_qr(secret: Secret, logins: Keeps, said: Speaks) -> Response:
    """Show a QR code, as at the beginning."""
    return await _done(logins.begin(secret), said)


@router.post("/login/sessions/me/phone", status_code=204, dependencies=SLOWLY)
async def by_phone(
    secret: Secret, logins: Keeps, said: Speaks, phone: Annotated[Sent, Body(embed=True)]
) -> Response:
    """Have a code sent to a number."""
    return await _done(logins.begin(secret, phone=phone), said)


@router.post("/login/sessions/me/code", status_code=204, dependencies=SLOWLY)
async def code(login: Own, said: Speaks, code: Annotated[Sent, Body(embed=True)]) -> Response:
    """Prove a code: here it may be typed, for Telegram sees it in no chat."""
    return await _done(login.prove_code(code), said)


@router.post("/login/sessions/me/resend", status_code=204, dependencies=SLOWLY)
async def resend(login: Own, said: Speaks) -> Response:
    """Have another code sent."""
    return await _done(login.user.resend_code(), said)


@router.post("/login/sessions/me/password", status_code=204, dependencies=SLOWLY)
async def password(
    login: Own, said: Speaks, password: Annotated[Sent, Body(embed=True)]
) -> Response:
    """Prove the two-step password."""
    return await _done(login.user.password(password), said)


@router.post("/login/sessions/me/cancel", status_code=204, dependencies=SLOWLY)
async def cancel(secret: Secret, logins: Keeps) -> None:
    """End the login; the page counts no more."""
    await logins.cancel(secret)


def install(app: FastAPI, service: Service) -> None:
    """Have an application let people log in at a page."""
    app.state.page_logins = PageLogins(service)
    app.include_router(router)
    app.include_router(login_link.router)


async def _done(work: Awaitable[None], said: Texts) -> Response:
    """Answer that something is done, or why not, in the person's language."""
    try:
        await work
    except Refused:
        raise
    except problems.KINDS as error:
        told = problems.of(error)
        facts = {each: getattr(error, each, None) for each in ("left", "until")}
        more = {each: fact for each, fact in facts.items() if fact is not None}
        words = refusal(error, said)
        return problems.respond(told.status, told.code, words, told.headers or None, **more)
    return Response(status_code=204)


def _file(name: str, kind: str) -> Response:
    return Response((PAGES / name).read_bytes(), media_type=kind, headers=HEADERS)
