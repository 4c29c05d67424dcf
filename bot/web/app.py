"""The application: every route, and what holds for all of them."""

from __future__ import annotations

from importlib.metadata import version

from fastapi import FastAPI
from fastapi_offline import FastAPIOffline

from bot.web import problems, watch
from bot.web.access import Access
from bot.web.gate import Gate
from bot.web.jobs import Jobs
from bot.web.rates import Rates
from bot.web.routes import (
    asking,
    channels,
    health,
    house,
    jobs,
    login,
    metrics,
    operating,
    page,
    posts,
    retention,
    users,
)
from bot.web.service import Service


def make_app(service: Service) -> FastAPI:
    """Make the application that serves a house."""
    app = FastAPIOffline(
        title="tgactors",
        version=version("tgactors"),
        description="A multi-user Telegram reader. Ids of people are Telegram user ids.",
        redoc_url=None,
        redirect_slashes=False,  # it would lead by the Host of a request, and from https to http
        responses=problems.declare(400, 408, 413, 429, 500, 503, 504, 507),
    )
    app.state.service = service
    app.state.jobs = Jobs()
    app.state.desk = house.Desk()
    problems.install(app)
    app.state.access = Access(service)
    app.add_middleware(Gate, access=app.state.access, rates=Rates(service.settings.http_rate))
    watch.install(app, service)  # last: it counts what all others refuse
    for each in (health, metrics, page):
        app.include_router(each.router)
    for each in (users, jobs, channels, posts, asking, operating, retention):
        app.include_router(each.router)
    login.install(app, service)
    app.include_router(house.make_router(app.state.desk))
    return app
