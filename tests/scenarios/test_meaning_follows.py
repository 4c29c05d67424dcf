"""Edits, deletions and forgetting, followed through to tags and vectors."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest

import actors
from actors.house import House
from sandbox import Channel, Sandbox, World
from sandbox.providers import Providers
from storage.database import Database
from tests.scenarios.asking import serving
from tests.scenarios.conftest import PERSON
from tests.scenarios.meaning import fill, opened, settled, vectors, whole
from tests.scenarios.reading import admit
from tests.scenarios.witness import until

pytestmark = pytest.mark.anyio

POSTS = 30
NEW = "космодром космодром ракета ракета старт старт"


@pytest.fixture
def providers(monkeypatch: pytest.MonkeyPatch) -> Iterator[Providers]:
    """GigaChat, OpenRouter and embeddings, which every house of the test asks."""
    with serving(monkeypatch) as providers_:
        yield providers_


@pytest.fixture
async def db(dsn: str) -> AsyncIterator[Database]:
    """The database, looked at from outside."""
    async with await Database.open(dsn, connections=1) as opened_:
        yield opened_


@pytest.fixture
def texts(sandbox: Sandbox, world: World, channels: list[Channel]) -> list[str]:
    """What two posts in each of 15 channels say."""
    return sandbox.run(lambda: fill(world, channels, POSTS))


@pytest.fixture
async def house(
    sandbox: Sandbox, settings: dict[str, str], providers: Providers, texts: list[str]
) -> AsyncIterator[House]:
    """A house in which everything is read, tagged and indexed."""
    assert (providers.mistakes, len(texts)) == ((), POSTS)
    async with opened(settings) as house_:
        await admit(house_, sandbox, PERSON)
        await actors.user(PERSON).parse()
        await settled(house_)
        yield house_


async def found(query: str) -> list[tuple[int, int]]:
    """Return the channels and ids of posts that have some words, or are as near as can be."""
    hits = (await actors.user(PERSON).search(query, limit=100)).hits
    return [
        (hit.post.channel_id, hit.post.id)
        for hit in hits
        if hit.by_words or (hit.similarity or 0) > 0.99
    ]


async def test_an_edit_has_a_post_tagged_and_indexed_anew(
    sandbox: Sandbox, house: House, channels: list[Channel], texts: list[str], db: Database
) -> None:
    """What it said before is found no more, neither by words nor by its vector."""
    key = (channels[4].id, 1)
    assert key in await found(texts[4])
    sandbox.edit(*key, NEW)
    assert (await actors.user(PERSON).parse()).edited == 1
    await settled(house)
    assert key in await found(NEW)
    assert key not in await found(texts[4])
    row = await db.fetch_row("SELECT tags FROM tags WHERE (channel_id, post_id) = ($1, $2)", *key)
    assert row is not None
    assert row["tags"] == ["космодром", "ракета", "старт"]
    await whole(house, db)


async def test_a_deletion_removes_tags_and_vector(
    sandbox: Sandbox, house: House, channels: list[Channel], texts: list[str], db: Database
) -> None:
    """It is found no more at once, and gone from the index when the work for it is done."""
    key = (channels[4].id, 1)
    sandbox.delete(*key)
    assert (await actors.user(PERSON).parse()).deleted == 1
    assert key not in await found(texts[4])
    await settled(house)
    assert list((await vectors(house)).values()) == [POSTS - 1]
    await whole(house, db)


async def test_forgetting_leaves_no_vector(house: House, db: Database) -> None:
    """Of an account whose posts nobody else sees: no tags, no work, nothing in the index."""
    assert list((await vectors(house)).values()) == [POSTS]
    await actors.user(PERSON).forget()

    async def are_gone() -> bool:
        return list((await vectors(house)).values()) == [0]

    await until(are_gone, within=30)
    for table in ("tags", "indexed", "spendings", "posts"):
        assert await db.fetch_value(f"SELECT count(*) FROM {table}") == 0, table  # noqa: S608
