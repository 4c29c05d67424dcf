"""A login by QR code, renewed for as long as anybody waits."""

from __future__ import annotations

import asyncio
import base64
from contextlib import suppress
from datetime import UTC, datetime

from telethon import TelegramClient, errors, events
from telethon.tl import types
from telethon.tl.functions.account import GetPasswordRequest
from telethon.tl.functions.auth import ExportLoginTokenRequest, ImportLoginTokenRequest

from actors.errors import PasswordRequired, PasswordWrong
from actors.ports import LoginToken, Person


class QrLogin:
    """Asks for tokens until one was scanned.

    A scan while nobody waits, or while the connection is down, is not lost: the next token asked
    for turns out to be the authorisation.
    """

    def __init__(self, client: TelegramClient, api: tuple[int, str]) -> None:
        self._client = client
        self._request = ExportLoginTokenRequest(*api, except_ids=[])
        self._scanned = asyncio.Event()
        client.add_event_handler(self._on_scan, events.Raw(types.UpdateLoginToken))

    async def _on_scan(self, _update: types.UpdateLoginToken) -> None:
        self._scanned.set()

    async def token(self) -> LoginToken | Person:
        """Return a token to show, or the person who has scanned the last one."""
        self._scanned.clear()
        try:
            answer = await self._client(self._request)
            if isinstance(answer, types.auth.LoginTokenMigrateTo):
                await self._client._switch_dc(answer.dc_id)  # noqa: SLF001  Telethon's own way
                answer = await self._client(ImportLoginTokenRequest(answer.token))
        except errors.SessionPasswordNeededError:
            raise PasswordRequired((await self._client(GetPasswordRequest())).hint or "") from None
        if isinstance(answer, types.auth.LoginTokenSuccess):
            user = await self._client._on_login(answer.authorization.user)  # noqa: SLF001
            return person(user)
        text = base64.urlsafe_b64encode(answer.token).decode().rstrip("=")
        return LoginToken(url=f"tg://login?token={text}", expires_at=answer.expires)

    async def wait(self, until: datetime) -> None:
        """Return when a token was scanned, or at the time."""
        seconds = max(0.0, (until - datetime.now(UTC)).total_seconds())
        with suppress(TimeoutError):
            await asyncio.wait_for(self._scanned.wait(), seconds)


async def prove(client: TelegramClient, password: str) -> Person:
    """Complete a login by the account's two-step password, which never leaves this machine."""
    try:
        return person(await client.sign_in(password=password))
    except (errors.PasswordHashInvalidError, errors.PasswordEmptyError):
        raise PasswordWrong from None


def person(user: types.User) -> Person:
    """Return a Telegram user as a plain value."""
    name = " ".join(part for part in (user.first_name, user.last_name) if part)
    return Person(id=user.id, name=name or user.username or str(user.id))
