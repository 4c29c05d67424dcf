"""A served house, in which the demo's posts are read, tagged and indexed."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from actors.house import House
from sandbox import Sandbox, demo_world
from storage.embedded import Postgres
from storage.sessions import new_key
from tests.bot.conftest import PERSON
from tests.bot.web.serving import OPERATOR, Served
from tests.conftest import _database, new_folder

AGE = timedelta(hours=16)
"""Of the newest post; the oldest is fifteen hours older, so that a day parts them."""
LEAVER = 8124731900
"""Somebody who can be spared."""
SPARE = "spare_channel"
POSTS = 36
"""Of the demo's world."""


@pytest.fixture(scope="session")
def telegram() -> Iterator[Sandbox]:
    """A Telegram with the demo's world, a channel that nobody follows, and somebody likewise."""
    world = demo_world(datetime.now(UTC) - AGE)
    world.person(LEAVER, first_name="Leo")
    world.channel("Spare", username=SPARE)
    with Sandbox(world) as sandbox:
        yield sandbox


@pytest.fixture(scope="session")
def served(telegram: Sandbox, server: Postgres, template: str) -> Iterator[Served]:
    """A house with the demo's person and their posts, served on a free port.

    One for all tests of this worker: who changes something puts it back.
    """

    async def read(house: House) -> None:
        async with house.newcomer() as newcomer:
            await newcomer.import_session(telegram.mint(PERSON).string())
        report = await house.user(PERSON).parse(settle=60.0)
        assert (report.added, report.tagged, report.indexed) == (POSTS, POSTS, POSTS)

    folder = new_folder()
    with contextmanager(_database)(server, template) as dsn:
        given = {
            "data": folder / "data",
            "telegram": telegram.address,
            "database_url": dsn,
            "session_keys": new_key(),
            "workers": True,
        }
        with Served(given) as made:
            made.run(read)
            yield made
    shutil.rmtree(folder)


@pytest.fixture
def own(served: Served) -> str:
    """A token of the person's own; requests that are made up may have revoked any other."""

    async def issue(house: House) -> str:
        return (await house.issue_token(name="a program", account=PERSON)).text

    return served.run(issue)


@pytest.fixture
def nobody(served: Served) -> Iterator[httpx.Client]:
    """Somebody without a token."""
    with served.client() as client:
        yield client


@pytest.fixture
def operator(served: Served) -> Iterator[httpx.Client]:
    """The operator."""
    with served.client(OPERATOR) as client:
        yield client


@pytest.fixture
def person(served: Served, own: str) -> Iterator[httpx.Client]:
    """The person."""
    with served.client(own) as client:
        yield client
