"""How often each route is asked, what it answered and how long that took."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from prometheus_client import CollectorRegistry, Gauge, Histogram, disable_created_metrics

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

NO_ROUTE: Final = "(none)"
_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_BOUNDS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)

disable_created_metrics()  # type: ignore[no-untyped-call]  # they would double the number of series


class Requests:
    """Counts requests. One loop only."""

    def __init__(self, registry: CollectorRegistry) -> None:
        """Show what is counted in a registry."""
        self.total = 0
        self._took = Histogram(
            "tgactors_http_request_seconds",
            "How long HTTP requests took, to the end of the answer, by route template and status.",
            ["method", "route", "status"],
            buckets=_BOUNDS,
            registry=registry,
        )
        self._under_way = Gauge(
            "tgactors_http_requests_under_way",
            "HTTP requests that are being answered.",
            registry=registry,
        )

    def begin(self) -> None:
        """Count one that has come."""
        self.total += 1
        self._under_way.inc()

    def end(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count what came of it. The labels are few: a route is its template, never an address."""
        self._under_way.dec()
        known = method if method in _METHODS else "other"
        self._took.labels(known, route, str(status)).observe(seconds)


class Counted:
    """Counts every request before anything else sees it."""

    def __init__(self, app: ASGIApp, *, requests: Requests) -> None:
        self._app = app
        self._requests = requests

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status = 0  # of one that was broken off before its answer

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        began = time.monotonic()
        self._requests.begin()
        try:
            await self._app(scope, receive, noting)
        finally:
            route = str(getattr(scope.get("route"), "path", NO_ROUTE))
            self._requests.end(scope["method"], route, status, time.monotonic() - began)
