"""What the routes stand on."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated

from fastapi import Depends, Request

if TYPE_CHECKING:
    from actors.house import House
    from bot.settings import Settings


@dataclass(slots=True)
class Bot:
    """How the bot of this process is doing."""

    wanted: bool
    """Whether a token is set."""
    ready: bool = False
    """Whether it answers people."""
    holder: str | None = None
    """Which process answers instead, as far as that is known."""


@dataclass(frozen=True, slots=True)
class Service:
    """One process that serves: its house, and what else the routes ask."""

    house: House
    settings: Settings
    local_token: str = field(repr=False)
    """The operator's, of this process's own: for the command line of the same user."""
    bot: Bot


async def _service(request: Request) -> Service:
    service: Service = request.app.state.service
    return service


Serves = Annotated[Service, Depends(_service)]
"""The parameter by which a route gets at the service."""
