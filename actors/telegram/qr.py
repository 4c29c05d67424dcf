"""A login by QR code, renewed for as long as anybody waits."""

from __future__ import annotations

import asyncio
import base64
from contextlib import suppress
from typing import Any

from telethon import errors as rpc
from telethon.tl import types
from telethon.tl.functions.auth import ExportLoginTokenRequest, ImportLoginTokenRequest

from actors.errors import PasswordRequired, TelegramUnreachable
from actors.ports import LoginToken, Person
from actors.telegram.client import WatchedClient
from actors.telegram.hearing import updates_in
from actors.telegram.identity import entered, hint

_SHORTEST, _LONGEST = 1.0, 60.0  # seconds of a token's life, whatever Telegram says


class QrLogin:
    """Asks for tokens until one was scanned.

    A scan while nobody waits, or while the connection is down, is not lost: the next token asked
    for turns out to be the authorisation.
    """

    def __init__(self, client: WatchedClient, api: tuple[int, str]) -> None:
        self._client = client
        self._request = ExportLoginTokenRequest(*api, except_ids=[])
        self._scanned = asyncio.Event()
        client.listeners.append(self._on_updates)

    def _on_updates(self, container: Any) -> None:
        if any(isinstance(update, types.UpdateLoginToken) for update in updates_in(container)):
            self._scanned.set()

    async def token(self) -> LoginToken | Person:
        """Return a token to show, or the person who has scanned the last one."""
        self._scanned.clear()
        try:
            answer = await self._client(self._request)
            if isinstance(answer, types.auth.LoginTokenMigrateTo):
                answer = await self._imported(answer)
        except rpc.SessionPasswordNeededError:
            raise PasswordRequired(await hint(self._client)) from None
        if isinstance(answer, types.auth.LoginTokenSuccess):
            return await entered(self._client, answer.authorization.user)
        if isinstance(answer, types.auth.LoginToken):
            return self._shown(answer)
        raise TelegramUnreachable(f"it answered {type(answer).__name__}")

    async def _imported(self, answer: types.auth.LoginTokenMigrateTo) -> Any:
        """Collect the login at the data centre of whoever has scanned the token."""
        await self._client._switch_dc(answer.dc_id)  # noqa: SLF001  Telethon's own way
        try:
            return await self._client(ImportLoginTokenRequest(answer.token))
        except rpc.BadRequestError:
            # It is void, or was collected before and the answer was lost: the next one tells.
            return await self._client(self._request)

    def _shown(self, answer: types.auth.LoginToken) -> LoginToken:
        text = base64.urlsafe_b64encode(answer.token).decode().rstrip("=")
        lives = answer.expires.timestamp() - self._client.telegram_time()
        return LoginToken(
            url=f"tg://login?token={text}",
            expires_at=answer.expires,
            lives=min(max(lives, _SHORTEST), _LONGEST),
        )

    async def wait(self, seconds: float) -> None:
        """Return when a token was scanned, or after a time."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._scanned.wait(), max(0.0, seconds))
