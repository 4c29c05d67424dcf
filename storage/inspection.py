"""A look into a database that changes nothing."""

from dataclasses import dataclass

from storage import migrations, traits
from storage.database import Database
from storage.errors import StorageError
from storage.queries import sql
from storage.traits import Traits

MOST_SESSIONS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """An account's session as it lies in the database."""

    account: int
    record: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspection:
    """What was found."""

    traits: Traits
    refusal: StorageError | None
    """Why no house could be opened on it, if so."""
    accounts: int
    sealed: tuple[Sealed, ...]
    """The newest sessions, of some accounts."""


async def inspect(dsn: str, *, within: float = 5) -> Inspection:
    """Look; connecting, and each statement, lasts at most that many seconds."""
    async with (
        await Database.open(dsn, connections=1, connect_within=within, patience=within) as db,
        db.connection() as connection,
        connection.transaction(readonly=True),
    ):
        found = await traits.read(connection)
        refusal = _refusal(found, db.where)
        if refusal is not None or not found.applied:
            return Inspection(traits=found, refusal=refusal, accounts=0, sealed=())
        rows = await connection.fetch(sql.sealed_sessions, MOST_SESSIONS)
        return Inspection(
            traits=found,
            refusal=None,
            accounts=await connection.fetchval(sql.count_accounts),
            sealed=tuple(Sealed(**row) for row in rows),
        )


def _refusal(found: Traits, where: str) -> StorageError | None:
    try:
        traits.check(found, where)
        if migrations.pending(migrations.KNOWN, found.applied or {}):
            traits.check_rights(found, where)
    except StorageError as refusal:
        return refusal
    return None
