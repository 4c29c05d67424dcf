"""What can be done for a person nobody knows yet."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from actors.entrance import Entrance
from actors.messages import ImportRequest
from actors.values import LoggedIn

if TYPE_CHECKING:
    from actors.ports import Streams

IMPORT_SECONDS = 120.0


class Newcomer(Entrance):
    """Somebody whose account shows when they log in. Usable from any thread and on any loop."""

    def __init__(self, actor: Streams) -> None:
        self.actor = actor

    def _door(self) -> Streams:
        return self.actor

    async def import_session(
        self, source: str | Path, *, api: tuple[int, str] | None = None
    ) -> LoggedIn:
        """Take over a session from a Telethon `.session` file, or from its string form.

        Telegram is asked whose it is. The file is only read: delete it afterwards, for a session
        that is used in two places is ended by Telegram. `api` are the API keys it was made with, if
        they are not the operator's.

        Raises `SessionFileUnusable`, `SessionRevoked`, `AlreadyLoggedIn` or `TelegramUnreachable`.
        """
        from actors.telegram.imports import record_of  # noqa: PLC0415  loads Telethon

        record = await asyncio.to_thread(record_of, source)
        return await self.actor.ask(ImportRequest(record=record, api=api), timeout=IMPORT_SECONDS)
