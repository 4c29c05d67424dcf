"""The bot as people have it: real aiogram, a house beside a sandboxed Telegram, a Bot API."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest

import actors
from actors.house import House
from bot.chat.app import Chat
from bot.chat.pace import Pace, Rate
from sandbox import Channel, Sandbox, World
from sandbox.botapi import UNLIMITED, BotApi, Person
from sandbox.providers import Providers
from storage.sessions import new_key
from tests.bot.chat.entering import PHONE
from tests.bot.chat.talking import ADMIN, PERSON
from tests.scenarios.meaning import environment
from tests.scenarios.reading import admit

SWIFT = Rate(1000.0, 1000)


@pytest.fixture
def world() -> World:
    """A world with the person in it."""
    made = World()
    made.person(PERSON, first_name="Mia", username="mia", phone=PHONE)
    return made


@pytest.fixture
def channels(world: World) -> list[Channel]:
    """Three public channels that the person follows, with two posts each."""
    person = world.people[PERSON]
    made = [world.channel(f"Channel {n}", username=f"channel{n}") for n in range(3)]
    for number, channel in enumerate(made):
        world.follow(person, channel)
        for post in range(2):
            world.publish(channel, f"rocket news {number} {post}")
    return made


@pytest.fixture
def token_life() -> float:
    """How many seconds a login's code is good for."""
    return 30.0


@pytest.fixture
def telegram(world: World, channels: list[Channel], token_life: float) -> Iterator[Sandbox]:
    """That world, served; nothing that no Telegram would be asked."""
    assert channels is not None
    with Sandbox(world, token_life=token_life) as serving:
        yield serving
        assert serving.mistakes == ()


@pytest.fixture
def workers() -> bool:
    """Whether what was read is tagged and indexed; see `providers`."""
    return False


@pytest.fixture
def providers(monkeypatch: pytest.MonkeyPatch) -> Iterator[Providers]:
    """GigaChat, OpenRouter and embeddings, which every house of the test asks."""
    with Providers(dimension=64) as serving:
        for name, value in environment(serving).items():
            monkeypatch.setenv(name, value)
        yield serving


@pytest.fixture
async def house(telegram: Sandbox, dsn: str, folder: Path, workers: bool) -> AsyncIterator[House]:
    """A house on an empty database."""
    async with actors.open(
        data=folder,
        telegram=telegram.address,
        database_url=dsn,
        session_keys=new_key(),
        workers=workers,
    ) as opened:
        yield opened


@pytest.fixture
async def known(house: House, telegram: Sandbox) -> int:
    """The person's account, logged in."""
    await admit(house, telegram, PERSON)
    return PERSON


@pytest.fixture
async def read(house: House, known: int) -> int:
    """The account, all of whose posts are read, and tagged and indexed if there are workers."""
    await house.user(known).parse()
    assert await house.settle(known, 30)
    return known


@pytest.fixture
def api() -> Iterator[BotApi]:
    """A Bot API without limits; the bot makes no mistake in it."""
    with BotApi(limits=UNLIMITED) as serving:
        yield serving
        assert serving.mistakes == ()


@pytest.fixture
async def chat(house: House, api: BotApi) -> AsyncIterator[Chat]:
    """The bot of that house, serving."""
    async with serving(house, api) as made:
        yield made


@pytest.fixture
def mia(api: BotApi, chat: Chat) -> Person:
    """The person, who reads English, in their chat with the bot."""
    assert chat is not None
    return api.person(PERSON, first_name="Mia", language_code="en")


@asynccontextmanager
async def serving(house: House, api: BotApi, *, public: str | None = None) -> AsyncIterator[Chat]:
    """Run a bot of a house, at any pace."""
    made = Chat(
        house,
        token=api.token,
        api=api.url,
        admins=frozenset({ADMIN}),
        public=public,
        pace=Pace(SWIFT, SWIFT),
    )
    running = asyncio.create_task(made.run())
    try:
        yield made
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running
