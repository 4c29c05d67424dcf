"""Accounts that stay connected: what happens in their channels is here within two seconds."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest

import actors
from actors.house import House
from sandbox import Channel, Person, Photo, Sandbox, World
from storage import posts
from storage.database import Database
from tests.scenarios.conftest import PERSON
from tests.scenarios.reading import (
    DIALOGS,
    DIFFERENCE,
    HISTORY,
    admit,
    agree,
    confirmed,
    count,
    held,
    newest_call,
    opened,
    shown,
    stored,
    tick,
    ticking,
    work,
)
from tests.scenarios.witness import connections, until

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("house")]

OTHER = 200
SOON = 2.0
"""Seconds within which something that happened is held."""


@pytest.fixture
def other(world: World) -> Person:
    """Somebody who follows the same channels."""
    return world.person(OTHER, first_name="Борис")


@pytest.fixture
def channels(world: World, person: Person, other: Person) -> list[Channel]:
    """A private channel and two public ones, with a post each."""
    made = [world.channel(f"Channel {n}", username=f"channel{n}" if n else None) for n in range(3)]
    for channel in made:
        world.follow(person, channel)
        world.follow(other, channel)
        world.publish(channel, "first")
    return made


@pytest.fixture
async def db(dsn: str) -> AsyncIterator[Database]:
    """The database, looked at from outside."""
    async with await Database.open(dsn, connections=1) as opened_:
        yield opened_


@pytest.fixture
async def house(
    sandbox: Sandbox, settings: dict[str, str], channels: list[Channel], db: Database
) -> AsyncIterator[House]:
    """A live house that has read everything, and listens."""
    async with opened(settings, schedule=True, live=True) as house_:
        await admit(house_, sandbox, PERSON)
        await ticking(house_, lambda: _is_held(sandbox, channels))
        await ticking(house_, lambda: confirmed(db))
        await until(lambda: _listens(sandbox, PERSON))
        yield house_
    assert connections(sandbox) == 0


async def test_what_happens_is_held_within_two_seconds(
    sandbox: Sandbox, person: Person, channels: list[Channel], db: Database
) -> None:
    """Posts, albums, edits and deletions, by the updates alone: no poll is due."""
    public = channels[1]

    def album() -> None:
        sandbox.world.album(public, [Photo(id=1), Photo(id=2)], "two pictures")

    happenings: list[Callable[[], object]] = [
        lambda: sandbox.publish(channels[0].id, "to members"),
        lambda: sandbox.publish_many(public.id, ["one", "two", "three"]),
        lambda: sandbox.run(album),
        lambda: sandbox.edit(public.id, 2, "another one"),
        lambda: sandbox.edit(public.id, 6, "and a caption"),
        lambda: sandbox.delete(public.id, 3, 5),
        lambda: sandbox.delete(public.id, 6),
        lambda: sandbox.publish(channels[2].id, "the last"),
    ]
    for happens in happenings:
        happens()
        await until(lambda: _shows(sandbox, person, channels), within=SOON)
    await agree(sandbox, person, *channels)
    todo = await work(db)
    assert todo["tag"] == todo["index"] == await stored(db)


async def test_what_happens_while_a_channel_is_being_read_is_read_too(
    sandbox: Sandbox, person: Person, channels: list[Channel], house: House
) -> None:
    """An edit that the reading under way has asked too early to see."""
    public = channels[1]
    with sandbox.faults.hold(HISTORY) as hold:
        sandbox.publish(public.id, "new")
        await asyncio.to_thread(hold.reached)
        before = _requests(house)
        sandbox.edit(public.id, 1, "changed meanwhile")
        await until(lambda: _has_come(house, before))
        hold.release()
    await until(lambda: _shows(sandbox, person, channels), within=SOON)


async def test_a_lost_update_is_found_by_the_next_poll(
    sandbox: Sandbox, person: Person, channels: list[Channel], house: House, db: Database
) -> None:
    """Nothing hears of it; the schedule reads it all the same, or the channel's next update."""
    sandbox.lose_updates(PERSON)
    sandbox.publish(channels[1].id, "unheard of")
    sandbox.publish(channels[2].id, "heard of")
    await until(lambda: _shows(sandbox, person, channels[2:]), within=SOON)
    assert len(await held(PERSON, channels[1])) == 1
    await db.execute("UPDATE channels SET next_at = NULL")
    await tick(house)
    await until(lambda: _shows(sandbox, person, channels))
    sandbox.lose_updates(PERSON)
    sandbox.publish(channels[1].id, "unheard of, too")
    sandbox.publish(channels[1].id, "and this one heard")
    await until(lambda: _shows(sandbox, person, channels), within=SOON)


