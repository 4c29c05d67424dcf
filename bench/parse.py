"""A parse into Postgres against a plain Telethon loop that stores nothing."""

from __future__ import annotations

import asyncio
import shutil
import statistics
import tempfile
import time
from pathlib import Path

from telethon import TelegramClient
from telethon.crypto import rsa
from telethon.sessions import StringSession

import actors
from bench.served import Served, served
from sandbox import PUBLIC_KEY

CHANNELS = 15


def ratios(*, full: bool) -> dict[str, float]:
    """Return posts per second of a first parse over those of the loop, the median of rounds."""
    posts, rounds = (4_000, 5) if full else (2_000, 5)
    rsa.add_key(PUBLIC_KEY, old=False)
    found: list[float] = []
    speeds: list[float] = []
    with served(channels=CHANNELS, posts=posts) as telegram:
        asyncio.run(_plain(telegram))  # warms the server's cache of encoded posts
        for _ in range(rounds):
            plain = asyncio.run(_plain(telegram))
            ours = asyncio.run(_ours(telegram))
            found.append(ours / plain)
            speeds.append(ours)
    return {
        "parse": statistics.median(found),
        "parse_min": min(found),
        "parse_max": max(found),
        "parse_posts_per_s": statistics.median(speeds),
    }


def _folder() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="tgactors-bench-"))
    folder.chmod(0o711)  # so that the server's user gets in, should this be root
    return folder


async def _plain(telegram: Served) -> float:
    """Read every post with `iter_messages`, as its documentation shows, and drop it."""
    client = TelegramClient(StringSession(telegram.sessions[0]), 1, "sandbox")
    await client.connect()
    try:
        began = time.perf_counter()
        read = 0
        async for dialog in client.iter_dialogs():
            async for _ in client.iter_messages(dialog.entity, wait_time=0):
                read += 1
        return read / (time.perf_counter() - began)
    finally:
        await client.disconnect()


async def _ours(telegram: Served) -> float:
    """Parse every post into a fresh embedded Postgres."""
    data = _folder()
    try:
        async with actors.open(data=data, telegram=telegram.address):
            user = actors.user(telegram.person)
            async for step in user.login():
                assert not isinstance(step, actors.LoginFailed), step
            began = time.perf_counter()
            report = await user.parse(depth=None)
            return report.added / (time.perf_counter() - began)
    finally:
        shutil.rmtree(data)
