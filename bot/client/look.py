"""The look whether a service runs on a data folder."""

from __future__ import annotations

import hashlib
import ipaddress
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from bot.client.refusals import AlreadyServing, ServiceDiffers, ServiceOtherVersion
from bot.web.announcement import Announcement, announcement

if TYPE_CHECKING:
    from bot.client.house import RemoteHouse
    from bot.settings import Settings

GREETING_SECONDS: Final = 10.0
"""How long a service may take to say that it is there: it has the folder's lock, so it lives."""


@asynccontextmanager
async def served(
    settings: Settings, *, live: bool | None = None
) -> AsyncIterator[RemoteHouse | None]:
    """Reach the service that has the settings' data folder; None if none can be reached.

    Raises `ServiceOtherVersion`, and `ServiceDiffers` if what this command was told to use is not
    what the service uses.
    """
    found = announcement(settings.data)
    if found is None or not _is_loopback(found.address):
        yield None
        return
    if found.version != version("tgactors"):
        raise ServiceOtherVersion(found.address, found.version, version("tgactors"))
    from bot.client.house import RemoteHouse  # noqa: PLC0415  httpx loads where it is needed
    from bot.client.line import Line  # noqa: PLC0415

    async with Line(found) as line:
        theirs = await line.greet(GREETING_SECONDS)
        if theirs is None:
            yield None
            return
        _compare(found, theirs, described(settings) | {"live": live or None})
        yield RemoteHouse(line, is_open=theirs.get("registration") == "open")


def refuse_a_second(data: Path) -> None:
    """Refuse to serve a folder that is served: whoever begins twice wants to know where.

    Raises `AlreadyServing`.
    """
    first = announcement(data)
    if first is not None:
        raise AlreadyServing(first.pid, first.address)


def described(settings: Settings) -> dict[str, Any]:
    """Tell by what a house was opened, without secrets."""
    dsn = settings.dsn
    return {
        "telegram": settings.telegram,
        "database": None if dsn is None else hashlib.sha256(dsn.encode()).hexdigest(),
        "live": settings.live,
        "registration": settings.registration,
    }


_NAMES: Final = {
    "telegram": "TGACTORS_TELEGRAM",
    "database": "TGACTORS_DATABASE_URL",
    "live": "TGACTORS_LIVE",
}


def _compare(found: Announcement, theirs: dict[str, Any], ours: dict[str, Any]) -> None:
    """Refuse what was set here and is otherwise there; what is not set here is the service's."""
    for name, setting in _NAMES.items():
        if ours[name] is not None and ours[name] != theirs.get(name):
            raise ServiceDiffers(found.address, setting)


def _is_loopback(address: str) -> bool:
    host = urlsplit(address).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
