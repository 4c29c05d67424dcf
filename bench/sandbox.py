"""The sandbox's own figures: reading, key exchanges, starting, memory."""

from __future__ import annotations

import asyncio
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from telethon import TelegramClient
from telethon.crypto import rsa
from telethon.sessions import MemorySession, StringSession

from sandbox import PUBLIC_KEY, Sandbox, World

CHANNELS = 5
PAGE_KIB = 4


def ratios(*, full: bool) -> dict[str, float]:
    """Return messages and key exchanges a second, and what starting and a client cost.

    The sandbox runs in a process of its own; one stock client at a time reads and connects, so
    each rate includes the client's own work, which is most of a key exchange.
    """
    rsa.add_key(PUBLIC_KEY, old=False)
    posts, logins, starts, crowd = (4_000, 100, 200, 300) if full else (1_000, 30, 50, 100)
    with _process(posts, crowd) as (pid, facts):
        address = facts["address"].removeprefix("sandbox://").rpartition(":")
        sessions = facts["sessions"]
        first = asyncio.run(
            _read(sessions[0], CHANNELS * posts)
        )  # encodes each post, which happens once
        read = [asyncio.run(_read(sessions[0], CHANNELS * posts)) for _ in range(3)]
        found = {
            "sandbox_messages_per_s": statistics.median(read),
            "sandbox_first_read_per_s": first,
            "sandbox_handshakes_per_s": asyncio.run(
                _connects(lambda: _stranger(address[0], int(address[2])), logins)
            ),
            "sandbox_minted_per_s": asyncio.run(_connects(lambda: _minted(sessions[0]), logins)),
            "sandbox_client_kib": asyncio.run(_memory(pid, sessions)),
        }
    return {**found, "sandbox_start_stop_ms": _start_stop(starts)}


@contextmanager
def _process(posts: int, sessions: int) -> Iterator[tuple[int, dict[str, Any]]]:
    """Serve `posts` in each channel to one person with so many minted sessions."""
    command = [sys.executable, "-m", "sandbox", "--channels", str(CHANNELS)]
    command += ["--posts", str(posts), "--mint", str(sessions)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            yield process.pid, json.loads(process.stdout.readline())
        finally:
            process.stdin.close()
            process.wait(timeout=30)


def _minted(session: str) -> Any:
    return TelegramClient(StringSession(session), 1, "hash", receive_updates=False)


def _stranger(host: str, port: int) -> Any:
    session = MemorySession()
    session.set_dc(2, host, port)
    return TelegramClient(session, 1, "hash", receive_updates=False)


async def _read(session: str, expected: int) -> float:
    """Messages a second of `iter_messages` over every channel."""
    client = _minted(session)
    await client.connect()
    try:
        began, read = time.perf_counter(), 0
        async for dialog in client.iter_dialogs():
            async for _ in client.iter_messages(dialog.entity, wait_time=0):
                read += 1
        took = time.perf_counter() - began
        assert read == expected, f"{read} of {expected} posts were read"
        return read / took
    finally:
        await client.disconnect()


async def _connects(make: Callable[[], Any], times: int) -> float:
    """Connections a second, one after the other; those without a key make one."""
    began = time.perf_counter()
    for _ in range(times):
        client = make()
        await client.connect()
        await client.disconnect()
    return times / (time.perf_counter() - began)


async def _memory(pid: int, sessions: list[str]) -> float:
    """What each of many connected clients adds to the sandbox's memory, in KiB."""
    before = _resident(pid)
    clients = [_minted(session) for session in sessions]
    for client in clients:
        await client.connect()
    grown = _resident(pid) - before
    for client in clients:
        await client.disconnect()
    return grown / len(sessions)


def _resident(pid: int) -> int:
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE_KIB


def _start_stop(times: int) -> float:
    """Milliseconds to start an empty sandbox and to stop it, the median."""
    found: list[float] = []
    for _ in range(times):
        began = time.perf_counter()
        with Sandbox(World()):
            pass
        found.append((time.perf_counter() - began) * 1000)
    return statistics.median(found)
