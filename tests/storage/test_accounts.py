"""Accounts."""

import pytest

from storage import accounts
from storage.database import Database
from tests.storage.conftest import Own

pytestmark = pytest.mark.anyio


async def test_an_unknown_account_is_none(db: Database) -> None:
    """An account that was never registered is None, not an error."""
    assert await accounts.load(db, 1) is None


async def test_a_transition_is_what_loading_returns(db: Database, own: Own) -> None:
    """A claim registers, transitions update, and loading returns what the last one did."""
    hold = await own(42)
    first = await accounts.load(db, 42)
    second = await accounts.transition(db, hold, "EXPIRED", "the session was revoked")
    assert first is not None
    assert (first.id, first.state, first.reason) == (42, "NEW", None)
    assert (second.state, second.reason) == ("EXPIRED", "the session was revoked")
    assert second.changed_at > first.changed_at
    assert await accounts.load(db, 42) == second
    assert await accounts.all(db) == [second]


async def test_times_carry_an_offset(db: Database, own: Own) -> None:
    """The moment of a change is an aware datetime."""
    row = await accounts.transition(db, await own(1), "READY", None)
    assert row.changed_at.utcoffset() is not None


async def test_all_are_in_the_order_of_ids(db: Database, own: Own) -> None:
    """Accounts are listed by id, whatever the order of their registration."""
    for account in (3, 1, 2):
        await own(account)
    assert [row.id for row in await accounts.all(db)] == [1, 2, 3]


@pytest.mark.parametrize("state", sorted(accounts.STATES))
async def test_the_schema_takes_every_state(db: Database, own: Own, state: str) -> None:
    """Each state the program knows passes the table's own check."""
    hold = await own(1)
    assert (await accounts.transition(db, hold, state, None)).state == state


async def test_an_unknown_state_is_refused(db: Database, own: Own) -> None:
    """A misspelt state is a fault of the program and changes nothing."""
    hold = await own(1)
    with pytest.raises(ValueError, match="ready"):
        await accounts.transition(db, hold, "ready", None)
    assert [row.state for row in await accounts.all(db)] == ["NEW"]


async def test_a_reason_with_a_nul_is_kept_without_it(db: Database, own: Own) -> None:
    """A reason taken from somewhere else cannot make a transition fail."""
    assert (await accounts.transition(db, await own(1), "EXPIRED", "a\0b")).reason == "ab"
