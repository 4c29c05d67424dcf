"""What a running service says of itself, again and again."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import httpx

from bot.client.refusals import NoService, ServiceGone, ServiceOtherVersion
from bot.web.announcement import Announcement, announcement

PATIENCE: Final = 15.0
"""Seconds within which it must answer."""


class Watcher:
    """Looks at the service that has a data folder."""

    def __init__(self, data: Path) -> None:
        """Find it; raises `NoService` and `ServiceOtherVersion`."""
        found = announcement(data)
        if found is None:
            raise NoService(str(data.absolute()))
        if found.version != version("tgactors"):
            raise ServiceOtherVersion(found.address, found.version, version("tgactors"))
        self._found: Announcement = found
        self._http = httpx.AsyncClient(
            base_url=found.address,
            headers={"Authorization": f"Bearer {found.token}"},
            timeout=PATIENCE,
            trust_env=False,  # what is said here is nothing for a proxy
        )

    @property
    def address(self) -> str:
        """Where it listens."""
        return self._found.address

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._http.aclose()

    async def look(self) -> dict[str, Any]:
        """Return what is known there now; raises `ServiceGone`."""
        try:
            answer = await self._http.get("/watch", params={"samples": "false"})
            if answer.is_success:
                return dict(answer.json())
            why = f"it answered {answer.status_code}"
        except (httpx.HTTPError, ValueError) as error:
            why = type(error).__name__
        raise ServiceGone(self.address, why) from None
