"""Who is shown a channel's posts, and from which one on."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

import pytest

import actors
from actors.house import House
from actors.messages import CountPosts
from sandbox import Channel, Person, Sandbox, World
from storage import posts
from storage.database import Database
from storage.rows import ChannelView
from tests.scenarios.conftest import PERSON
from tests.scenarios.reading import (
    DIFFERENCE,
    Seen,
    admit,
    agree,
    count,
    held,
    ids,
    newest_call,
    opened,
    stored,
    windows_due,
    work,
)

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("house")]

OTHER = 200
TEXTS = [f"post {number}" for number in range(1, 21)]


@pytest.fixture
def other(world: World) -> Person:
    """Somebody who follows the same channels."""
    return world.person(OTHER, first_name="Борис")


@pytest.fixture
def channels(world: World, person: Person, other: Person) -> list[Channel]:
    """A private channel and a public one, with posts."""
    made = [world.channel("Secret"), world.channel("Open", username="open")]
    for channel in made:
        world.follow(person, channel)
        world.follow(other, channel)
        for text in TEXTS:
            world.publish(channel, text)
    return made


@pytest.fixture
async def db(dsn: str) -> AsyncIterator[Database]:
    """The database, looked at from outside."""
    async with await Database.open(dsn, connections=1) as opened_:
        yield opened_


@pytest.fixture
async def house(sandbox: Sandbox, settings: dict[str, str]) -> AsyncIterator[House]:
    """A house in which both are logged in."""
    async with opened(settings) as house_:
        await admit(house_, sandbox, PERSON, OTHER)
        yield house_


async def parse(account: int) -> actors.ParseReport:
    """Read whatever an account follows, to its end."""
    return await actors.user(account).parse(depth=None)


async def view(db: Database, account: int, channel: Channel) -> ChannelView:
    """Return a channel as an account knows it, also one that it cannot read any more."""
    views = await posts.channels(db, account, all_=True)
    (found,) = [each for each in views if each.id == channel.id]
    return found


async def test_a_private_channel_is_shown_to_confirmed_members_only(
    sandbox: Sandbox, channels: list[Channel], house: House, other: Person, db: Database
) -> None:
    """A membership that nobody has confirmed for a day hides it, until the next list."""
    secret, public = channels
    await parse(PERSON)
    await parse(OTHER)
    await db.execute(
        "UPDATE subscriptions SET confirmed_at = now() - interval '25 hours' WHERE account = $1",
        PERSON,
    )
    assert await held(PERSON, secret) == []
    assert ids(await held(PERSON, public)) == list(range(1, 21))
    assert await house.store.ask(CountPosts(account=PERSON)) == 20
    hidden = await view(db, PERSON, secret)
    assert (hidden.state, hidden.posts) == ("followed", 0)
    assert hidden.why == "your membership was not confirmed for a day"
    await agree(sandbox, other, *channels)
    await parse(PERSON)
    assert ids(await held(PERSON, secret)) == list(range(1, 21))
    assert (await view(db, PERSON, secret)).why is None


End = Callable[[Sandbox, Channel], None]
ENDS: list[tuple[str, int, End, str]] = [
    ("left", 0, lambda sandbox, channel: sandbox.unfollow(PERSON, channel.id), "left"),
    ("left-public", 1, lambda sandbox, channel: sandbox.unfollow(PERSON, channel.id), "left"),
    ("banned", 1, lambda sandbox, channel: sandbox.ban(PERSON, channel.id), "private"),
    ("deleted", 1, lambda sandbox, channel: sandbox.close_channel(channel.id), "private"),
]
"""What an account cannot tell apart from outside is called by what is sure."""


@pytest.mark.parametrize(
    ("place", "end", "state"), [end[1:] for end in ENDS], ids=[end[0] for end in ENDS]
)
async def test_whose_access_has_ended_sees_nothing_and_is_told_why(
    sandbox: Sandbox,
    channels: list[Channel],
    db: Database,
    place: int,
    end: End,
    state: str,
) -> None:
    """From the next list on; what is held stays for the others, and comes back with the access."""
    channel = channels[place]
    await parse(PERSON)
    await parse(OTHER)
    end(sandbox, channel)
    assert (await parse(PERSON)).channels == 1
    assert await held(PERSON, channel) == []
    assert channel.id not in {each.id for each in await actors.user(PERSON).channels()}
    lost = await view(db, PERSON, channel)
    assert (lost.state, lost.posts) == (state, 0)
    assert lost.why is not None
    assert ids(await held(OTHER, channel)) == list(range(1, 21))
    if not channel.deleted:
        sandbox.follow(PERSON, channel.id)
        await parse(PERSON)
        assert ids(await held(PERSON, channel)) == list(range(1, 21))


async def test_what_is_followed_from_outside_and_made_private_says_so(
    sandbox: Sandbox, world: World, channels: list[Channel], db: Database
) -> None:
    """Nobody lists it: the reading itself finds out, and the report says so once."""
    assert channels
    far = sandbox.run(lambda: world.channel("Far", username="faraway"))
    sandbox.publish(far.id, "hello")
    await actors.user(PERSON).follow("@faraway")
    await parse(PERSON)
    assert await held(PERSON, far) == [Seen(1, "hello")]
    sandbox.make_private(far.id)
    report = await parse(PERSON)
    assert [unread.channel for unread in report.unread] == [far.id]
    assert await held(PERSON, far) == []
    assert (await view(db, PERSON, far)).state == "private"
    assert (await parse(PERSON)).unread == ()


@pytest.mark.parametrize("place", [0, 1], ids=["private", "public"])
async def test_hidden_history_is_neither_shown_nor_claimed(
    sandbox: Sandbox,
    person: Person,
    other: Person,
    channels: list[Channel],
    db: Database,
    place: int,
) -> None:
    """Who joined late reads first and claims no more than they see; another one fills the rest."""
    channel = channels[place]
    sandbox.hide_history(PERSON, channel.id, 12)
    await parse(PERSON)
    await agree(sandbox, person, channel)
    assert ids(await held(PERSON, channel)) == list(range(13, 21))
    mine = await view(db, PERSON, channel)
    assert (mine.share, mine.coverage) == (1.0, ((13, 21),))
    await parse(OTHER)
    await agree(sandbox, other, channel)
    await agree(sandbox, person, channel)
    assert (await work(db))["tag"] == await stored(db)


@pytest.mark.parametrize("place", [0, 1], ids=["private", "public"])
async def test_a_history_that_one_person_clears_takes_nothing_from_the_others(
    sandbox: Sandbox,
    other: Person,
    channels: list[Channel],
    db: Database,
    place: int,
) -> None:
    """What was read is kept, and what comes is read by who sees it, whoever compares and reads."""
    channel = channels[place]
    await parse(PERSON)
    await parse(OTHER)
    sandbox.publish_many(channel.id, ["one more", "and another"])
    sandbox.hide_history(PERSON, channel.id)
    sandbox.publish(channel.id, "the newest")
    await windows_due(db)
    await parse(PERSON)
    assert ids(await held(PERSON, channel)) == [23]
    await windows_due(db)
    await parse(PERSON)
    await parse(OTHER)
    await agree(sandbox, other, channel)
    assert ids(await held(OTHER, channel)) == list(range(1, 24))
    assert (await work(db))["unindex"] == set()


@pytest.mark.parametrize("place", [0, 1], ids=["private", "public"])
async def test_what_one_person_has_cleared_is_not_compared_away(
    sandbox: Sandbox, other: Person, channels: list[Channel], db: Database, place: int
) -> None:
    """Nothing is new, and the newest messages are compared by who sees none: all stay held."""
    await parse(PERSON)
    await parse(OTHER)
    sandbox.hide_history(PERSON, channels[place].id)
    await windows_due(db)
    await parse(PERSON)
    await agree(sandbox, other, *channels)
    assert ids(await held(PERSON, channels[place])) == []


async def test_who_wants_some_posts_begins_where_they_see_and_older_ones_are_no_holes(
    sandbox: Sandbox, channels: list[Channel], db: Database
) -> None:
    """Nobody else has to read a long past because one reader could not count it."""
    for channel in channels:
        sandbox.hide_history(PERSON, channel.id, 12)
    await actors.user(PERSON).parse(depth=100)
    await actors.user(OTHER).parse(depth=100)
    for channel in channels:
        theirs = await view(db, OTHER, channel)
        assert (theirs.floor, theirs.holes, theirs.posts) == (13, (), 8)


async def test_who_joins_anew_is_looked_at_anew(
    sandbox: Sandbox, person: Person, channels: list[Channel]
) -> None:
    """What may be seen after leaving and joining again need not be what was seen before."""
    secret = channels[0]
    await parse(PERSON)
    sandbox.unfollow(PERSON, secret.id)
    await parse(PERSON)
    sandbox.hide_history(PERSON, secret.id, 15)
    sandbox.follow(PERSON, secret.id)
    await parse(OTHER)
    await parse(PERSON)
    await agree(sandbox, person, secret)
    assert ids(await held(PERSON, secret)) == list(range(16, 21))


async def test_who_sees_most_of_a_channel_reads_it_whoever_asks(
    sandbox: Sandbox, person: Person, other: Person, channels: list[Channel]
) -> None:
    """Only they can tell that what is hidden from the others was deleted, or has changed."""
    secret = channels[0]
    sandbox.hide_history(PERSON, secret.id, 12)
    await parse(PERSON)
    await parse(OTHER)
    calls = newest_call(sandbox)
    sandbox.delete(secret.id, 3, 15)
    sandbox.edit(secret.id, 4, "another fourth")
    assert (await parse(PERSON)).deleted == 2
    await agree(sandbox, person, secret)
    await agree(sandbox, other, secret)
    assert count(sandbox, DIFFERENCE, since=calls, user=PERSON) == 0
