"""The Telethon client as this program needs it."""

from __future__ import annotations

import threading
from typing import Any

from telethon import TelegramClient

from actors.telegram.calls import CallLog
from actors.telegram.session import RecordSession


class WatchedClient(TelegramClient):
    """A client that shows each call to the house's log, with the thread it was made on."""

    def __init__(
        self,
        session: RecordSession,
        api: tuple[int, str],
        calls: CallLog,
        *,
        receive_updates: bool,
    ) -> None:
        """Build it; needs no loop yet. It belongs to the loop of its first `connect` for life."""
        super().__init__(
            session,
            *api,
            receive_updates=receive_updates,
            flood_sleep_threshold=0,  # the wait is reported, not slept through unseen
            raise_last_call_error=True,
            request_retries=2,
            connection_retries=3,
            device_model="tgactors",
        )
        self._calls = calls
        self._home: int | None = None

    async def connect(self) -> None:
        """Connect, and remember the thread."""
        if self._home is None:
            self._home = threading.get_ident()
        await super().connect()

    async def _call(self, sender: Any, request: Any, *args: Any, **options: Any) -> Any:
        self._calls.note(self._home)
        return await super()._call(sender, request, *args, **options)
