"""S4: two processes with one bot token."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from actors.house import House
from actors.polling import Polling
from storage.database import Database
from storage.sessions import new_key
from tests.bot.warm import Warm
from tests.scenarios.process import Other, other_house
from tests.scenarios.reading import opened

pytestmark = pytest.mark.anyio

TOKEN = "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"
TTL, MARGIN = 2.0, 0.5
PATIENCE = 45.0
HOLDERS = """
    SELECT name, NOT revoked AND expires_at > now() AS lives
    FROM pollers LEFT JOIN nodes ON incarnation = holder
"""


@pytest.fixture
def settings(dsn: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """What both houses are opened with, but for their folders; nobody asks Telegram anything."""
    monkeypatch.setenv("TGACTORS_LEASE_TTL", str(TTL))
    monkeypatch.setenv("TGACTORS_LEASE_MARGIN", str(MARGIN))
    return {
        "data": str(folder / "here"),
        "telegram": "sandbox://127.0.0.1:9",
        "database_url": dsn,
        "session_keys": new_key(),
    }


@pytest.fixture
async def db(dsn: str) -> AsyncIterator[Database]:
    """The database, looked at from outside."""
    async with await Database.open(dsn, connections=1) as opened_:
        yield opened_


@pytest.fixture
async def other(warm: Warm, settings: dict[str, str], folder: Path) -> AsyncIterator[Other]:
    """Another process that polls for the bot."""
    async with other_house(warm, {**settings, "data": str(folder / "there")}) as process:
        yield process


class Second:
    """A block of this process that waits for the bot, and holds it until it is let go."""

    def __init__(self, house: House) -> None:
        self._house = house
        self.waits: asyncio.Queue[str | None] = asyncio.Queue()
        self.has = asyncio.get_running_loop().create_future()
        self.let_go = asyncio.Event()

    async def run(self) -> None:
        """Wait, hold, let go."""
        async with self._house.hold_polling(TOKEN, waiting=self.waits.put_nowait) as mine:
            self.has.set_result(mine)
            await self.let_go.wait()


@asynccontextmanager
async def second(house: House) -> AsyncIterator[Second]:
    """Have this process poll for the bot as well."""
    made = Second(house)
    async with asyncio.timeout(PATIENCE), asyncio.TaskGroup() as group:
        group.create_task(made.run())
        yield made
        made.let_go.set()


async def test_S4_the_second_waits_and_takes_over_from_a_killed_first(
    settings: dict[str, str], other: Other, db: Database
) -> None:
    """It knows for whom it waits, and has the bot when that one's lease has run out."""
    assert (await other.tell("poll", TOKEN).next()).kind == "Polling"
    async with opened(settings) as house, second(house) as mine:
        assert f"pid {other.pid} " in (await mine.waits.get() or "")
        (row,) = await db.fetch(HOLDERS)
        assert row["lives"]
        assert not mine.has.done()
        await other.kill()
        polling: Polling = await mine.has
        assert polling.held
        (row,) = await db.fetch(HOLDERS)
        assert (settings["data"] in row["name"], row["lives"]) == (True, True)


async def test_S4_a_first_that_was_stopped_is_told_that_it_has_lost(
    settings: dict[str, str], other: Other
) -> None:
    """Woken after the second has taken over, it polls no more."""
    first = other.tell("poll", TOKEN)
    await first.next()
    async with opened(settings) as house, second(house) as mine:
        await mine.waits.get()
        other.signal(signal.SIGSTOP)
        polling: Polling = await mine.has
        other.signal(signal.SIGCONT)
        assert (await first.end()).kind == "NoneType"
        assert polling.held


async def test_S4_a_first_that_closes_leaves_it_at_once(
    settings: dict[str, str], other: Other
) -> None:
    """A block that ends lets the other process in though this one lives on."""
    async with opened(settings) as house:
        async with house.hold_polling(TOKEN):
            talk = other.tell("poll", TOKEN)
            assert f"pid {os.getpid()} " in (await talk.next()).text
            assert talk.lines.empty()
        assert (await talk.next()).kind == "Polling"


async def test_S4_whoever_polls_hears_of_the_end_of_the_house(settings: dict[str, str]) -> None:
    """A house that closes has no lease any more, and whoever polls under it is told."""
    async with asyncio.timeout(PATIENCE):
        async with opened(settings) as house:
            block = house.hold_polling(TOKEN)
            polling = await block.__aenter__()
            assert polling.held
        await polling.wait_lost()
        assert repr(polling) == "<Polling lost>"
        await block.__aexit__(None, None, None)
