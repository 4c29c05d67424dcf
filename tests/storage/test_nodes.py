"""Processes that register, renew and resign."""

from pathlib import Path

import pytest

from storage import accounts, leases
from storage.database import Database
from storage.errors import LeaseLost
from tests.storage.holding import DEAD, LONG, claim, expire, node

pytestmark = pytest.mark.anyio


async def test_of_one_place_one_process_lives(db: Database) -> None:
    """Whoever registered at a place before is revoked, and nobody elsewhere is."""
    old, elsewhere = await node(db, "old", place="here"), await node(db, "elsewhere")
    hold = (await claim(db, old)).hold
    new = await node(db, "new", place="here")
    assert not await leases.renew(db, old, ttl=LONG)
    assert await leases.renew(db, elsewhere, ttl=LONG)
    assert (await claim(db, new)).hold.epoch == hold.epoch + 1


async def test_logins_end_with_the_process_before(db: Database) -> None:
    """An account its predecessor left in a login is NEW with the reason; others are untouched."""
    old, elsewhere = await node(db, "old", place="here"), await node(db, "elsewhere")
    states = {1: "QR_WAIT", 2: "CODE_WAIT", 3: "PASSWORD_WAIT", 4: "LOGGED_OUT"}
    for account, state in states.items():
        await accounts.transition(db, (await claim(db, old, account)).hold, state, None)
    theirs = (await claim(db, elsewhere, 5)).hold
    untouched = await accounts.transition(db, theirs, "QR_WAIT", None)
    await node(db, "new", place="here")
    found = await db.fetch("SELECT id, state, reason FROM accounts ORDER BY id")
    assert [tuple(row) for row in found] == [
        (1, "NEW", DEAD),
        (2, "NEW", DEAD),
        (3, "NEW", DEAD),
        (4, "LOGGED_OUT", None),
        (5, "QR_WAIT", None),
    ]
    assert await accounts.load(db, 5) == untouched


@pytest.mark.parametrize("state", ["QR_WAIT", "CODE_WAIT", "PASSWORD_WAIT"])
@pytest.mark.parametrize("end", ["resigned", "ran out", "revoked", "released"])
async def test_a_login_without_its_process_is_over(db: Database, state: str, end: str) -> None:
    """It is shown as NEW with the reason, and whoever claims the account finds it so."""
    me, other = await node(db, "me"), await node(db, "other")
    hold = (await claim(db, me)).hold
    row = await accounts.transition(db, hold, state, None)
    assert await accounts.all(db) == [row]
    match end:
        case "resigned":
            await leases.resign(db, me)
        case "ran out":
            await expire(db, me)
        case "revoked":
            await db.execute("UPDATE nodes SET revoked = true WHERE incarnation = $1", me)
        case _:
            await leases.release(db, hold)
    (shown,) = await accounts.all(db)
    assert (shown.state, shown.reason) == ("NEW", DEAD)
    assert await accounts.load(db, 42) == shown
    claimed = await claim(db, other)
    assert (claimed.row.state, claimed.row.reason) == ("NEW", DEAD)
    assert await accounts.all(db) == [claimed.row]


async def test_a_login_found_in_a_claim_of_ones_own_is_over(db: Database) -> None:
    """Who claims an account begins anew with it."""
    me = await node(db, "me")
    await accounts.transition(db, (await claim(db, me)).hold, "CODE_WAIT", None)
    assert (await claim(db, me)).row.state == "NEW"


async def test_the_long_dead_are_forgotten(db: Database) -> None:
    """Their rows go at the next registration; what they held is nobody's, and counts on."""
    old, lately = await node(db, "old"), await node(db, "lately")
    hold = (await claim(db, old)).hold
    await expire(db, lately)
    await db.execute(
        "UPDATE nodes SET expires_at = now() - interval '2 days' WHERE incarnation = $1", old
    )
    new = await node(db, "new")
    names = await db.fetch("SELECT name FROM nodes ORDER BY name")
    assert [row["name"] for row in names] == ["lately", "new"]
    assert not await leases.renew(db, old, ttl=LONG)
    with pytest.raises(LeaseLost):
        await accounts.transition(db, hold, "READY", None)
    assert (await claim(db, new)).hold.epoch == hold.epoch + 1


async def test_a_lease_lasts_as_long_as_was_asked(db: Database) -> None:
    """Registering and renewing set the end by the database's own clock."""
    left = "SELECT extract(epoch FROM expires_at - now()) FROM nodes"
    me = await node(db, "me", ttl=100)
    assert 90 < await db.fetch_value(left) <= 100
    await leases.renew(db, me, ttl=200)
    assert 190 < await db.fetch_value(left) <= 200


def test_a_place_is_its_lock(tmp_path: Path) -> None:
    """Every path to one house.lock names one place, another file another."""
    lock, link, other = tmp_path / "house.lock", tmp_path / "link", tmp_path / "other"
    lock.touch()
    other.touch()
    link.symlink_to(lock)
    assert leases.place(lock) == leases.place(link) != leases.place(other)
    assert leases.place(lock).startswith(Path("/proc/sys/kernel/random/boot_id").read_text()[:36])
