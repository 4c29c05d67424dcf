"""The service that brings a Telegram along."""

from __future__ import annotations

import asyncio
import json
import signal

import pytest

from storage.database import Database
from storage.sessions import new_key
from tests.bot.conftest import PERSON, CommandLine, refused

POSTS = "SELECT count(*) FROM posts"


async def _posts(dsn: str) -> int:
    async with await Database.open(dsn, connections=1) as db:
        return int(await db.fetch_value(POSTS))


def _served(line: CommandLine, dsn: str) -> tuple[str, int]:
    """Serve until the demo's posts are read; return its address, and how many they are."""
    process = line.start("serve", "--json")
    said = json.loads(line.hear(process, '"sandbox"'))["sandbox"]
    assert said["account"] == PERSON
    posts = asyncio.run(_posts(dsn))
    done = line.interrupt(process, signal.SIGTERM)
    assert (done.status, "never retrieved" in done.err) == (0, False), done
    return said["address"], posts


@pytest.mark.long
def test_a_service_with_a_sandbox_of_its_own_needs_nothing_else(
    line: CommandLine, dsn: str
) -> None:
    """The demo's person is logged in and read; also the next time, with another sandbox."""
    line.env |= {
        "TGACTORS_TELEGRAM": "sandbox",
        "TGACTORS_DATABASE_URL": dsn,
        "TGACTORS_SESSION_KEYS": new_key(),
    }
    first, posts = _served(line, dsn)
    second, again = _served(line, dsn)
    assert (posts, again) == (36, 36)
    assert first != second
    assert line.run("status", PERSON, "--json").facts["state"] == "READY"
    refused(line.run("parse", PERSON, "--json"), "BadTelegramAddress", "tgactors serve")
