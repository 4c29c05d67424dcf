"""Accounts."""

import pytest

from storage import accounts
from storage.database import Database

pytestmark = pytest.mark.anyio


async def test_an_unknown_account_is_none(db: Database) -> None:
    """An account that was never registered is None, not an error."""
    assert await accounts.load(db, 1) is None


async def test_a_transition_registers_and_then_updates(db: Database) -> None:
    """The first transition inserts, later ones update, and loading returns what they did."""
    first = await accounts.transition(db, 42, "NEW", None)
    second = await accounts.transition(db, 42, "EXPIRED", "the session was revoked")
    assert (first.id, first.state, first.reason) == (42, "NEW", None)
    assert (second.state, second.reason) == ("EXPIRED", "the session was revoked")
    assert second.changed_at > first.changed_at
    assert await accounts.load(db, 42) == second
    assert await accounts.all(db) == [second]


async def test_times_carry_an_offset(db: Database) -> None:
    """The moment of a change is an aware datetime."""
    row = await accounts.transition(db, 1, "NEW", None)
    assert row.changed_at.utcoffset() is not None


async def test_all_are_in_the_order_of_ids(db: Database) -> None:
    """Accounts are listed by id, whatever the order of their registration."""
    for account in (3, 1, 2):
        await accounts.transition(db, account, "READY", None)
    assert [row.id for row in await accounts.all(db)] == [1, 2, 3]


@pytest.mark.parametrize("state", sorted(accounts.STATES))
async def test_the_schema_takes_every_state(db: Database, state: str) -> None:
    """Each state the program knows passes the table's own check."""
    assert (await accounts.transition(db, 1, state, None)).state == state


async def test_an_unknown_state_is_refused(db: Database) -> None:
    """A misspelt state is a fault of the program and changes nothing."""
    with pytest.raises(ValueError, match="ready"):
        await accounts.transition(db, 1, "ready", None)
    assert await accounts.all(db) == []


async def test_a_reason_with_a_nul_is_kept_without_it(db: Database) -> None:
    """A reason taken from somewhere else cannot make a transition fail."""
    assert (await accounts.transition(db, 1, "EXPIRED", "a\0b")).reason == "ab"
