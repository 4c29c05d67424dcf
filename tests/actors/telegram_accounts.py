"""Accounts connected to a sandbox, for the tests of the room of Telethon."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio
from telethon.crypto import AuthKey

from actors.telegram.account import TelegramAccount
from actors.telegram.calls import CallLog
from actors.telegram.connector import connect
from actors.telegram.session import RecordSession
from sandbox import Sandbox

PATIENCE = 20.0  # seconds
API = (1, "hash")


def record(sandbox: Sandbox, person: int) -> bytes:
    """Log a person in, and return the session's record."""
    minted = sandbox.mint(person)
    session = RecordSession()
    session.set_dc(minted.dc_id, minted.host, minted.port)
    session.auth_key = AuthKey(minted.auth_key)
    return session.record()


@asynccontextmanager
async def opened(
    sandbox: Sandbox, kept: bytes | None = None, *, api: tuple[int, str] | None = None
) -> AsyncIterator[TelegramAccount]:
    """An account's connection: from its record, or one that logs in."""
    account = connect(sandbox.address, None, CallLog(), kept, api=api)
    assert isinstance(account, TelegramAccount)
    async with _connected(account):
        yield account


@asynccontextmanager
async def listening(sandbox: Sandbox, person: int) -> AsyncIterator[TelegramAccount]:
    """The connection of somebody logged in that is told what happens."""
    async with opened(sandbox, record(sandbox, person)) as account:
        await account.listen()
        yield account


@asynccontextmanager
async def _connected(account: TelegramAccount) -> AsyncIterator[TelegramAccount]:
    with anyio.fail_after(PATIENCE):
        await account.connect()
        try:
            yield account
        finally:
            await account.close()