async def test_who_was_cut_listens_again_and_catches_up(
    sandbox: Sandbox, person: Person, channels: list[Channel]
) -> None:
    """What was published while the connection was down is here as soon as it is up."""
    with sandbox.down():
        sandbox.run(lambda: sandbox.world.publish(channels[1], "while it was down"))
        sandbox.run(lambda: sandbox.world.delete(channels[2], 1))
    await until(lambda: _shows(sandbox, person, channels))
    sandbox.publish(channels[0].id, "heard again")
    await until(lambda: _shows(sandbox, person, channels), within=SOON)


ENDS: list[Callable[[Sandbox], None]] = [
    lambda sandbox: sandbox.revoke(PERSON),
    lambda sandbox: sandbox.forget_keys(PERSON),
    lambda sandbox: sandbox.burn_keys(PERSON),
]


@pytest.mark.parametrize("end", ENDS, ids=["revoked", "forgotten", "burnt"])
async def test_a_session_that_ends_while_it_listens_expires_by_itself(
    sandbox: Sandbox, channels: list[Channel], house: House, end: Callable[[Sandbox], None]
) -> None:
    """Nobody asks for anything: one notice, and no further call is made with it."""
    end(sandbox)
    sandbox.restart()
    await until(lambda: _has_expired(house))
    (notice,) = await house.notices()
    assert (notice.kind, notice.account) == ("expired", PERSON)
    before = newest_call(sandbox)
    sandbox.publish(channels[1].id, "unheard")
    await tick(house)
    await tick(house)
    assert [call for call in sandbox.calls if call.number > before] == []
    assert len(await house.notices()) == 1


async def test_who_is_thrown_out_is_told_at_once(
    sandbox: Sandbox, person: Person, channels: list[Channel], db: Database
) -> None:
    """The channel is gone from every read, with its reason; let in again, it is back."""
    secret, public, _ = channels
    before = newest_call(sandbox)
    sandbox.ban(PERSON, public.id)
    sandbox.unfollow(PERSON, secret.id)
    await until(lambda: _lost(db, {secret.id, public.id}), within=SOON)
    assert count(sandbox, DIALOGS, since=before) == 0, "it was told, not looked up"
    assert await held(PERSON, secret) == await held(PERSON, public) == []
    assert [each.id for each in await actors.user(PERSON).channels()] == [channels[2].id]
    sandbox.follow(PERSON, public.id)
    await until(lambda: _shows(sandbox, person, [public]), within=SOON)


async def test_a_channel_that_is_joined_elsewhere_is_read_at_once(
    sandbox: Sandbox, world: World, person: Person
) -> None:
    """What the person follows in Telegram's own app is here with the next update."""
    fresh = sandbox.run(lambda: world.channel("Fresh", username="fresh"))
    sandbox.publish(fresh.id, "welcome")
    sandbox.follow(PERSON, fresh.id)
    await until(lambda: _shows(sandbox, person, [fresh]), within=SOON)


async def test_two_who_listen_to_the_same_channel_have_it_read_once(
    sandbox: Sandbox,
    person: Person,
    other: Person,
    channels: list[Channel],
    house: House,
    db: Database,
) -> None:
    """Both hear of a post; one reads it, and both are shown it."""
    await admit(house, sandbox, OTHER)
    await ticking(house, lambda: confirmed(db))
    await ticking(house, lambda: _listens(sandbox, OTHER))
    before = newest_call(sandbox)
    sandbox.publish(channels[1].id, "for two")
    await until(lambda: _shows(sandbox, person, channels), within=SOON)
    await until(lambda: _shows(sandbox, other, channels), within=SOON)
    assert 1 <= count(sandbox, DIFFERENCE, since=before) <= 2


async def _is_held(sandbox: Sandbox, channels: list[Channel]) -> bool:
    return await _shows(sandbox, sandbox.world.people[PERSON], channels)


async def _shows(sandbox: Sandbox, person: Person, channels: list[Channel]) -> bool:
    """Whether the house shows what Telegram shows."""
    return all([await held(person.id, each) == shown(sandbox, person, each) for each in channels])


async def _listens(sandbox: Sandbox, person: int) -> bool:
    """Whether Telegram tells a person's client what happens."""

    def look() -> bool:
        links = sandbox._telegram.links
        return any(each.key.person_id == person for link in links for each in link.listeners())

    return sandbox.run(look)


def _requests(house: House) -> int:
    """How many requests have come to who has channels read."""
    (reader,) = [each for each in house.statistics().actors if each.name == "reader"]
    return reader.handled


async def _has_come(house: House, requests: int) -> bool:
    return _requests(house) > requests


async def _has_expired(house: House) -> bool:
    return [each.state for each in await house.accounts()] == ["EXPIRED"]


async def _lost(db: Database, channels: set[int]) -> bool:
    views = await posts.channels(db, PERSON, all_=True)
    return {each.id for each in views if each.state != "followed"} == channels
