"""The operator's page, and what it shows."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Annotated, Final

from fastapi import APIRouter, Query
from fastapi.responses import RedirectResponse, Response

from bot.web.access import Operator
from bot.web.overview import Overview, overview
from bot.web.problems import declare
from bot.web.watch import Watches

PAGES: Final = Path(__file__).parent.parent / "pages"
HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
        "img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Cache-Control": "no-cache",
}

router = APIRouter()


@router.get(
    "/watch", tags=["health"], responses=declare(401, 403, 422), summary="Everything that is known"
)
async def watch(
    caller: Operator,
    watched: Watches,
    *,
    samples: Annotated[bool, Query(description="Whether to tell of the last 24 hours.")] = True,
) -> Overview:
    """Tell how everything is doing: what the page at /status and `tgactors top` show."""
    del caller  # who has been let in
    work = partial(
        overview,
        await watched.facts(),
        heart=watched.heart,
        requests=watched.requests.total,
        samples=watched.samples.series() if samples else None,
    )
    return await watched.aside.do(work)  # of many actors there is much to put together


@router.get("/", include_in_schema=False)
async def first() -> RedirectResponse:
    """Lead to the page."""
    return RedirectResponse("/status", 307)


@router.get("/status", include_in_schema=False)
async def page() -> Response:
    """Show the page, which asks for the token."""
    return _file("status.html", "text/html; charset=utf-8")


@router.get("/status/{name}", include_in_schema=False)
async def part(name: str) -> Response:
    """Show what the page is made of."""
    kind = _PARTS.get(name)
    return Response(status_code=404) if kind is None else _file(name, kind)


_PARTS: Final = {
    "status.css": "text/css; charset=utf-8",
    "status.js": "text/javascript; charset=utf-8",
    "status_plots.js": "text/javascript; charset=utf-8",
    "status_tables.js": "text/javascript; charset=utf-8",
    "status.svg": "image/svg+xml",
}


def _file(name: str, kind: str) -> Response:
    return Response((PAGES / name).read_bytes(), media_type=kind, headers=HEADERS)
