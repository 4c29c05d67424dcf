"""A house with its workers between a sandboxed Telegram and sandboxed providers."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import actors
from actors.house import House
from actors.vector_messages import CountVectors, ListCollections, ListVectors
from sandbox import Channel, World
from sandbox.providers import Providers
from storage.database import Database
from storage.meaning_rows import Meaning
from tests.scenarios.conftest import PERSON
from tests.scenarios.witness import until

OURS = ("store", "lease", "vectors", "providers", "search", "tagger", "indexer", "schedule")
"""What the threads of a house are called, of those that are always there."""

SETTLE_SECONDS = 30.0

THEMES = ("погода ветер дождь", "рынок ставка банк", "rocket orbit moon", "python release tests")


def environment(providers: Providers) -> dict[str, str]:
    """Return what makes a house ask GigaChat, then OpenRouter, and an OpenAI for embeddings."""
    gigachat, openrouter, openai = providers.gigachat, providers.openrouter, providers.openai
    return {
        "TGACTORS_WORKERS": "true",
        "TGACTORS_GIGACHAT_KEY": str(gigachat.key),
        "TGACTORS_GIGACHAT_URL": gigachat.api_url,
        "TGACTORS_GIGACHAT_AUTH_URL": gigachat.oauth_url,
        "TGACTORS_OPENROUTER_KEY": str(openrouter.key),
        "TGACTORS_OPENROUTER_URL": openrouter.api_url,
        "TGACTORS_OPENROUTER_MODEL": "deepseek/deepseek-chat-v3.1",
        "TGACTORS_OPENAI_URL": openai.api_url,
        "TGACTORS_OPENAI_KEY": str(openai.key),
        "TGACTORS_EMBEDDINGS": "openai",
        "TGACTORS_EMBEDDINGS_MODEL": "text-embedding-3-small",
    }


@asynccontextmanager
async def opened(
    settings: Mapping[str, str], *, workers: bool = True, schedule: bool = False
) -> AsyncIterator[House]:
    """Open a house; no thread of it is left afterwards."""
    before = set(threading.enumerate())
    async with actors.open(
        data=settings["data"],
        telegram=settings["telegram"],
        database_url=settings["database_url"],
        session_keys=settings["session_keys"],
        workers=workers,
        schedule=schedule,
    ) as house:
        yield house
    left = [each for each in threading.enumerate() if each not in before]
    assert [each for each in left if each.name.startswith(OURS)] == []


def fill(world: World, channels: list[Channel], posts: int, *, first: int = 0) -> list[str]:
    """Publish posts, each with words of its own, dealt out to channels; return their texts."""
    texts = []
    for number in range(first, first + posts):
        theme = THEMES[number % len(THEMES)]
        texts.append(f"{theme} {theme} пост{number}")
        world.publish(channels[number % len(channels)], texts[-1])
    return texts


async def settled(house: House) -> Meaning:
    """Wait until nothing is due, and tell how far tagging and indexing have come."""
    assert await house.settle(PERSON, SETTLE_SECONDS)
    return await actors.user(PERSON).meaning()


async def vectors(house: House) -> dict[str, int]:
    """Count the posts in each collection, in the store of vectors itself."""
    ref = house._opened_workshop().vectors
    names = await ref.ask(ListCollections())
    return {name: await ref.ask(CountVectors(collection=name)) for name in names}


async def whole(house: House, db: Database) -> None:
    """See that each post is tagged and indexed, once, and that nothing is left to be done."""
    held = await db.fetch("SELECT channel_id, id FROM posts ORDER BY 1, 2")
    tagged = await db.fetch("SELECT channel_id, post_id AS id FROM tags ORDER BY 1, 2")
    said = await db.fetch("SELECT channel_id, post_id AS id FROM contained ORDER BY 1, 2")
    assert tagged == held
    assert said == held
    assert await db.fetch_value("SELECT count(*) FROM work") == 0
    [(name, count)] = (await vectors(house)).items()
    assert count == len(held)
    ref = house._opened_workshop().vectors
    for channel in {row["channel_id"] for row in held}:
        there = await ref.ask(ListVectors(collection=name, channel=channel))
        assert there == {row["id"] for row in held if row["channel_id"] == channel}


async def time_passes(db: Database) -> None:
    """Let whatever waits for a time be due now, and every lease be over."""
    await db.execute("UPDATE work SET not_before = now() WHERE dead_at IS NULL")


async def all_tagged(house: House, posts: int) -> None:
    """Wait until so many posts are tagged."""

    async def are() -> bool:
        return (await actors.user(PERSON).meaning()).tagged == posts

    await until(are)
    await settled(house)
