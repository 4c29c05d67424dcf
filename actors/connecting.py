"""The making of accounts' connections."""

from __future__ import annotations

import asyncio

from actors.ports import TelegramPort
from actors.settings import Settings
from actors.telegram.calls import CallLog
from actors.term import Term
from storage.rows import Hold

UNHEARD = 0.9
"""How much of the time until others may take an account a sent packet may stay unacknowledged."""


class Connector:
    """Makes accounts' connections; Telethon is loaded when the first one is made."""

    def __init__(self, settings: Settings, term: Term) -> None:
        self.calls = CallLog()
        self._settings = settings
        self._term = term

    async def __call__(
        self,
        record: bytes | None,
        *,
        hold: Hold | None,
        api: tuple[int, str] | None = None,
    ) -> TelegramPort:
        """Make one, as `MakeTelegram` says."""
        await asyncio.to_thread(_load_telethon)  # the account's loop turns meanwhile
        from actors.telegram.connector import connect  # noqa: PLC0415
        from actors.telegram.wire import leased  # noqa: PLC0415

        settings = self._settings
        unheard = UNHEARD * (settings.lease_ttl - settings.lease_margin)
        return connect(
            settings.telegram,
            settings.api,
            self.calls,
            record,
            api=api,
            **({} if hold is None else {"connection": leased(self._term, hold, unheard)}),
        )


def _load_telethon() -> None:
    """Load what connections are made of, which takes half a second and 60 MB the first time."""
    import actors.telegram.connector  # noqa: PLC0415
    import actors.telegram.wire  # noqa: F401, PLC0415
