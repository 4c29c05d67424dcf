"""Two people with private channels that say the same, and every way to read: nothing is told."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import timedelta

import pytest

import actors
from actors.house import House
from sandbox import Channel, Person, Sandbox, World
from sandbox.providers import Providers
from tests.scenarios.asking import answers, serving
from tests.scenarios.conftest import PERSON
from tests.scenarios.meaning import SETTLE_SECONDS, opened
from tests.scenarios.reading import admit

pytestmark = pytest.mark.anyio

OTHER = 200
BOTH = (PERSON, OTHER)
WORDS = "Бюджет проекта утверждён, бюджет проекта вырос"
MARKS = {PERSON: "аннализатор", OTHER: "бориспольский"}
"""Words that occur in one person's private channel only."""
SLIPS = {PERSON: "аннализатар", OTHER: "бориспальский"}
CLUB = "клубничный"
"""And one of a private channel that both are in."""
QUERIES = ("бюджет проекта", *MARKS.values(), *SLIPS.values(), CLUB, "клубничнай", "утверждена")


@pytest.fixture
def providers(monkeypatch: pytest.MonkeyPatch) -> Iterator[Providers]:
    """GigaChat, OpenRouter and embeddings, which every house of the test asks."""
    with serving(monkeypatch) as providers_:
        yield providers_


@pytest.fixture
def other(world: World) -> Person:
    """Somebody else."""
    return world.person(OTHER, first_name="Борис")


@pytest.fixture
def channels(world: World, person: Person, other: Person) -> list[Channel]:
    """A private channel of each, a private one of both, and a public one that both follow."""
    of = {"Первый": [person], "Второй": [other], "Клуб": [person, other]}
    made = [world.channel(title) for title in of]
    made.append(world.channel("Площадь", username="square"))
    for channel, people in zip(made, [*of.values(), [person, other]], strict=True):
        for each in people:
            world.follow(each, channel)
    for channel, mark in zip(made, [*MARKS.values(), CLUB, "общий"], strict=True):
        for number in range(4 if mark == MARKS[OTHER] else 3):
            world.publish(channel, f"{WORDS}: {mark} {mark}, пост {mark} {number}")
    return made


@pytest.fixture
async def house(
    sandbox: Sandbox, settings: dict[str, str], providers: Providers
) -> AsyncIterator[House]:
    """A house in which both are logged in, and all is read, tagged and indexed."""
    assert providers.mistakes == ()
    async with opened(settings) as house_:
        await admit(house_, sandbox, *BOTH)
        for account in BOTH:
            await actors.user(account).parse()
            assert await house_.settle(account, SETTLE_SECONDS)
        yield house_


async def told(account: int, channels: list[Channel], providers: Providers) -> str:
    """Read in every way there is; return all that was answered, and all that models were told."""
    user = actors.user(account)
    before = len(answers(providers))
    every = [channel.id for channel in channels]
    seen: list[object] = []
    for query in QUERIES:
        for among in (None, every, [every[0]], [every[1]]):
            found = await user.search(query, channels=among, limit=100)
            seen += [found.corrected, found.hits]
        seen.append((await user.search(query, tags=[*MARKS.values(), CLUB])).hits)
        answer = await user.ask(query)
        seen += [answer.text, answer.sources]
    seen.append((await user.digest(timedelta(days=1), lines=50)).topics)
    asked = await user.digest(topics=[*MARKS.values(), CLUB], channels=every)
    seen += [[topic.lines, topic.summary] for topic in asked.topics]
    for channel in channels:
        seen += [await user.similar(channel.id, number) for number in channel.ids]
        seen.append(await user.posts(limit=1000, channel=channel.id))
    seen += [await user.posts(limit=1000), await user.channels(), await user.meaning()]
    prompts = [
        call.prompt.rpartition("End of the posts")[0] for call in answers(providers)[before:]
    ]
    assert len(prompts) > len(QUERIES)
    return repr(seen) + repr(prompts)


@pytest.mark.usefixtures("house")
async def test_no_way_to_read_tells_of_the_others_channel(
    channels: list[Channel], providers: Providers
) -> None:
    """Neither words, titles, ids nor tags of it are in anything; one's own and shared ones are."""
    private = dict(zip(BOTH, channels[:2], strict=True))
    for account, stranger in (BOTH, BOTH[::-1]):
        everything = await told(account, channels, providers)
        for mark in (MARKS[account], CLUB, "общий", private[account].title):
            assert mark in everything
        theirs = private[stranger]
        for mark in (MARKS[stranger], theirs.title, str(theirs.id)):
            assert mark not in everything, f"{account} is told of {stranger}"


@pytest.mark.usefixtures("house")
async def test_no_word_is_corrected_to_one_that_only_others_have() -> None:
    """A slip tells its owner what was meant, and nobody else that there is such a word."""
    for account, stranger in (BOTH, BOTH[::-1]):
        user = actors.user(account)
        mine = await user.search(SLIPS[account])
        assert mine.corrected == MARKS[account]
        assert {MARKS[account] in hit.post.text for hit in mine.hits if hit.by_words} == {True}
        for query in (SLIPS[stranger], MARKS[stranger]):
            theirs = await user.search(query)
            assert theirs.corrected is None
            assert [hit for hit in theirs.hits if hit.by_words] == []


@pytest.mark.usefixtures("house")
async def test_nothing_is_like_a_post_that_is_not_ones_own(channels: list[Channel]) -> None:
    """Not even which of one's own posts are: that would tell what the other's is about."""
    private = dict(zip(BOTH, channels[:2], strict=True))
    for account, stranger in (BOTH, BOTH[::-1]):
        user = actors.user(account)
        for number in private[stranger].ids:
            assert await user.similar(private[stranger].id, number) == ()
        assert await user.similar(private[account].id, 1) != ()


@pytest.mark.usefixtures("house")
async def test_each_is_told_how_far_their_own_posts_are() -> None:
    """What waits or is done in others' channels is in no number."""
    for account, posts in ((PERSON, 9), (OTHER, 10)):
        meaning = await actors.user(account).meaning()
        assert (meaning.posts, meaning.tagged, meaning.indexed) == (posts, posts, posts)


@pytest.mark.parametrize("how", ["left", "banned"])
async def test_who_has_lost_access_is_told_nothing_more(
    sandbox: Sandbox, house: House, channels: list[Channel], providers: Providers, how: str
) -> None:
    """What was found a moment before is found no more, by the one who left; the other has it."""
    club = channels[2]
    user = actors.user(OTHER)
    before = await user.search("клубничнай")
    assert (before.corrected, len(before.hits) > 0) == (CLUB, True)
    if how == "left":
        sandbox.unfollow(OTHER, club.id)
    else:
        sandbox.ban(OTHER, club.id)
    await user.parse()
    assert await house.settle(OTHER, SETTLE_SECONDS)
    everything = await told(OTHER, channels, providers)
    assert "общий" in everything
    assert CLUB not in everything
    assert str(club.id) not in everything
    assert [await user.similar(club.id, number) for number in club.ids] == [()] * len(club.ids)
    assert CLUB in await told(PERSON, channels, providers)
