"""The Telethon client as this program needs it."""

from __future__ import annotations

import logging
from typing import Any

from telethon import TelegramClient

from actors.telegram.calls import CallLog
from actors.telegram.session import RecordSession
from runtime import Affinity

# Heard by whoever listens, and by nobody else: what keeps Telethon from its work is said by us.
_log = logging.getLogger("tgactors.telethon")
_log.addHandler(logging.NullHandler())


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
            base_logger=_log,
        )
        self._calls = calls
        self._affinity: Affinity | None = None

    async def connect(self) -> None:
        """Connect, and remember the thread."""
        if self._affinity is None:
            self._affinity = Affinity("a Telegram client")
        await super().connect()

    async def _call(self, sender: Any, request: Any, *args: Any, **options: Any) -> Any:
        home = self._affinity
        self._calls.note(at_home=home is None or home.note(type(request).__name__, depth=2))
        return await super()._call(sender, request, *args, **options)
