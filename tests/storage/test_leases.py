"""One process at a time holds an account."""

import asyncio
import contextlib
import time

import pytest

from storage import accounts, leases
from storage.database import Database
from storage.errors import AccountHeld, LeaseLost
from storage.forgetting import forget
from storage.queries import sql
from storage.rows import Claimed, Hold
from tests.storage.holding import (
    LONG,
    MARGIN,
    PATIENCE,
    TTL,
    blocked,
    claim,
    everything,
    expire,
    locked,
    node,
    reading,
    renewing,
)

pytestmark = pytest.mark.anyio


async def test_a_claim_registers_an_unknown_account(db: Database) -> None:
    """The first claim finds the account NEW, and holds it."""
    me = await node(db, "me")
    claimed = await claim(db, me)
    assert (claimed.hold.account, claimed.hold.incarnation) == (42, me)
    assert (claimed.row.id, claimed.row.state, claimed.row.reason) == (42, "NEW", None)
    assert claimed.row == await accounts.load(db, 42)


async def test_a_claim_finds_the_state_as_it_is(db: Database) -> None:
    """A logged-in account stays so, with the moment of its change."""
    first = await claim(db, await node(db, "first"))
    row = await accounts.transition(db, first.hold, "READY", None)
    await leases.release(db, first.hold)
    assert (await claim(db, await node(db, "second"))).row == row


async def test_claiming_again_voids_the_earlier_hold(db: Database) -> None:
    """Of two holds of one process the later counts."""
    me = await node(db, "me")
    first, second = await claim(db, me), await claim(db, me)
    assert second.hold.epoch == first.hold.epoch + 1
    with pytest.raises(LeaseLost):
        await accounts.transition(db, first.hold, "READY", None)
    await accounts.transition(db, second.hold, "READY", None)


async def test_a_released_account_is_taken_at_once(db: Database) -> None:
    """Nobody is watched, and whoever released it goes on living."""
    me, other = await node(db, "me"), await node(db, "other")
    claimed = await claim(db, me)
    await leases.release(db, claimed.hold)
    await leases.release(db, claimed.hold)
    assert (await claim(db, other)).hold.epoch == claimed.hold.epoch + 1
    assert await leases.renew(db, me, ttl=LONG)


async def test_releasing_what_was_lost_takes_nothing_from_the_next(db: Database) -> None:
    """A late release by an old owner is harmless."""
    old = await claim(db, await node(db, "old"))
    await expire(db, old.hold.incarnation)
    new = await claim(db, await node(db, "new"))
    await leases.release(db, old.hold)
    await accounts.transition(db, new.hold, "READY", None)


async def test_who_resigned_is_not_waited_for(db: Database) -> None:
    """After a clean stop all its accounts are nobody's, and its holds count no more."""
    me, other = await node(db, "me"), await node(db, "other")
    held = [await claim(db, me, account) for account in (1, 2)]
    await leases.resign(db, me)
    for each in held:
        taken = await claim(db, other, each.hold.account)
        assert taken.hold.epoch == each.hold.epoch + 1
        with pytest.raises(LeaseLost):
            await accounts.transition(db, each.hold, "READY", None)


async def test_a_holder_that_renews_keeps_its_accounts(db: Database) -> None:
    """The claim is refused with the holder's name, and the account is as it was."""
    holder = await node(db, "pid 4711 on vera, data folder /data")
    hold = (await claim(db, holder)).hold
    before = await everything(db)
    async with renewing(db, holder):
        with pytest.raises(AccountHeld, match="pid 4711 on vera") as refused:
            await claim(db, await node(db, "other"))
    assert (refused.value.account, refused.value.holder) == (
        42,
        "pid 4711 on vera, data folder /data",
    )
    assert await everything(db) == before
    await accounts.transition(db, hold, "READY", None)


async def test_a_holder_is_refused_for_at_the_first_renewal(db: Database) -> None:
    """Whoever sees the holder renew does not wait until the lease would have run out."""
    holder, other = await node(db, "holder"), await node(db, "other")
    await claim(db, holder)
    async with renewing(db, holder), asyncio.timeout(PATIENCE):
        with pytest.raises(AccountHeld):
            await leases.claim(db, other, 42, ttl=LONG, margin=LONG)


async def test_a_killed_holder_is_replaced_when_its_lease_has_run_out(db: Database) -> None:
    """Not before that, and within the lease and the margin; all it held is lost with it."""
    holder = await node(db, "holder", ttl=TTL)
    began = time.monotonic()
    lost = [await claim(db, holder, account) for account in (41, 42)]
    claimed = await claim(db, await node(db, "other"))
    took = time.monotonic() - began
    assert 0.8 * TTL < took < TTL + MARGIN + 1.0  # a second for a busy machine
    assert claimed.hold.epoch == lost[1].hold.epoch + 1
    assert not await leases.renew(db, holder, ttl=TTL)
    for each in lost:
        with pytest.raises(LeaseLost):
            await accounts.transition(db, each.hold, "READY", None)


