"""A house beside a sandbox."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest

import actors
from actors.house import House
from sandbox import Channel, Person, Sandbox, World
from storage.sessions import new_key

PERSON = 8124731874

Open = Callable[[], AbstractAsyncContextManager[House]]


@pytest.fixture
def world() -> World:
    """An empty world."""
    return World()


@pytest.fixture
def person(world: World) -> Person:
    """Somebody with an account."""
    return world.person(PERSON, first_name="Вера", username="vera")


@pytest.fixture
def channels(world: World, person: Person) -> list[Channel]:
    """Fifteen channels the person follows, empty."""
    made = [world.channel(f"Channel {n}", username=f"channel{n}") for n in range(15)]
    for channel in made:
        world.follow(person, channel)
    return made


@pytest.fixture
def token_life() -> float:
    """Seconds a login code lives, as at Telegram; a test may shorten it."""
    return 30.0


@pytest.fixture
def sandbox(
    world: World, person: Person, channels: list[Channel], token_life: float
) -> Iterator[Sandbox]:
    """The world, served; nothing that no Telegram would be asked."""
    assert person.id == PERSON
    assert channels
    with Sandbox(world, token_life=token_life) as serving:
        yield serving
        assert serving.mistakes == ()


@pytest.fixture
def settings(sandbox: Sandbox, dsn: str, folder: Path) -> dict[str, str]:
    """What a house is opened with, by `actors.open` or through the environment."""
    return {
        "data": str(folder),
        "telegram": sandbox.address,
        "database_url": dsn,
        "session_keys": new_key(),
    }


@pytest.fixture
def open_house(settings: dict[str, str]) -> Open:
    """Opens the house on the same data, again and again; no thread of it is left afterwards."""

    @asynccontextmanager
    async def opened() -> AsyncIterator[House]:
        before = set(threading.enumerate())
        async with actors.open(
            data=settings["data"],
            telegram=settings["telegram"],
            database_url=settings["database_url"],
            session_keys=settings["session_keys"],
        ) as house:
            yield house
        ours = ("store", "parser", "account-")
        left = [t for t in threading.enumerate() if t not in before and t.name.startswith(ours)]
        assert left == []

    return opened


async def log_in(sandbox: Sandbox, person: int = PERSON) -> actors.LoginStep:
    """Log the person in by scanning each code, and return the last step."""
    last: actors.LoginStep | None = None
    async for step in actors.user(person).login():
        last = step
        if isinstance(step, actors.QrCode):
            sandbox.scan(step.url, person)
    assert last is not None
    return last
