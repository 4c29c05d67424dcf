"""Models that answer carelessly, or are not the ones that were asked: S12 and S23."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest

import actors
from sandbox import Channel, Sandbox, World
from sandbox.providers import Fault, OtherModel, Providers, Says, Spoiled
from storage.database import Database
from tests.scenarios.asking import serving
from tests.scenarios.conftest import PERSON
from tests.scenarios.meaning import fill, opened, settled
from tests.scenarios.reading import admit

pytestmark = pytest.mark.anyio

READABLE: tuple[Fault, ...] = (
    Spoiled("fenced"),
    Spoiled("prose"),
    Spoiled("curly"),
    Spoiled("comma"),
)
NOT_READABLE: tuple[Fault, ...] = (Says("Какой интересный пост! Спасибо."), Says("{}"))
COSTLY = "GigaChat-2-Max"


@pytest.fixture
def providers(monkeypatch: pytest.MonkeyPatch) -> Iterator[Providers]:
    """GigaChat, OpenRouter and embeddings, which every house of the test asks."""
    with serving(monkeypatch) as providers_:
        yield providers_


@pytest.fixture
def texts(sandbox: Sandbox, world: World, channels: list[Channel]) -> list[str]:
    """A post for each way to answer, and one more."""
    number = len(READABLE) + len(NOT_READABLE) + 1
    return sandbox.run(lambda: fill(world, channels, number))


@pytest.fixture
async def db(dsn: str) -> AsyncIterator[Database]:
    """The database, looked at from outside."""
    async with await Database.open(dsn, connections=1) as opened_:
        yield opened_


async def tagged(sandbox: Sandbox, settings: dict[str, str], db: Database) -> dict[str, list[str]]:
    """Have everything read and tagged; return provider, model and tags of each text."""
    async with opened(settings) as house:
        await admit(house, sandbox, PERSON)
        await actors.user(PERSON).parse()
        meaning = await settled(house)
        assert (meaning.tagged, meaning.pending) == (meaning.posts, 0)
    rows = await db.fetch(
        "SELECT text, provider, model, tags FROM posts JOIN tags"
        " ON (posts.channel_id, posts.id) = (tags.channel_id, tags.post_id)"
    )
    return {row["text"]: [row["provider"], row["model"], *row["tags"]] for row in rows}


async def test_S12_careless_answers_are_read_and_others_left_to_the_next(
    sandbox: Sandbox,
    settings: dict[str, str],
    texts: list[str],
    providers: Providers,
    db: Database,
) -> None:
    """Fences, prose, curly quotes and a comma too many cost nothing; talk costs one provider."""
    for fault, text in zip((*READABLE, *NOT_READABLE), texts, strict=False):
        providers.gigachat.when(fault, text_contains=text, of="chat")
    found = await tagged(sandbox, settings, db)
    readable, talk = texts[: len(READABLE)], texts[len(READABLE) : -1]
    for text in texts:
        provider, _, *tags = found[text]
        assert provider == ("openrouter" if text in talk else "gigachat")
        assert tags == text.split()[:3], "the words that the text repeats"
    prompts = [call.prompt for call in providers.openrouter.asked if call.kind == "chat"]
    assert len(prompts) == len(talk)
    assert not any(text in prompt for text in readable for prompt in prompts)


async def test_S23_the_model_that_answered_is_kept_and_a_stranger_is_told(
    sandbox: Sandbox,
    settings: dict[str, str],
    texts: list[str],
    providers: Providers,
    db: Database,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A costlier model in the place of ours stands beside its tags, and is warned of once."""
    for text in texts[:3]:
        providers.gigachat.when(OtherModel(COSTLY), text_contains=text, of="chat")
    found = await tagged(sandbox, settings, db)
    models = [found[text][1].partition(":")[0] for text in texts]
    assert models == [COSTLY] * 3 + ["GigaChat"] * (len(texts) - 3)
    warned = [each.getMessage() for each in caplog.records if "other_model" in each.getMessage()]
    assert len(warned) == 1
    assert f"asked='GigaChat' answered='{COSTLY}" in warned[0]
    spent = await db.fetch("SELECT DISTINCT split_part(model, ':', 1) AS model FROM spendings")
    assert {COSTLY, "GigaChat"} <= {row["model"] for row in spent}
