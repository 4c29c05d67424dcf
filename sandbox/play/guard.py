"""Who may drive the page: whoever has its address, from the page itself."""

import hmac
from collections.abc import Callable
from typing import Final

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
HEADERS: Final = {
    "Content-Security-Policy": POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
OPEN: Final = "open"
"""Of a route, that it is served without the token: it has nothing to hide."""


def refusal(status: int, code: str, text: str) -> web.Response:
    """An answer that says why not, and what to do."""
    return web.json_response({"error": {"code": code, "text": text}}, status=status)


def guard(token: str, hosts: Callable[[], frozenset[str]]) -> Middleware:
    """Let in whom a request's Host, Origin and token show to be the page.

    The Host keeps names that lead here out (DNS rebinding), the Origin other pages, and the token,
    which is in the fragment of the address and so in no log, other programs of this machine.
    """

    @web.middleware
    async def guarded(request: web.Request, handler: Handler) -> web.StreamResponse:
        refused = _refused(request, token, hosts())
        return await handler(request) if refused is None else refused

    return guarded


def _refused(request: web.Request, token: str, hosts: frozenset[str]) -> web.Response | None:
    if request.host not in hosts:
        return refusal(403, "WrongHost", "Open the page at the address that was printed.")
    origin = request.headers.get("Origin")
    if origin is not None and origin not in {f"http://{host}" for host in hosts}:
        return refusal(403, "WrongOrigin", "Only the page itself may do this: use its buttons.")
    if request.match_info.route.name == OPEN:
        return None
    shown = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if not hmac.compare_digest(shown.encode(), token.encode()):
        text = "Open the whole address that was printed, with what follows its #."
        return refusal(401, "NoToken", text)
    return None


async def secured(_request: web.Request, response: web.StreamResponse) -> None:
    """Add to an answer what keeps foreign scripts and frames out."""
    response.headers.update(HEADERS)
    response.headers.setdefault("Cache-Control", "no-store")
