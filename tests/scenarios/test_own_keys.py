"""API keys of an account's own."""

from __future__ import annotations

import pytest
from telethon import TelegramClient
from telethon.sessions import StringSession
from telethon.tl.functions.account import GetAuthorizationsRequest

import actors
from sandbox import Sandbox
from tests.scenarios.conftest import PERSON, Open

pytestmark = pytest.mark.anyio


async def api_ids(sandbox: Sandbox) -> list[int]:
    """The API ids of the person's sessions, as another of their devices is told."""
    client = TelegramClient(StringSession(sandbox.mint(PERSON).string()), 1, "test")
    await client.connect()
    try:
        found = await client(GetAuthorizationsRequest())
    finally:
        await client.disconnect()
    return [each.api_id for each in found.authorizations if not each.current]


async def test_an_account_logs_in_and_reads_with_keys_of_its_own(
    sandbox: Sandbox, open_house: Open
) -> None:
    """They are sealed with the session: a later house uses them without being told."""
    async with open_house():
        async for step in actors.user(PERSON).login(api_id=777, api_hash="own"):
            if isinstance(step, actors.QrCode):
                sandbox.scan(step.url, PERSON)
        assert 777 in await api_ids(sandbox)
    async with open_house():
        await actors.user(PERSON).parse()
        assert 777 in await api_ids(sandbox)


async def test_half_of_the_keys_is_refused(sandbox: Sandbox, open_house: Open) -> None:
    """An id without its hash is a mistake, told before anything is asked of Telegram."""
    before = len(sandbox.calls)
    async with open_house():
        with pytest.raises(ValueError, match="belong together"):
            await anext(actors.user(PERSON).login(api_id=777))
    assert len(sandbox.calls) == before
