"""Posts that change or vanish after they were read."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

import actors
from actors.messages import CountPosts
from sandbox import Channel, Person, Photo, Post, Sandbox
from storage.database import Database
from tests.scenarios.conftest import PERSON, Open, log_in
from tests.scenarios.reading import (
    DIFFERENCE,
    HISTORY,
    Seen,
    agree,
    count,
    held,
    ids,
    newest_call,
    stored,
    windows_due,
    work,
)

pytestmark = pytest.mark.anyio

LONG_AGO = 350
"""Posts: more than a window and a page of the sweep reach."""


@pytest.fixture
def news(channels: list[Channel]) -> Channel:
    """The channel that things happen in."""
    return channels[0]


@pytest.fixture
async def db(dsn: str) -> AsyncIterator[Database]:
    """The database, looked at from outside."""
    async with await Database.open(dsn, connections=1) as opened:
        yield opened


async def parse() -> actors.ParseReport:
    """Read all that the person follows, to its end."""
    report = await actors.user(PERSON).parse(depth=None)
    assert report.unread == ()
    return report


def numbered(first: int, last: int) -> list[str]:
    """Texts of posts."""
    return [f"post {number}" for number in range(first, last + 1)]


def album(sandbox: Sandbox, channel: Channel, *numbers: int, text: str) -> tuple[Post, ...]:
    """Publish pictures that belong together."""
    pictures = [Photo(id=number) for number in numbers]
    return sandbox.run(lambda: sandbox.world.album(channel, pictures, text))


async def test_edits_and_deletions_are_seen_after_one_cycle_in_every_read(
    sandbox: Sandbox, person: Person, news: Channel, open_house: Open, db: Database
) -> None:
    """Old posts and the very newest: posts, counts, work rows and the report follow at once."""
    sandbox.publish_many(news.id, numbered(1, 10))
    async with open_house() as house:
        await log_in(sandbox)
        await parse()
        sandbox.edit(news.id, 3, "another third")
        sandbox.edit(news.id, 4, "a silent fourth", hidden=True)
        sandbox.edit(news.id, 5, "gone soon")
        sandbox.delete(news.id, 1, 5, 10)
        report = await parse()
        assert (report.added, report.edited, report.deleted) == (0, 2, 3)
        await agree(sandbox, person, news)
        assert await house.store.ask(CountPosts(account=PERSON)) == 7
        posts = {post.id: post for post in await actors.user(PERSON).posts()}
        assert posts[3].edited_at is not None
        assert posts[4].edited_at is None
        again = await parse()
        assert (again.added, again.edited, again.deleted) == (0, 0, 0)
    todo = await work(db)
    assert todo["tag"] == todo["index"] == await stored(db)
    assert todo["unindex"] == {(news.id, 1), (news.id, 5), (news.id, 10)}


async def test_what_came_and_went_between_two_cycles_was_never_there(
    sandbox: Sandbox, person: Person, news: Channel, open_house: Open, db: Database
) -> None:
    """A post published, edited and deleted unseen leaves no post, no hole and no work."""
    sandbox.publish(news.id, "before")
    async with open_house():
        await log_in(sandbox)
        await parse()
        brief = sandbox.publish(news.id, "brief")
        sandbox.edit(news.id, brief.id, "briefer")
        sandbox.publish(news.id, "after")
        sandbox.delete(news.id, brief.id)
        last = sandbox.publish(news.id, "the newest, gone as well")
        sandbox.delete(news.id, last.id)
        assert (await parse()).added == 1
        await agree(sandbox, person, news)
        (channel, *_) = [c for c in await actors.user(PERSON).channels() if c.id == news.id]
        assert (channel.holes, channel.posts) == ((), 2)
    assert (await work(db))["tag"] == await stored(db)


async def test_an_album_is_one_post_whatever_becomes_of_its_messages(
    sandbox: Sandbox, person: Person, news: Channel, open_house: Open, db: Database
) -> None:
    """Its caption changes, its parts go one by one, its first one too, and then the last."""
    sandbox.publish(news.id, "before")
    one, two, three = album(sandbox, news, 1, 2, 3, text="three pictures")
    async with open_house():
        await log_in(sandbox)
        assert (await parse()).added == 2
        assert (await held(PERSON, news))[-1] == Seen(2, "three pictures", (2, 3, 4))
        sandbox.edit(news.id, one.id, "three good pictures")
        sandbox.edit(news.id, three.id, "and this is the third")
        assert (await parse()).edited == 1
        await agree(sandbox, person, news)
        for part, left in ((two, (2, 4)), (one, (4,)), (three, ())):
            sandbox.delete(news.id, part.id)
            await parse()
            await agree(sandbox, person, news)
            assert [post.parts for post in await held(PERSON, news)][1:] == ([left] if left else [])
            (newest, *_) = await actors.user(PERSON).posts()
            assert len(newest.media) == len(left)
            todo = await work(db)
            assert todo["tag"] == todo["index"] == await stored(db)


async def test_an_album_that_comes_in_pieces_is_one_post(
    sandbox: Sandbox, person: Person, news: Channel, open_house: Open
) -> None:
    """Read while it was being published, or beginning on one page and ending on the next."""
    sandbox.publish_many(news.id, numbered(1, 98))
    one = album(sandbox, news, 1, 2, text="across the border")[0]
    sandbox.publish(news.id, "", media=Photo(id=3), group=one.group)
    async with open_house():
        await log_in(sandbox)
        assert (await parse()).added == 99
        await agree(sandbox, person, news)
        (two,) = album(sandbox, news, 4, text="piece by piece")
        assert (await parse()).added == 1
        for number in (5, 6):
            sandbox.publish(news.id, "", media=Photo(id=number), group=two.group)
            await parse()
            await agree(sandbox, person, news)
        assert (await held(PERSON, news))[-1].parts == (102, 103, 104)


async def test_a_channel_that_is_cleared_is_empty_here_too(
    sandbox: Sandbox, person: Person, news: Channel, open_house: Open, db: Database
) -> None:
    """Of more deletions than Telegram tells nothing is left; what comes then is read as ever."""
    sandbox.publish_many(news.id, numbered(1, 150))
    async with open_house():
        await log_in(sandbox)
        await parse()
        sandbox.delete(news.id, *range(1, 151))
        assert (await parse()).deleted == 150
        await agree(sandbox, person, news)
        sandbox.publish_many(news.id, ["a new", "beginning"])
        assert (await parse()).added == 2
        await agree(sandbox, person, news)
        assert ids(await held(PERSON, news)) == [151, 152]
    todo = await work(db)
    assert todo["tag"] == {(news.id, 151), (news.id, 152)}
    assert todo["unindex"] == {(news.id, number) for number in range(1, 151)}


async def test_what_changed_while_nobody_looked_and_is_too_much_to_tell_is_found(
    sandbox: Sandbox,
    person: Person,
    channels: list[Channel],
    news: Channel,
    open_house: Open,
    db: Database,
) -> None:
    """News at once, the newest hundred at once, and further down page by page, each cycle one."""
    sandbox.publish_many(news.id, numbered(1, LONG_AGO))
    async with open_house():
        await log_in(sandbox)
        await parse()
    for number in (2, 90, 171, 260, 349):
        sandbox.edit(news.id, number, f"changed {number}")
    sandbox.delete(news.id, 1, 3, 91, 172, 261, 348)
    sandbox.publish_many(news.id, numbered(LONG_AGO + 1, LONG_AGO + 90))
    sandbox.delete(news.id, LONG_AGO + 90)
    async with open_house():
        assert (await parse()).added == 89
        there = [post for post in await held(PERSON, news) if post.id > 340]
        assert there[:9] == [
            *(Seen(number, f"post {number}") for number in range(341, 348)),
            Seen(349, "changed 349"),
            Seen(350, "post 350"),
        ]
        assert ids(there)[-1] == LONG_AGO + 89
        for _ in range(4):
            before = newest_call(sandbox)
            await windows_due(db)
            await parse()
            calls = count(sandbox, HISTORY, since=before)
            assert calls == len(channels) + 1, "of each the window, and of one a page below it"
        await agree(sandbox, person, news)


async def test_too_much_to_tell_costs_a_window_and_a_page_not_the_whole_channel(
    sandbox: Sandbox, person: Person, news: Channel, open_house: Open
) -> None:
    """Where nothing changed one list is the whole cycle; a change costs one difference more."""
    sandbox.publish_many(news.id, numbered(1, 250))
    async with open_house():
        await log_in(sandbox)
        await parse()
        before = newest_call(sandbox)
        await parse()
        assert count(sandbox, HISTORY, DIFFERENCE, since=before) == 0
        sandbox.edit(news.id, 7, "changed")
        await parse()
        assert count(sandbox, DIFFERENCE, since=before) == 1
        assert count(sandbox, HISTORY, since=before) == 0
        before = newest_call(sandbox)
        for number in range(1, 102):
            sandbox.edit(news.id, 249, f"changed again and again, {number}")
        await parse()
        assert count(sandbox, HISTORY, since=before) == 3, "upward, the window, a page of the sweep"
        await agree(sandbox, person, news)
