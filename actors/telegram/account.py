"""One account's connection to Telegram."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from contextlib import suppress
from datetime import datetime
from typing import TypeVar

from telethon.tl import types
from telethon.tl.functions.auth import LogOutRequest
from telethon.tl.functions.users import GetUsersRequest

from actors.errors import SessionRevoked, TelegramUnreachable
from actors.ports import HistoryPage, LoginToken, Person
from actors.telegram import reading
from actors.telegram.calls import CallLog
from actors.telegram.client import WatchedClient
from actors.telegram.errors import translated
from actors.telegram.qr import QrLogin, person, prove
from actors.telegram.session import RecordSession
from storage.rows import ChannelSeen

R = TypeVar("R")

_CALL_SECONDS = 30.0
_LIST_SECONDS = 300.0  # for thousands of dialogs, a hundred a call
_CLOSE_SECONDS = 5.0


class TelegramAccount:
    """The `TelegramPort` over Telethon. Every call has a deadline, every error a translation."""

    def __init__(
        self,
        session: RecordSession,
        api: tuple[int, str],
        calls: CallLog,
        *,
        logging_in: bool,
    ) -> None:
        """Build it, without a loop; a client that logs in must receive updates to see the scan."""
        self._session = session
        self._api = api
        self._client = WatchedClient(session, api, calls, receive_updates=logging_in)
        self._qr: QrLogin | None = None

    async def connect(self) -> None:
        """Connect, at most 30 s. Raises `TelegramUnreachable`."""
        await self._within(self._client.connect(), _CALL_SECONDS)

    async def close(self) -> None:
        """Disconnect; what is still pending is dropped."""
        with suppress(TelegramUnreachable, SessionRevoked):
            await self._within(self._client.disconnect(), _CLOSE_SECONDS)

    async def login_token(self) -> LoginToken | Person:
        """Return a code to scan, or who has scanned the last one."""
        if self._qr is None:
            self._qr = QrLogin(self._client, self._api)
        return await self._within(self._qr.token(), _CALL_SECONDS)

    async def wait_scanned(self, until: datetime) -> None:
        """Return when the code was scanned, or at a time."""
        if self._qr is not None:
            await self._qr.wait(until)

    async def check_password(self, password: str) -> Person:
        """Complete a login that asked for a password; raises `PasswordWrong`."""
        return await self._within(prove(self._client, password), _CALL_SECONDS)

    async def me(self) -> Person:
        """Return whose session this is; raises `SessionRevoked` if it is nobody's any more."""
        users = await self._within(
            self._client(GetUsersRequest([types.InputUserSelf()])), _CALL_SECONDS
        )
        return person(users[0])

    async def log_out(self) -> None:
        """End the session at Telegram."""
        await self._within(self._client(LogOutRequest()), _CALL_SECONDS)

    async def channels(self) -> tuple[ChannelSeen, ...]:
        """Return the broadcast channels in the account's dialogs."""
        return await self._within(reading.channels(self._client), _LIST_SECONDS)

    async def nth_newest(self, channel: int, access_hash: int, n: int) -> int | None:
        """Return the id of the n-th newest message of a channel, None if it has fewer."""
        return await self._within(
            reading.nth_newest(self._client, channel, access_hash, n), _CALL_SECONDS
        )

    async def history(self, channel: int, access_hash: int, low: int) -> HistoryPage:
        """Return the messages of a channel that follow upward from id `low`, inclusive."""
        return await self._within(
            reading.history(self._client, channel, access_hash, low), _CALL_SECONDS
        )

    def record(self) -> bytes:
        """Return the session as it is now."""
        return self._session.record()

    async def _within(self, work: Awaitable[R], seconds: float) -> R:
        # A call made while Telethon reconnects may never complete, whatever happens after.
        with translated():
            async with asyncio.timeout(seconds):
                return await work
