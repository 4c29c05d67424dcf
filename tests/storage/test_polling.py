"""The right to ask Telegram for a bot's updates."""

import asyncio

import pytest

from storage import leases, polling
from storage.database import Database
from tests.storage.holding import claim, expire, node

pytestmark = pytest.mark.anyio

BOT, OTHER = "a hash", "another"


async def held(db: Database, who: str, bot: str = BOT) -> bool:
    """Whether a process has the bot now."""
    return (await polling.claim(db, who, bot)).held


async def test_the_first_has_it_and_the_second_is_told_who(db: Database) -> None:
    """For as long as the first lives, again and again; another bot is another matter."""
    first, second = await node(db, "first"), await node(db, "second")
    assert await held(db, first)
    for _ in range(2):
        refused = await polling.claim(db, second, BOT)
        assert (refused.held, refused.by) == (False, "first")
    assert await held(db, first)
    assert await held(db, second, OTHER)


async def test_of_several_at_once_one_has_it(db: Database) -> None:
    """Whoever is refused sees the one who has it, or tries again."""
    nodes = [await node(db, f"node {number}") for number in range(8)]
    found = await asyncio.gather(*(held(db, each) for each in nodes))
    assert found.count(True) == 1


async def test_it_is_given_back(db: Database) -> None:
    """The next one has it at once; nobody gives back what is another's."""
    first, second = await node(db, "first"), await node(db, "second")
    assert await held(db, first)
    await polling.release(db, second, BOT)
    assert not await held(db, second)
    await polling.release(db, first, BOT)
    assert await held(db, second)
    await polling.release(db, first, BOT)
    assert not await held(db, first)


async def test_a_process_that_ends_in_order_leaves_it(db: Database) -> None:
    """Though it gave nothing back."""
    first, second = await node(db, "first"), await node(db, "second")
    assert await held(db, first)
    await leases.resign(db, first)
    assert await held(db, second)


async def test_it_is_taken_from_the_dead_who_stay_dead(db: Database) -> None:
    """Whose lease has run out is revoked: it renews no more, and holds nothing else either."""
    first, second = await node(db, "first"), await node(db, "second")
    assert await held(db, first)
    await expire(db, first)
    assert await held(db, second)
    assert not await leases.renew(db, first, ttl=600)
    assert not await held(db, first)
    assert (await polling.claim(db, first, BOT)).by is None
    assert (await claim(db, second)).hold.incarnation == second


async def test_a_lease_that_was_renewed_in_time_is_not_taken(db: Database) -> None:
    """Between the look at it and the taking it may have been renewed: then nothing changes."""
    first, second = await node(db, "first"), await node(db, "second")
    assert await held(db, first)
    assert not await polling._take(db, second, BOT, first)
    assert await held(db, first)