async def test_a_holder_with_a_longer_lease_is_not_watched_for_ever(db: Database) -> None:
    """Who says nothing and has not run out when the watch ends keeps the account."""
    await claim(db, await node(db, "holder"))
    with pytest.raises(AccountHeld, match="holder"):
        await claim(db, await node(db, "other"))


async def test_whoever_has_claimed_it_meanwhile_is_alive(db: Database) -> None:
    """A claim by somebody else while the account is watched is a sign of life."""
    hold = (await claim(db, await node(db, "holder"))).hold
    other = await node(db, "other")
    watching = asyncio.create_task(leases.claim(db, other, 42, ttl=LONG, margin=LONG))
    async with asyncio.timeout(PATIENCE):
        while not watching.done():
            hold = (await claim(db, hold.incarnation)).hold
    with pytest.raises(AccountHeld, match="holder"):
        await watching
    await accounts.transition(db, hold, "READY", None)


async def test_a_revoked_process_claims_nothing(db: Database) -> None:
    """Whoever was replaced is told so, whether the account is free or held."""
    old = await node(db, "old", place="here")
    new = await node(db, "new", place="here")
    await claim(db, new, 1)
    for account in (1, 2):
        with pytest.raises(LeaseLost):
            await leases.claim(db, old, account, ttl=LONG, margin=LONG)


async def test_of_many_claims_at_once_one_wins(dsn: str, db: Database) -> None:
    """Twenty processes race for one account, free, resigned or run out: one each time."""
    async with contextlib.AsyncExitStack() as stack:
        racers: dict[str, Database] = {}
        for number in range(20):
            own = await stack.enter_async_context(await Database.open(dsn, connections=1))
            racers[await node(db, f"racer {number}")] = own
        epochs = []
        for end in (leases.resign, expire, leases.resign):
            winner = await race(db, racers)
            epochs.append(winner.epoch)
            del racers[winner.incarnation]
            await end(db, winner.incarnation)
        assert epochs == list(range(epochs[0], epochs[0] + 3))


async def race(db: Database, racers: dict[str, Database]) -> Hold:
    """Let all claim at once; return the one hold that is won."""
    async with renewing(db, *racers):
        results = await asyncio.gather(
            *(claim(own, each) for each, own in racers.items()), return_exceptions=True
        )
    (won,) = [each.hold for each in results if isinstance(each, Claimed)]
    (name,) = await db.fetch_row(
        "SELECT name FROM nodes WHERE incarnation = $1", won.incarnation
    ) or ("",)
    refused = [each for each in results if isinstance(each, AccountHeld)]
    assert len(refused) == len(racers) - 1
    assert {each.holder for each in refused} == {name}
    return won


async def test_a_renewal_at_the_last_moment_counts(db: Database) -> None:
    """A holder that was seen dead and renews before it is locked keeps the account."""
    holder, other = await node(db, "holder"), await node(db, "other")
    hold = (await claim(db, holder)).hold
    await expire(db, holder)
    async with locked(db, sql.renew_node, holder, LONG):
        claiming = asyncio.create_task(claim(db, other))
        await blocked(db)
    async with renewing(db, holder):
        with pytest.raises(AccountHeld):
            await claiming
    await accounts.transition(db, hold, "READY", None)


async def test_two_that_have_run_out_may_claim_from_each_other(dsn: str) -> None:
    """Crossing claims end with one of the two or with both, never in a deadlock."""
    async with (
        await Database.open(dsn) as db,
        await Database.open(dsn) as other,
        asyncio.timeout(PATIENCE),
    ):
        for turn in range(30):
            left, right = await node(db, f"left {turn}"), await node(db, f"right {turn}")
            await claim(db, left, 1)
            await claim(db, right, 2)
            await expire(db, left)
            await expire(db, right)
            results = await asyncio.gather(
                claim(db, left, 2), claim(other, right, 1), return_exceptions=True
            )
            assert [type(each) for each in results if not isinstance(each, Claimed)] in (
                [LeaseLost],
                [],
            )
            await leases.resign(db, left)
            await leases.resign(db, right)


async def test_an_account_that_is_forgotten_while_it_is_claimed_is_new(db: Database) -> None:
    """The claim waits for the end of it and then registers the account once more."""
    holder, other = await node(db, "holder"), await node(db, "other")
    hold = await reading(db, holder)
    async with locked(db, "SELECT FROM accounts FOR UPDATE"):
        forgetting = asyncio.create_task(forget(db, hold))
        await blocked(db)
        await expire(db, holder)
        claiming = asyncio.create_task(claim(db, other))
        await blocked(db, 2)
    await forgetting
    claimed = await claiming
    assert (claimed.hold.incarnation, claimed.row.state) == (other, "NEW")


async def test_a_hold_does_not_survive_that_its_account_was_forgotten(db: Database) -> None:
    """Registered again and claimed by the same process, the account is another one."""
    me = await node(db, "me")
    before = await reading(db, me)
    await forget(db, before)
    await claim(db, me)
    with pytest.raises(LeaseLost):
        await accounts.transition(db, before, "READY", None)
