"""Ways to read a served Telegram: a plain loop, one that stores each post by itself, and ours."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import asyncpg
from telethon import TelegramClient
from telethon.sessions import StringSession

from bench.served import Served

if TYPE_CHECKING:
    from actors.house import House

TABLE = """
CREATE TABLE original (
    channel bigint, id bigint, at timestamptz, text text, views int, PRIMARY KEY (channel, id)
)
"""
LOOK = "SELECT 1 FROM original WHERE channel = $1 AND id = $2"
ADD = "INSERT INTO original (channel, id, at, text, views) VALUES ($1, $2, $3, $4, $5)"


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast posts were read."""

    per_second: float
    cpu_us: float
    """Of a post, in the process that read it."""


class Watch:
    """A clock and this process's CPU clock, started together."""

    def __init__(self) -> None:
        self._clock = time.perf_counter()
        self._cpu = time.process_time()

    def pace(self, posts: int) -> Pace:
        """Return how fast so many posts were read since the start."""
        took = time.perf_counter() - self._clock
        return Pace(posts / took, (time.process_time() - self._cpu) / posts * 1e6)


async def parsed(house: House, telegram: Served) -> Pace:
    """Parse every post."""
    watch = Watch()
    report = await house.user(telegram.person).parse(depth=None)
    return watch.pace(report.added)


async def looped(telegram: Served) -> Pace:
    """Read every post and drop it."""
    async with _connected(telegram) as client:
        watch, read = Watch(), 0
        async for dialog in client.iter_dialogs():
            async for _ in client.iter_messages(dialog.entity, wait_time=0):
                read += 1
        return watch.pace(read)


async def stored_singly(telegram: Served, dsn: str, most: int) -> Pace:
    """Read in the same loop, look whether each post is stored, and store it if it is not."""
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute(TABLE)
        async with _connected(telegram) as client:
            watch, read = Watch(), 0
            async for dialog in client.iter_dialogs():
                async for post in client.iter_messages(dialog.entity, wait_time=0):
                    if await connection.fetchval(LOOK, dialog.id, post.id) is None:
                        fields = (post.date, post.message, post.views)
                        await connection.execute(ADD, dialog.id, post.id, *fields)
                    read += 1
                    if read == most:
                        return watch.pace(read)
            return watch.pace(read)
    finally:
        await connection.close()


@asynccontextmanager
async def _connected(telegram: Served) -> AsyncIterator[Any]:
    client = TelegramClient(StringSession(telegram.sessions[0]), 1, "sandbox")
    await client.connect()
    try:
        yield client
    finally:
        await client.disconnect()
