"""One account's connection to Telegram."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from contextlib import suppress
from datetime import datetime
from typing import TypeVar

from telethon.network import ConnectionTcpFull
from telethon.tl.functions.auth import LogOutRequest
from telethon.tl.functions.updates import GetStateRequest

from actors.answers import Difference, Found, Heard, HistoryPage, Listing
from actors.errors import Flooded, SessionRevoked, TelegramUnreachable
from actors.ports import ALIVE_SECONDS, CodeSent, LoginToken, Person
from actors.telegram import authorisations, dialogs, differences, finding, folders, reading
from actors.telegram.calls import CallLog
from actors.telegram.client import WatchedClient
from actors.telegram.errors import translated
from actors.telegram.hearing import Hearing
from actors.telegram.identity import myself
from actors.telegram.password import prove
from actors.telegram.phone import PhoneLogin
from actors.telegram.qr import QrLogin
from actors.telegram.session import RecordSession
from actors.values import Authorisation
from storage.rows import ChannelSeen, Folder

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
        connection: type = ConnectionTcpFull,
    ) -> None:
        """Build it, without a loop; a client that logs in must receive updates to see the scan."""
        self._session = session
        self._api = api
        self._client = WatchedClient(
            session, api, calls, receive_updates=logging_in, connection=connection
        )
        self._hearing = Hearing()
        self._qr: QrLogin | None = None
        self._phone = PhoneLogin(self._client, api)

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

    async def wait_scanned(self, seconds: float) -> None:
        """Return when the code was scanned, or after a time."""
        if self._qr is not None:
            await self._qr.wait(seconds)

    async def send_code(self, phone: str) -> CodeSent:
        """Have a login code sent to a phone number; raises `PhoneRefused`, or `NoOtherCode`."""
        return await self._within(self._phone.send(phone), _CALL_SECONDS)

    async def resend_code(self) -> CodeSent:
        """Have another code sent, the next way; raises `NoOtherCode`."""
        return await self._within(self._phone.resend(), _CALL_SECONDS)

    async def check_code(self, code: str) -> Person:
        """Log in by the code; raises `CodeWrong`, `CodeExpired` or `PhoneRefused`."""
        return await self._within(self._phone.check(code), _CALL_SECONDS)

    async def check_password(self, password: str) -> Person:
        """Complete a login that asked for a password; raises `PasswordWrong`."""
        return await self._within(prove(self._client, password), _CALL_SECONDS)

    async def me(self) -> Person:
        """Return whose session this is; raises `SessionRevoked` if it is nobody's any more."""
        return await self._within(myself(self._client), _CALL_SECONDS)

    async def log_out(self) -> None:
        """End the session at Telegram, if it has not ended before."""
        with suppress(SessionRevoked):
            await self._within(self._client(LogOutRequest()), _CALL_SECONDS)

    async def authorisations(self) -> tuple[Authorisation, ...]:
        """Return where the account is logged in, this session first."""
        return await self._within(authorisations.authorisations(self._client), _CALL_SECONDS)

    async def end_authorisation(self, authorisation: int) -> None:
        """Log the account out elsewhere; raises `AuthorisationKept`."""
        await self._within(authorisations.end(self._client, authorisation), _CALL_SECONDS)

    async def lost(self) -> None:
        """Return when the connection has ended by itself, whatever the reason."""
        await self._client.ended()

    async def channels(self) -> Listing:
        """Return the broadcast channels in the account's dialogs, with their pts."""
        return await self._within(dialogs.channels(self._client), _LIST_SECONDS)

    async def nth_newest(self, channel: int, access_hash: int, n: int) -> int | None:
        """Return the id of the n-th newest message of a channel, None if it has fewer."""
        return await self._within(
            reading.nth_newest(self._client, channel, access_hash, n), _CALL_SECONDS
        )

    async def newest_before(self, channel: int, access_hash: int, moment: datetime) -> int | None:
        """Return the id of the newest message older than a moment, None if there is none."""
        return await self._within(
            reading.newest_before(self._client, channel, access_hash, moment), _CALL_SECONDS
        )

    async def history(self, channel: int, access_hash: int, low: int) -> HistoryPage:
        """Return the messages of a channel that follow upward from id `low`, inclusive."""
        return await self._within(
            reading.history(self._client, channel, access_hash, low), _CALL_SECONDS
        )

    async def window(self, channel: int, access_hash: int, below: int | None) -> HistoryPage:
        """Return the newest messages with ids below one, or the newest of all."""
        return await self._within(
            reading.window(self._client, channel, access_hash, below), _CALL_SECONDS
        )

    async def difference(self, channel: int, access_hash: int, pts: int) -> Difference:
        """Return what happened in a channel after a pts."""
        return await self._within(
            differences.difference(self._client, channel, access_hash, pts), _CALL_SECONDS
        )

    async def visible_from(self, channel: int, access_hash: int) -> int:
        """Return the newest id of a channel that is hidden from the account; 0 if none is."""
        return await self._within(
            reading.visible_from(self._client, channel, access_hash), _CALL_SECONDS
        )

    async def find(self, what: str) -> Found:
        """Find a channel; raises `NoSuchChannel`, `NotAChannel` or `InviteDead`."""
        return await self._within(finding.find(self._client, what), _CALL_SECONDS)

    async def join(self, invite: str) -> ChannelSeen:
        """Join a channel; raises what `find` raises, `JoinPending` or `TooManyChannels`."""
        return await self._within(finding.join(self._client, invite), _CALL_SECONDS)

    async def folders(self) -> tuple[Folder, ...]:
        """Return the account's folders."""
        return await self._within(folders.folders(self._client), _LIST_SECONDS)

    async def listen(self) -> None:
        """Have Telegram tell what happens, from now on."""
        if self._hearing.take not in self._client.listeners:
            self._client.listeners.append(self._hearing.take)
        await self._within(self._client.set_receive_updates(True), _CALL_SECONDS)

    async def heard(self) -> Heard:
        """Wait for something to happen; raises `TelegramUnreachable` once the connection ended."""
        waiting = [
            asyncio.create_task(self._hearing.something()),
            asyncio.create_task(self._client.ended()),
        ]
        try:
            await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in waiting:
                task.cancel()
        heard = self._hearing.taken()
        if heard is None:
            raise TelegramUnreachable("the connection has ended")
        return heard

    async def alive(self, within: float = ALIVE_SECONDS) -> None:
        """Raise `TelegramUnreachable` unless Telegram answers within some seconds."""
        with suppress(Flooded):  # an answer as well
            await self._within(self._client(GetStateRequest()), within)

    def record(self) -> bytes:
        """Return the session as it is now."""
        return self._session.record()

    async def _within(self, work: Awaitable[R], seconds: float) -> R:
        # A call made while Telethon reconnects may never complete, whatever happens after.
        with translated():
            async with asyncio.timeout(seconds):
                return await work
