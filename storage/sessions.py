"""Accounts' Telegram sessions, sealed at rest.

An account has a row in sessions exactly while it is READY: it comes with `admit`, and leaves with
`expire` (which puts the record aside) or `dismiss` (which destroys it).
"""

import asyncio

from storage import accounts, invites, notices
from storage.database import Connection, Database
from storage.errors import LeaseLost, NotLoggedIn, WrongSessionKey
from storage.keys import new_key
from storage.leases import decisive
from storage.queries import sql
from storage.rotation import rotate
from storage.rows import AccountRow, Hold
from storage.vault import Vault

__all__ = ["Vault", "admit", "dismiss", "expire", "load", "new_key", "rotate", "save"]

READY, EXPIRED = "READY", "EXPIRED"


async def save(db: Database, vault: Vault, hold: Hold, record: bytes) -> None:
    """Store a held account's session in place of the one before; raise LeaseLost as writes do.

    An account that is not logged in has none to replace: NotLoggedIn.
    """
    fence = (hold.account, hold.incarnation, hold.epoch)
    async with decisive(db) as connection:
        sealed = await _sealed(connection, vault, record)
        if await connection.fetchrow(sql.save_session, *fence, sealed) is None:
            await _check(connection, hold)
            raise NotLoggedIn(hold.account)


async def admit(
    db: Database, vault: Vault, hold: Hold, state: str, reason: str | None, record: bytes
) -> AccountRow:
    """Make a held account READY together with the session it stands on.

    This spends the invite that the account has claimed, destroys a record that was put aside, and
    settles what is still to be told of its end: whoever is in again has nothing to do.
    """
    if state != READY:
        msg = f"only a READY account has a session, not one that is {state}"
        raise ValueError(msg)
    fence = (hold.account, hold.incarnation, hold.epoch)
    async with decisive(db) as connection:
        sealed = await _sealed(connection, vault, record)
        told = accounts.told(reason)
        row = await connection.fetchrow(sql.admit, *fence, state, told, sealed)
        if row is None:
            raise LeaseLost(hold.account)
        await invites.spend_on(connection, hold.account)
    return accounts.as_account(row)


async def load(db: Database, vault: Vault, account: int) -> bytes | None:
    """Return the account's session, or None if it has none."""
    sealed = await db.fetch_value(sql.session, account)
    if sealed is None:
        return None
    try:
        return await asyncio.to_thread(vault.open, sealed, account=account)
    except WrongSessionKey:
        # A rotation may have resealed it, and dropped its key, since it was read.
        again = await db.fetch_value(sql.session, account)
        if again in {None, sealed}:
            raise
        return await asyncio.to_thread(vault.open, again, account=account)


async def expire(db: Database, hold: Hold, reason: str) -> AccountRow:
    """Make a READY account EXPIRED, put its record aside and write one notice, all or nothing.

    An account that is not READY any more is returned as it is.
    """
    async with decisive(db) as connection:
        await _check(connection, hold)
        found = await connection.fetchrow(sql.account, hold.account)
        assert found is not None, "a locked row is there"  # noqa: S101
        before = accounts.as_account(found)
        if before.state != READY:
            return before
        await connection.execute(sql.quarantine_session, hold.account, accounts.told(reason))
        row = await accounts.transition_on(connection, hold, EXPIRED, reason)
        since = before.changed_at.isoformat()
        data = {"reason": reason}
        await notices.write_on(connection, hold.account, "expired", since, data)
    return row


async def dismiss(db: Database, hold: Hold, state: str, reason: str | None) -> AccountRow:
    """Put a held account into a state without a session, and destroy whatever record it has."""
    if state == READY:
        msg = "a READY account keeps its session"
        raise ValueError(msg)
    async with decisive(db) as connection:
        row = await accounts.transition_on(connection, hold, state, reason)
        await connection.execute(sql.destroy_records, hold.account)
    return row


async def _sealed(connection: Connection, vault: Vault, record: bytes) -> bytes:
    """Seal a record that this transaction will store; a rotation waits for its end."""
    await connection.execute(sql.hold_keys)
    return await asyncio.to_thread(vault.seal, record)


async def _check(connection: Connection, hold: Hold) -> None:
    """Lock a held account until this transaction ends."""
    fence = (hold.account, hold.incarnation, hold.epoch)
    if await connection.fetchrow(sql.lock_account, *fence) is None:
        raise LeaseLost(hold.account)
