"""One account's connection to Telegram, from its record to its end."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import anyio

from actors.account import Account
from actors.errors import SessionRevoked, TelegramUnreachable
from actors.login import State
from actors.ports import MakeTelegram, TelegramPort
from runtime import Refusal
from storage.errors import LeaseLost
from storage.rows import Hold


@dataclass(slots=True)
class _Open:
    telegram: TelegramPort
    hold: Hold
    """The lease it was opened under."""
    kept: bytes
    """The session record as it lies in the store."""
    lost: asyncio.Task[None]
    """Done when the connection has ended by itself."""


class Connection:
    """Opened when it is needed and never twice; the account's own loop only."""

    def __init__(self, account: Account, telegram: MakeTelegram) -> None:
        self._account = account
        self._make = telegram
        self._opening = anyio.Lock()
        self._open: _Open | None = None

    @asynccontextmanager
    async def lent(self) -> AsyncIterator[TelegramPort]:
        """Lend the connection; one that breaks in use is closed.

        Raises `LoginRequired` unless the account is READY, whatever opening it refuses, and
        `LeaseLost` as soon as the account's lease is over.
        """
        try:
            opened = await self._opened()
            with self._account.under(opened.hold):
                yield opened.telegram
        except LeaseLost:
            self._account.lose()
            await self.close()
            raise
        except (SessionRevoked, TelegramUnreachable):
            await self.close()  # a client that lost its server may never find it again
            raise

    async def keep(self) -> None:
        """Persist the session record if it has changed."""
        opened = self._open
        if opened is not None and (record := opened.telegram.record()) != opened.kept:
            await self._account.keep(record)
            opened.kept = record

    async def close(self) -> None:
        """Disconnect; the session stays valid."""
        opened, self._open = self._open, None
        if opened is not None:
            opened.lost.cancel()
            with contextlib.suppress(Refusal), anyio.CancelScope(shield=True):
                await opened.telegram.close()

    async def _opened(self) -> _Open:
        async with self._opening:
            hold = await self._account.own()
            if self._account.state is not State.READY:
                raise self._account.login_required()
            if self._open is None or self._open.hold != hold or self._open.lost.done():
                await self.close()
                self._open = await self._connect(hold)
            return self._open

    async def _connect(self, hold: Hold) -> _Open:
        record = await self._account.record()
        if record is None:
            raise SessionRevoked("its session record is gone")
        telegram = await self._make(record, hold=hold)
        try:
            await telegram.connect()
        except BaseException:
            with anyio.CancelScope(shield=True):
                await telegram.close()
            raise
        return _Open(telegram, hold, record, asyncio.create_task(telegram.lost()))
