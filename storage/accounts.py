"""Accounts and their persisted states."""

from storage.database import Connection, Database, Row
from storage.errors import LeaseLost
from storage.queries import sql
from storage.rows import AccountRow, Hold
from storage.text import storable

STATES = frozenset(
    {"NEW", "QR_WAIT", "CODE_WAIT", "PASSWORD_WAIT", "READY", "EXPIRED", "LOGGED_OUT"}
)
GIVEN_UP = "the program ended during the login"


async def load(db: Database, account: int) -> AccountRow | None:
    """Return the account's state, or None if it was never registered."""
    row = await db.fetch_row(sql.account, account)
    return None if row is None else _seen(row)


async def all(db: Database) -> list[AccountRow]:  # noqa: A001 read as accounts.all
    """Return every registered account in the order of ids."""
    return [_seen(row) for row in await db.fetch(sql.accounts)]


async def was_admitted(db: Database, account: int) -> bool:
    """Tell whether the account was ever logged in here."""
    return bool(await db.fetch_value(sql.was_admitted, account))


async def transition(db: Database, hold: Hold, state: str, reason: str | None) -> AccountRow:
    """Put a held account into a state; raise LeaseLost if the hold counts no longer."""
    async with db.connection() as connection:
        return await transition_on(connection, hold, state, reason)


async def transition_on(
    connection: Connection, hold: Hold, state: str, reason: str | None
) -> AccountRow:
    """Put a held account into a state on a connection, in whatever transaction that one is."""
    check_state(state)
    row = await connection.fetchrow(
        sql.set_account, hold.account, hold.incarnation, hold.epoch, state, told(reason)
    )
    if row is None:
        raise LeaseLost(hold.account)
    return as_account(row)


def check_state(state: str) -> None:
    """Raise ValueError if there is no such state."""
    if state not in STATES:
        msg = f"{state!r} is no account state"
        raise ValueError(msg)


def told(reason: str | None) -> str | None:
    """Return a reason as it can be stored."""
    return reason and storable(reason)


def as_account(row: Row) -> AccountRow:
    """Return an account as a plain value."""
    return AccountRow(
        id=row["id"], state=row["state"], reason=row["reason"], changed_at=row["changed_at"]
    )


def _seen(row: Row) -> AccountRow:
    """Return an account as others see it: a login has ended if its process has."""
    seen = as_account(row)
    if not row["given_up"]:
        return seen
    return AccountRow(id=seen.id, state="NEW", reason=GIVEN_UP, changed_at=seen.changed_at)
