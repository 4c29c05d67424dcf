"""Ways to read a served Telegram: a plain loop, two that store what they read, and ours."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import asyncpg
from telethon import TelegramClient
from telethon.extensions import html
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

PAGE = 100
PAGES = """
CREATE TABLE pages (
    channel bigint, id bigint, at timestamptz, edited_at timestamptz, text text, html text,
    author text, reply_to bigint, album bigint, media jsonb, forward jsonb, links text[],
    views int, forwards int, reactions jsonb, comments int, protected boolean,
    PRIMARY KEY (channel, id)
)
"""
KEEP = f"""
INSERT INTO pages VALUES ({", ".join(f"${place}" for place in range(1, 18))})
ON CONFLICT DO NOTHING
"""  # noqa: S608  numbers alone


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


async def stored_whole(telegram: Served, dsn: str, most: int) -> Pace:
    """Read in the same loop, and store all that a parse keeps of a post, page by page."""
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute(PAGES)
        async with _connected(telegram) as client:
            watch, read, page = Watch(), 0, []
            async for dialog in client.iter_dialogs():
                async for post in client.iter_messages(dialog.entity, wait_time=0):
                    page.append(_whole(dialog.id, post))
                    read += 1
                    if len(page) == PAGE:
                        await connection.executemany(KEEP, page)
                        page.clear()
                        if read >= most:
                            return watch.pace(read)
            await connection.executemany(KEEP, page)
            return watch.pace(read)
    finally:
        await connection.close()


def _whole(channel: int, post: Any) -> tuple[Any, ...]:
    """A post as somebody would keep it who has Telethon at hand."""
    marks, file = post.entities or [], post.file
    about = file and (file.name, file.mime_type, file.size, file.duration, file.width, file.height)
    return (
        channel,
        post.id,
        post.date,
        post.edit_date,
        post.message,
        html.unparse(post.message, marks),
        post.post_author,
        post.reply_to_msg_id,
        post.grouped_id,
        about and json.dumps(about),
        post.fwd_from and post.fwd_from.to_json(),
        [mark.url for mark in marks if hasattr(mark, "url")],
        post.views,
        post.forwards,
        post.reactions and post.reactions.to_json(),
        post.replies and post.replies.replies,
        post.noforwards,
    )


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
