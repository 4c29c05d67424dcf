"""Posts tagged and indexed: the incidents, against providers that misbehave as recorded."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import actors
from actors.house import House
from actors.providers.measured import PROBE
from sandbox import Channel, Sandbox, World
from sandbox.providers import Busy, Illegal, Providers, Refusal
from storage.database import Database
from tests.scenarios.conftest import PERSON
from tests.scenarios.meaning import (
    all_tagged,
    environment,
    fill,
    opened,
    settled,
    time_passes,
    vectors,
    whole,
)
from tests.scenarios.reading import admit, ticking
from tests.scenarios.witness import until

pytestmark = pytest.mark.anyio

POSTS = 36


@pytest.fixture
def providers(monkeypatch: pytest.MonkeyPatch) -> Iterator[Providers]:
    """GigaChat, OpenRouter and embeddings, which every house of the test asks."""
    with Providers(dimension=64) as serving:
        for name, value in environment(serving).items():
            monkeypatch.setenv(name, value)
        yield serving
        assert serving.mistakes == ()


@pytest.fixture
def texts(sandbox: Sandbox, world: World, channels: list[Channel]) -> list[str]:
    """What 36 posts in 15 channels say."""
    return sandbox.run(lambda: fill(world, channels, POSTS))


@pytest.fixture
async def db(dsn: str) -> AsyncIterator[Database]:
    """The database, looked at from outside."""
    async with await Database.open(dsn, connections=1) as opened_:
        yield opened_


def chats(providers: Providers) -> list[str]:
    """Return what any of the chat providers was asked, in order."""
    asked = [*providers.gigachat.asked, *providers.openrouter.asked]
    return [call.prompt for call in asked if call.kind == "chat"]


def embedded(providers: Providers) -> list[str]:
    """Return the texts that were embedded, without the one that shows how long vectors are."""
    calls = [call for call in providers.openai.asked if call.kind == "embeddings"]
    return [text for call in calls for text in call.texts if text != PROBE]


async def parsed(house: House, sandbox: Sandbox) -> None:
    """Log the person in, and read everything."""
    await admit(house, sandbox, PERSON)
    assert (await actors.user(PERSON).parse()).added == POSTS


async def test_S11_the_run_of_the_incident(
    sandbox: Sandbox,
    settings: dict[str, str],
    texts: list[str],
    providers: Providers,
    db: Database,
) -> None:
    """36 added; one meets an illegal status line, and then 429: 35 tagged, 36 indexed, 1 pending.

    With its reason and its time, at which a worker takes it up by itself: nobody reads anything.
    """
    providers.gigachat.when(Illegal(), text_contains=texts[17], times=1)
    providers.openrouter.always(Busy(reset_in=900))
    async with opened(settings) as house:
        await parsed(house, sandbox)
        meaning = await settled(house)
        assert (meaning.posts, meaning.tagged, meaning.indexed) == (POSTS, 35, POSTS)
        assert (meaning.pending, meaning.skipped, meaning.dead) == (1, 0, 0)
        [waiting] = meaning.waiting
        assert (waiting.kind, waiting.posts) == ("tag", 1)
        assert "gigachat" in waiting.reason
        assert "openrouter" in waiting.reason
        assert waiting.next_at is not None
        left = waiting.next_at - datetime.now(UTC)
        assert timedelta(0) < left < timedelta(seconds=32), "when GigaChat is asked again"
        assert list((await vectors(house)).values()) == [POSTS]
        tagger, indexer = await house.workers()
        assert (tagger.ok, tagger.failed, tagger.dead) == (35, 0, 0)
        assert (indexer.ok, indexer.failed, indexer.state) == (POSTS, 0, "idle")
        await time_passes(db)
        await all_tagged(house, POSTS)
        assert (await actors.user(PERSON).meaning()).pending == 0
        await whole(house, db)


async def test_S10_a_wait_of_a_second_is_waited_without_a_storm(
    sandbox: Sandbox,
    settings: dict[str, str],
    texts: list[str],
    providers: Providers,
    monkeypatch: pytest.MonkeyPatch,
    db: Database,
) -> None:
    """429 with its end a second ahead: nothing is asked until then, and everything is tagged."""
    monkeypatch.delenv("TGACTORS_GIGACHAT_KEY")
    assert texts
    providers.openrouter.next(Busy(reset_in=1.0), times=8)
    async with opened(settings) as house:
        await parsed(house, sandbox)
        await all_tagged(house, POSTS)
        await whole(house, db)
    answered = [call for call in providers.openrouter.asked if call.status == 200]
    assert len(answered) == POSTS
    assert len(chats(providers)) <= POSTS + 8


async def test_S10_a_post_that_waits_blocks_no_other(
    sandbox: Sandbox,
    settings: dict[str, str],
    texts: list[str],
    providers: Providers,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """While one answer is awaited all the others are tagged."""
    monkeypatch.delenv("TGACTORS_GIGACHAT_KEY")
    hold = providers.openrouter.hold(text_contains=texts[0])
    async with opened(settings) as house:
        await parsed(house, sandbox)
        await all_but_one(POSTS)

        async def is_alone() -> bool:  # which the worker knows a little after the store
            tagger, _ = await house.workers()
            return tagger.under_way == 1

        await until(is_alone)
        hold.release()
        await all_tagged(house, POSTS)


async def all_but_one(posts: int) -> None:
    """Wait until all posts but one are tagged."""

    async def are() -> bool:
        return (await actors.user(PERSON).meaning()).tagged == posts - 1

    await until(are)


async def test_S13_a_refused_text_is_skipped_and_never_billed_again(
    sandbox: Sandbox,
    settings: dict[str, str],
    channels: list[Channel],
    texts: list[str],
    providers: Providers,
    db: Database,
) -> None:
    """Neither in the next house nor for another post that says the same; it is indexed, though."""
    for provider in (providers.gigachat, providers.openrouter):
        provider.when(Refusal(), text_contains=texts[5])
    async with opened(settings) as house:
        await parsed(house, sandbox)
        meaning = await settled(house)
        assert (meaning.tagged, meaning.skipped, meaning.pending) == (35, 1, 0)
        assert meaning.indexed == POSTS
    refused = [prompt for prompt in chats(providers) if texts[5] in prompt]
    assert len(refused) == 2, "each provider once"
    sandbox.publish(channels[3].id, texts[5])
    async with opened(settings) as house:
        assert (await actors.user(PERSON).parse()).added == 1
        assert (await settled(house)).skipped == 2
        await whole(house, db)
    assert [prompt for prompt in chats(providers) if texts[5] in prompt] == refused
    reasons = await db.fetch("SELECT DISTINCT reason FROM tags WHERE state = 'skipped'")
    assert [row["reason"].partition(":")[0] for row in reasons] == ["refused"]


async def test_S14_what_the_schedule_reads_is_tagged_like_what_a_parse_reads(
    sandbox: Sandbox,
    settings: dict[str, str],
    texts: list[str],
    providers: Providers,
    db: Database,
) -> None:
    """Storing a post is enqueueing its work, whoever has asked for the reading."""
    async with opened(settings, schedule=True) as house:
        await admit(house, sandbox, PERSON)

        async def held() -> bool:
            return bool(await db.fetch_value("SELECT count(*) = $1 FROM posts", POSTS))

        await ticking(house, held)
        await all_tagged(house, POSTS)
        await whole(house, db)
    assert sorted(embedded(providers)) == sorted(texts)


async def test_S15_what_was_read_without_workers_is_done_once_they_are_there(
    sandbox: Sandbox,
    settings: dict[str, str],
    channels: list[Channel],
    texts: list[str],
    providers: Providers,
    db: Database,
) -> None:
    """Off for two whole runs, then on: each post is tagged and indexed exactly once (D3 too)."""
    async with opened(settings, workers=False) as house:
        await parsed(house, sandbox)
        assert await house.settle(PERSON, 30)
        assert await house.workers() == ()
        assert (await actors.user(PERSON).meaning()).pending == POSTS
    sandbox.publish(channels[2].id, "later news, later news")
    async with opened(settings, workers=False):
        assert (await actors.user(PERSON).parse()).added == 1
    async with opened(settings) as house:
        meaning = await settled(house)
        assert (meaning.tagged, meaning.indexed, meaning.pending) == (POSTS + 1, POSTS + 1, 0)
        await whole(house, db)
    assert sorted(embedded(providers)) == sorted([*texts, "later news, later news"])
    assert len(chats(providers)) == POSTS + 1


async def test_S15_an_index_that_is_down_while_reading_loses_nothing(
    sandbox: Sandbox,
    settings: dict[str, str],
    texts: list[str],
    providers: Providers,
    db: Database,
) -> None:
    """All is tagged meanwhile; what is missing says why, and is indexed once it is back."""
    assert texts
    async with opened(settings) as house:
        with providers.openai.down():
            await parsed(house, sandbox)
            await all_but_indexed(POSTS)
            _, indexer = await house.workers()
            assert indexer.state == "degraded"
        await eventually_whole(house, db)


async def all_but_indexed(posts: int) -> None:
    """Wait until all posts are tagged; none is indexed."""

    async def are() -> bool:
        return (await actors.user(PERSON).meaning()).tagged == posts

    await until(are)
    assert (await actors.user(PERSON).meaning()).indexed == 0


async def eventually_whole(house: House, db: Database) -> None:
    """Let waits be over until no work is left, and see that all is there once."""

    async def is_over() -> bool:
        await time_passes(db)
        await house.settle(PERSON, 1)
        return not await db.fetch_value("SELECT count(*) FROM work")

    await until(is_over, within=60)
    await whole(house, db)


async def test_S16_a_wiped_index_heals_and_says_so_meanwhile(
    sandbox: Sandbox,
    settings: dict[str, str],
    texts: list[str],
    providers: Providers,
    db: Database,
) -> None:
    """The folder is gone, the rows still say "indexed": everything is indexed again."""
    async with opened(settings) as house:
        await parsed(house, sandbox)
        await settled(house)
        await whole(house, db)
    shutil.rmtree(Path(settings["data"]) / "vectors")
    hold = providers.openai.hold(text_contains=texts[0])
    async with opened(settings) as house:
        await asyncio.to_thread(hold.reached)
        _, indexer = await house.workers()
        assert (indexer.state, indexer.healing) == ("degraded", True)
        assert "lost" in str(indexer.reason)
        assert (await actors.user(PERSON).meaning()).indexed < POSTS
        hold.release()
        await eventually_whole(house, db)

        async def is_well() -> bool:
            _, now = await house.workers()
            return now.state == "idle"

        await until(is_well)
    assert len(embedded(providers)) == 2 * POSTS


async def test_D4_a_tagged_post_stays_tagged_however_often_it_is_read(
    sandbox: Sandbox,
    settings: dict[str, str],
    texts: list[str],
    providers: Providers,
    db: Database,
) -> None:
    """Five more parses ask nobody anything, and change no row."""
    assert texts
    async with opened(settings) as house:
        await parsed(house, sandbox)
        await settled(house)
        before = await db.fetch("SELECT * FROM tags ORDER BY 1, 2")
        asked = len(chats(providers)), len(embedded(providers))
        for _ in range(5):
            assert (await actors.user(PERSON).parse()).added == 0
            await settled(house)
        assert await db.fetch("SELECT * FROM tags ORDER BY 1, 2") == before
        assert (len(chats(providers)), len(embedded(providers))) == asked


async def test_D12_exhausted_posts_do_not_keep_others_from_being_tagged(
    sandbox: Sandbox,
    settings: dict[str, str],
    channels: list[Channel],
    texts: list[str],
    providers: Providers,
    db: Database,
) -> None:
    """36 posts that were claimed too often are given up with their reason; a new one is tagged."""
    assert texts
    async with opened(settings, workers=False) as house:
        await parsed(house, sandbox)
        await house.settle(PERSON, 0)
    async with opened(settings) as house:
        await settled(house)
    await db.execute("DELETE FROM tags")
    await db.execute(
        "INSERT INTO work (kind, channel_id, post_id, attempts)"
        " SELECT 'tag', channel_id, id, 8 FROM posts"
    )
    sandbox.publish(channels[0].id, "свежее свежее")
    async with opened(settings) as house:
        await actors.user(PERSON).parse()
        meaning = await settled(house)
        assert (meaning.tagged, meaning.dead, meaning.pending) == (1, POSTS, 0)
        assert await actors.user(PERSON).retry() == POSTS
        await all_tagged(house, POSTS + 1)
        await whole(house, db)
    assert len(embedded(providers)) == POSTS + 1


async def test_D14_another_model_has_a_collection_of_its_own(
    sandbox: Sandbox,
    settings: dict[str, str],
    texts: list[str],
    providers: Providers,
    monkeypatch: pytest.MonkeyPatch,
    db: Database,
) -> None:
    """The old one answers until the new one is whole; no vector of one is ever in the other."""
    async with opened(settings) as house:
        await parsed(house, sandbox)
        await settled(house)
        [old] = await vectors(house)
    providers.openai.dimension = 32
    monkeypatch.setenv("TGACTORS_EMBEDDINGS_MODEL", "text-embedding-3-large")
    hold = providers.openai.hold(text_contains=texts[0])
    async with opened(settings) as house:
        await asyncio.to_thread(hold.reached)
        counts = await vectors(house)
        assert counts[old] == POSTS
        assert len(counts) == 2
        active = await db.fetch_value("SELECT name FROM collections WHERE state = 'active'")
        assert active == old
        hold.release()

        async def is_switched() -> bool:
            return not await db.fetch("SELECT FROM collections WHERE name = $1", old)

        await until(is_switched, within=30)
        await whole(house, db)
        [new] = await vectors(house)
        assert new.endswith("-32")
        assert old.endswith("-64")


async def test_D5_posts_tagged_at_once_share_one_client(
    sandbox: Sandbox,
    settings: dict[str, str],
    texts: list[str],
    providers: Providers,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Several requests are in flight together, and none is broken by another's end."""
    assert texts
    monkeypatch.delenv("TGACTORS_GIGACHAT_KEY")
    hold = providers.openrouter.hold()
    async with opened(settings) as house:
        await parsed(house, sandbox)

        async def are_several() -> bool:
            return providers.openrouter.most_at_once > 1

        await until(are_several)
        hold.release()
        meaning = await settled(house)
        assert (meaning.tagged, meaning.pending) == (POSTS, 0)
        tagger, _ = await house.workers()
        assert (tagger.ok, tagger.failed) == (POSTS, 0)
    assert 1 < providers.openrouter.most_at_once <= 4
    assert all(call.status == 200 for call in providers.openrouter.asked)
