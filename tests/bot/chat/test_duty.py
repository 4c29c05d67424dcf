"""The bot's time of duty, and its end."""

from __future__ import annotations

import asyncio
from functools import partial

import anyio
import pytest

from actors.house import House
from bot.chat import duty
from sandbox import Sandbox
from sandbox.botapi import BotApi
from tests.bot.chat.talking import PATIENCE, PERSON, told

pytestmark = pytest.mark.anyio


async def test_whoever_is_served_hears_of_the_end_before_it_has_come(
    known: int, house: House, telegram: Sandbox, api: BotApi
) -> None:
    """A reading that goes on says that it was stopped; nothing is left running after that."""
    mia = api.person(PERSON, first_name="Mia", language_code="en")
    ready = asyncio.Event()
    serve = partial(
        duty.serve,
        house,
        token=api.token,
        api=api.url,
        admins=frozenset(),
        timezone="UTC",
        ready=lambda _: ready.set(),
    )
    before = asyncio.all_tasks()
    with telegram.faults.hold("messages.getHistory", user=known):
        async with anyio.create_task_group() as group:
            group.start_soon(serve)
            with anyio.fail_after(PATIENCE):
                await ready.wait()
            reading = await told(mia, "/parse", "Asking Telegram")
            group.cancel_scope.cancel()
    assert mia.message(reading.id).text.startswith("Stopped")
    assert asyncio.all_tasks() == before
