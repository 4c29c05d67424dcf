"""S25: one word, a slip, another ending: a search finds what is there, and nothing hides it."""

from __future__ import annotations

import pytest

import actors
from actors.house import House
from sandbox import Channel, Sandbox, World
from tests.scenarios.asking import first
from tests.scenarios.conftest import PERSON
from tests.scenarios.meaning import opened, settled
from tests.scenarios.reading import admit

pytestmark = pytest.mark.anyio

TEXTS = (
    "Центробанк сохранил ключевую ставку на уровне шестнадцати процентов годовых.",
    "Борщ варят три часа: свёклу запекают отдельно и кладут в самом конце.",
    "Велосипедисты перекрыли набережную: в городе прошёл осенний заезд.",
    "Сборная по волейболу вышла в финал, проиграв две первые партии.",
    "Учёные нашли у шмелей чувство ритма.",
    "В деревнях Приозерья отключат электричество: меняют трансформатор.",
    "The lunar relay satellite has settled into its frozen orbit.",
    "We moved our search from Elasticsearch to pgvector and lost nothing.",
    "Sourdough needs five days, flour, water and nothing else.",
    "Nurses who work at night sleep better with dark curtains.",
)
ONE_WORD = (("ставка", 0), ("борщ", 1), ("pgvector", 7), ("sourdough", 8), ("шмели", 4))
MISSPELT = (
    ("валейболу", 3), ("трансфарматор", 5), ("satelite", 6), ("elasticserch", 7), ("ключивую", 0),
)  # fmt: skip
INFLECTED = (
    ("ключевая ставка", 0), ("свёкла в борще", 1), ("велосипедист", 2), ("шмелями", 4),
    ("деревня", 5), ("orbits", 6), ("nurse", 9),
)  # fmt: skip
MEANT = (
    ("interest rate of the central bank", 0),
    ("insects with a sense of rhythm", 4),
    ("хлеб на закваске", 8),
)


@pytest.fixture
def texts(sandbox: Sandbox, world: World, channels: list[Channel]) -> tuple[str, ...]:
    """Posts in two languages, each about something else, and among them many that are about none.

    A query is near to some of those by chance.
    """

    def fill() -> tuple[str, ...]:
        for number, text in enumerate(TEXTS):
            world.publish(channels[number % len(channels)], text)
        for number in range(60):
            world.publish(channels[number % len(channels)], f"Всем доброго утра! День {number}.")
        return TEXTS

    return sandbox.run(fill)


async def test_S25_short_misspelt_and_inflected_queries_find(
    sandbox: Sandbox,
    settings: dict[str, str],
    texts: tuple[str, ...],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """With nothing configured: the post is the first of what is found; in other words it is there.

    A slip is told together with what was searched for instead.
    """
    monkeypatch.setenv("TGACTORS_WORKERS", "true")
    async with opened(settings) as house:
        await read(house, sandbox)
        for query, number in (*ONE_WORD, *MISSPELT, *INFLECTED):
            found = await actors.user(PERSON).search(query, limit=5)
            assert first(found) == texts[number], query
            assert found.trouble is None
            assert (found.corrected is None) or (query, number) in MISSPELT
        for query, number in MEANT:
            found = await actors.user(PERSON).search(query, limit=5)
            assert texts[number] in [hit.post.text for hit in found.hits], query


async def read(house: House, sandbox: Sandbox) -> None:
    """Log the person in, and have everything read, tagged and indexed."""
    await admit(house, sandbox, PERSON)
    await actors.user(PERSON).parse(depth=None)
    meaning = await settled(house)
    assert (meaning.tagged, meaning.indexed) == (meaning.posts, meaning.posts)


async def test_S25_words_find_what_no_vector_is_near_to(
    sandbox: Sandbox, settings: dict[str, str], texts: tuple[str, ...]
) -> None:
    """Where nothing is indexed at all, each of the words still finds its post, and it is said."""
    async with opened(settings, workers=False) as house:
        await admit(house, sandbox, PERSON)
        await actors.user(PERSON).parse(depth=None)
        for query, number in (*ONE_WORD, *MISSPELT, *INFLECTED):
            found = await actors.user(PERSON).search(query, limit=5)
            assert first(found) == texts[number], query
            assert "only words were searched for" in (found.trouble or "")
