"""Accounts and their persisted states."""

from storage.database import Connection, Database, Row
from storage.queries import sql
from storage.rows import AccountRow
from storage.text import storable

STATES = frozenset(
    {"NEW", "QR_WAIT", "CODE_WAIT", "PASSWORD_WAIT", "READY", "EXPIRED", "LOGGED_OUT"}
)


async def load(db: Database, account: int) -> AccountRow | None:
    """Return the account's state, or None if it was never registered."""
    row = await db.fetch_row(sql.account, account)
    return None if row is None else _account(row)


async def all(db: Database) -> list[AccountRow]:  # noqa: A001 read as accounts.all
    """Return every registered account in the order of ids."""
    return [_account(row) for row in await db.fetch(sql.accounts)]


async def transition(db: Database, account: int, state: str, reason: str | None) -> AccountRow:
    """Put the account into a state, registering it if it is new."""
    async with db.connection() as connection:
        return await transition_on(connection, account, state, reason)


async def transition_on(
    connection: Connection, account: int, state: str, reason: str | None
) -> AccountRow:
    """Put the account into a state on a connection, in whatever transaction that one is."""
    if state not in STATES:
        msg = f"{state!r} is no account state"
        raise ValueError(msg)
    told = reason and storable(reason)
    row = await connection.fetchrow(sql.set_account, account, state, told)
    assert row is not None, "an upsert returns its row"  # noqa: S101
    return _account(row)


def _account(row: Row) -> AccountRow:
    return AccountRow(**dict(row))
