"""The collections of vectors that the database knows.

Theory of operation. The first collection answers from its beginning; each later one is built beside
it, is complete when every post is in it that is held and not given up, and answers then. The vector
store keeps an epoch in each. If it shows another one than is known here, the collection was lost:
what was said of it is void at once, by its generation, and all posts are work again.

What there is to do is enqueued as stored posts are, by arrivals, so that a hundred thousand posts
do not keep anybody waiting. Work that a worker has at that moment is done again.
"""

from collections.abc import Iterable

from storage.database import Connection, Database, Row
from storage.leases import decisive
from storage.meaning_queries import meaning_sql
from storage.meaning_rows import CollectionRow

LONG_SECONDS = 600.0  # for one statement that goes through all posts


async def known(db: Database, *, counted: bool = True) -> list[CollectionRow]:
    """Return the collections, the active one first.

    Unless their posts are `counted`, which goes through all of them, both numbers are 0.
    """
    rows = await db.fetch(meaning_sql.collections, None, counted)
    return [_collection(row) for row in rows]


async def begin(
    db: Database, name: str, *, model: str, dimension: int, epoch: str
) -> CollectionRow:
    """Know a collection: active if none is, else being built; all posts become work for it.

    One that is known as it is stays as it is; of one that is not, what was said is void.
    """
    async with decisive(db) as connection:
        await connection.execute(meaning_sql.lock_collections)
        values = (name, model, dimension, epoch)
        if await connection.fetchrow(meaning_sql.know_collection, *values) is not None:
            await connection.execute(meaning_sql.hold_channels, timeout=LONG_SECONDS)
            # Only now: another statement is another look at which channels are left.
            await connection.execute(meaning_sql.index_all, timeout=LONG_SECONDS)
            await connection.execute(meaning_sql.index_again, timeout=LONG_SECONDS)
        (row,) = await connection.fetch(meaning_sql.collections, name, True, timeout=LONG_SECONDS)
    return _collection(row)


async def activate(db: Database, name: str) -> bool:
    """Let a collection answer if it is complete; whether it does. The other is to be built then."""
    async with decisive(db) as connection:
        await connection.execute(meaning_sql.lock_collections)
        rows = await connection.fetch(meaning_sql.collections, name, True, timeout=LONG_SECONDS)
        if not rows or (rows[0]["state"] != "active" and rows[0]["missing"]):
            return False
        await connection.execute(meaning_sql.retire_collection)
        await connection.execute(meaning_sql.activate_collection, name)
    return True


async def forget(db: Database, name: str) -> None:
    """Know a collection no more."""
    async with decisive(db) as connection:
        await connection.execute(meaning_sql.lock_collections)
        await connection.execute(meaning_sql.forget_collection, name, timeout=LONG_SECONDS)


async def held_channels(db: Database) -> list[int]:
    """Return the ids of all channels of which posts are held, and so may be in a collection."""
    return [row["id"] for row in await db.fetch(meaning_sql.held_channels)]


async def reconcile(db: Database, collection: str, channel: int, found: Iterable[int]) -> int:
    """Compare what a collection holds of a channel with what is said; return how much differed.

    What is said and not there is said no more and is to be indexed, as is what nobody works at
    and nobody speaks of; what is there and not held is to be removed.
    """
    async with decisive(db) as connection:
        if await connection.fetchrow(meaning_sql.hold_collection, collection) is None:
            return 0
        await connection.execute(meaning_sql.lock_one_channel, channel)
        rows = await connection.fetch(meaning_sql.differences, collection, channel, list(found))
        missing = [row["id"] for row in rows if row["what"] == "missing"]
        strange = [row["id"] for row in rows if row["what"] == "strange"]
        await _enqueue(connection, channel, missing, strange)
        await connection.execute(meaning_sql.unsay, collection, channel, missing)
    return len(rows)


async def _enqueue(
    connection: Connection, channel: int, missing: list[int], strange: list[int]
) -> None:
    if missing:
        await connection.execute(meaning_sql.arm_index, channel, missing)
    if strange:
        await connection.execute(meaning_sql.arm_removal, channel, strange)


def _collection(row: Row) -> CollectionRow:
    return CollectionRow(**row)
