"""S18: everybody asks at 09:00, and the plan allows one request at a time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta

import pytest

import actors
from actors.house import House
from actors.search_values import Digest
from sandbox import Channel, Sandbox, World
from sandbox.providers import Providers
from storage.database import Database
from tests.scenarios.asking import handled, serving
from tests.scenarios.conftest import PERSON
from tests.scenarios.meaning import THEMES, opened, settled
from tests.scenarios.reading import admit
from tests.scenarios.witness import until

pytestmark = pytest.mark.anyio

POSTS = 129
AT_ONCE = 10
TAGS_AT_ONCE = 8
QUERIES = [f"случай{number} погода" for number in range(AT_ONCE)]


@pytest.fixture
def providers(monkeypatch: pytest.MonkeyPatch) -> Iterator[Providers]:
    """GigaChat alone, for tags, vectors and answers: a plan with one request at a time."""
    with serving(monkeypatch) as providers_:
        for name in ("OPENROUTER_KEY", "OPENAI_URL", "OPENAI_KEY", "EMBEDDINGS_MODEL"):
            monkeypatch.delenv(f"TGACTORS_{name}")
        monkeypatch.setenv("TGACTORS_EMBEDDINGS", "gigachat")
        providers_.gigachat.at_once = 1
        yield providers_


@pytest.fixture
async def db(dsn: str) -> AsyncIterator[Database]:
    """The database, looked at from outside."""
    async with await Database.open(dsn, connections=1) as opened_:
        yield opened_


@pytest.fixture
def texts(sandbox: Sandbox, world: World, channels: list[Channel]) -> list[str]:
    """What 129 posts of the morning say: four themes, and no two that are nearly the same."""

    def fill() -> list[str]:
        made = []
        for number in range(POSTS):
            theme = THEMES[number % len(THEMES)]
            own = " ".join(f"{word}{number}" for word in ("случай", "место", "время", "итог"))
            made.append(f"{theme} {theme} {own}")
            world.publish(channels[number % len(channels)], made[-1])
        return made

    return sandbox.run(fill)


def digest() -> asyncio.Task[Digest]:
    """Ask for the digest of a day, with room for every post."""
    user = actors.user(PERSON)
    return asyncio.ensure_future(user.digest(timedelta(days=1), lines=50))


def searches() -> list[asyncio.Task[actors.Found]]:
    """Ask ten questions at once, each of which is embedded."""
    return [asyncio.ensure_future(actors.user(PERSON).search(query)) for query in QUERIES]


async def test_S18_all_posts_are_in_the_digest_whatever_else_is_asked(
    sandbox: Sandbox, settings: dict[str, str], texts: list[str], providers: Providers
) -> None:
    """Ten embeddings and two digests at once: nothing is refused, and all 129 posts have a line."""
    async with opened(settings) as house:
        await admit(house, sandbox, PERSON)
        assert (await actors.user(PERSON).parse()).added == POSTS
        assert (await settled(house)).tagged == POSTS
        asked = [*searches(), *searches()]
        for made in await asyncio.gather(digest(), digest()):
            assert (made.posts, made.untagged, made.trouble) == (POSTS, 0, None)
            lines = [line for topic in made.topics for line in topic.lines]
            assert sorted(line.post.text for line in lines) == sorted(texts)
            assert [topic.posts for topic in made.topics] == [33, 32, 32, 32]
            assert all(topic.summary for topic in made.topics)
        for found in await asyncio.gather(*asked):
            assert (found.trouble, len(found.hits)) == (None, 10)
    one_at_a_time(providers)


async def test_S18_questions_go_before_the_tags_that_wait(
    sandbox: Sandbox, settings: dict[str, str], texts: list[str], providers: Providers, db: Database
) -> None:
    """While one tag is awaited everybody stands in one line, and whoever is waited for is first."""
    async with opened(settings) as house:
        await admit(house, sandbox, PERSON)
        await actors.user(PERSON).parse()
        await settled(house)
        before = handled(house, "providers")
        hold = providers.gigachat.hold(of="chat")
        await tagged_anew(house, db)
        await asyncio.to_thread(hold.reached)
        begun = len(providers.gigachat.asked)
        await until(lambda: have_come(house, before + TAGS_AT_ONCE))
        asked, made = searches(), digest()
        answer = asyncio.ensure_future(actors.user(PERSON).ask("случай1 погода?"))
        await until(lambda: have_come(house, before + TAGS_AT_ONCE + AT_ONCE + 1))
        hold.release()
        assert (await answer).manner == "model"
        for found in await asyncio.gather(*asked):
            assert found.trouble is None
        assert (await made).posts == len(texts)
        await settled(house)
    calls = [call for call in providers.gigachat.asked[begun:] if call.kind != "token"]
    kinds = [call.kind for call in calls[: AT_ONCE + 2]]
    assert kinds == ["chat"] + (AT_ONCE + 1) * ["embeddings"]
    one_at_a_time(providers)


async def tagged_anew(house: House, db: Database) -> None:
    """Let every post have to be tagged once more."""
    await db.execute("DELETE FROM tags")
    await db.execute(
        "INSERT INTO work (kind, channel_id, post_id) SELECT 'tag', channel_id, id FROM posts"
    )
    await house.settle(PERSON, 0)


async def have_come(house: House, messages: int) -> bool:
    """Whether the providers have taken up so many messages: whatever waits there is in line."""
    return handled(house, "providers") >= messages


def one_at_a_time(providers: Providers) -> None:
    """See that nothing was ever in flight beside anything else, and so nothing refused."""
    assert providers.gigachat.most_at_once == 1
    assert {call.status for call in providers.gigachat.asked} == {200}
