"""A small world, a sandbox that serves it, and stock clients for it."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import pytest
from telethon import TelegramClient
from telethon.crypto import rsa
from telethon.sessions import MemorySession, StringSession

from sandbox import PUBLIC_KEY, Channel, Person, Sandbox, World

Connect = Callable[..., AbstractAsyncContextManager[Any]]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(autouse=True, scope="session")
def _trusted() -> None:
    rsa.add_key(PUBLIC_KEY, old=False)


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def anna(world: World) -> Person:
    return world.person(101, first_name="Anna", username="anna", phone="79990000101")


@pytest.fixture
def boris(world: World) -> Person:
    return world.person(102, first_name="Boris", phone="79990000102")


@pytest.fixture
def news(world: World, anna: Person, boris: Person) -> Channel:
    """A public channel with 250 posts that both follow."""
    channel = world.channel("News", username="news_channel")
    for number in range(1, 251):
        world.publish(channel, f"post {number}")
    world.follow(anna, channel)
    world.follow(boris, channel)
    return channel


@pytest.fixture
def private(world: World, anna: Person) -> Channel:
    """A private channel with three posts that only Anna follows."""
    channel = world.channel("Private")
    for number in range(1, 4):
        world.publish(channel, f"secret {number}")
    world.follow(anna, channel)
    return channel


@pytest.fixture
def served(world: World, news: Channel, private: Channel) -> Iterator[Sandbox]:
    """A sandbox in which mistakes are allowed."""
    del news, private  # a world is filled before it is served
    with Sandbox(world) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(served: Sandbox) -> Iterator[Sandbox]:
    yield served
    assert served.mistakes == ()


@pytest.fixture
def connect(served: Sandbox) -> Connect:
    """Open a stock client: a person's by a minted session, or one that is not logged in."""

    @asynccontextmanager
    async def opened(
        person: Person | None = None, *, to: Sandbox = served, **options: Any
    ) -> AsyncIterator[Any]:
        if person is not None:
            session = StringSession(to.mint(person.id).string())
        else:
            session = MemorySession()
            session.set_dc(2, to.host, to.port)
        client = TelegramClient(session, 1, "hash", retry_delay=0, **options)
        await asyncio.wait_for(client.connect(), 10)
        try:
            yield client
        finally:
            await asyncio.wait_for(client.disconnect(), 10)

    return opened
