"""The rotation of session keys."""

import asyncio
from dataclasses import dataclass, field

from storage.database import Database
from storage.errors import WrongSessionKey
from storage.leases import decisive
from storage.queries import sql
from storage.rows import Rotated
from storage.vault import Vault

FIRST = -(2**63)
PLACES = (
    # In this order: a record that is put aside meanwhile is met in the one place or in the other.
    (sql.sessions_after, sql.reseal_session),
    (sql.quarantined_after, sql.reseal_quarantined),
)


@dataclass(slots=True)
class Tally:
    """What was found so far."""

    resealed: int = 0
    already: int = 0
    failed: set[int] = field(default_factory=set)


async def rotate(db: Database, vault: Vault, *, batch: int = 100) -> Rotated:
    """Seal with the vault's newest key every record that another one sealed.

    Houses may run meanwhile. Each batch is a transaction, so a rotation that was cut off has done
    what it had done, and another does the rest. A record that no key opens is left as it is.
    """
    if batch < 1:
        msg = f"a batch is of one record at least, not {batch}"
        raise ValueError(msg)
    newest = await asyncio.to_thread(vault.newest)
    async with db.transaction() as connection:
        # Whoever sealed before the vault had its newest key has stored by the end of this wait.
        await connection.execute(sql.settle_keys)
    tally = Tally()
    for read, write in PLACES:
        last: int | None = FIRST
        while last is not None:
            last = await _reseal(db, vault, tally, (read, write), last, batch)
    return Rotated(
        resealed=tally.resealed,
        already=tally.already,
        failed=tuple(sorted(tally.failed)),
        newest=newest,
    )


async def _reseal(
    db: Database, vault: Vault, tally: Tally, place: tuple[str, str], after: int, batch: int
) -> int | None:
    """Reseal the records of the next accounts; return the last of them, None if there are none."""
    read, write = place
    async with decisive(db) as connection:
        rows = await connection.fetch(read, after, batch)
        held = [(row["account"], row["record"]) for row in rows]
        fresh = await asyncio.to_thread(_sort, vault, held, tally)
        await connection.executemany(write, fresh)
    tally.resealed += len(fresh)
    return held[-1][0] if held else None


def _sort(vault: Vault, held: list[tuple[int, bytes]], tally: Tally) -> list[tuple[int, bytes]]:
    """Reseal the records that need it, and count the others."""
    fresh = []
    for account, sealed in held:
        try:
            again = vault.reseal(sealed, account=account)
        except WrongSessionKey:
            tally.failed.add(account)
            continue
        if again is None:
            tally.already += 1
        else:
            fresh.append((account, again))
    return fresh
