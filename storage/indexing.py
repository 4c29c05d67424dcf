"""What is said to be in the collections of vectors.

Theory of operation. While one collection is being built another one answers, and a post belongs
into both. Its index work is one row all the same: who claims it is told in which collections the
post is missing (`WorkItem.missing_in`), writes it into each and says so of each (`keep`), and the
row is removed with the last of them. So whoever is killed between two collections is asked for the
second one only, and a post that is missing in none has nothing to be done for: its row is finished.

A change of the post voids what is said of it everywhere. What was said of a collection that was
lost is void by its generation, without being touched.
"""

from collections.abc import Sequence

from storage import work
from storage.database import Connection, Database
from storage.leases import decisive
from storage.meaning_queries import meaning_sql
from storage.rows import WorkRow
from storage.tagging import held_on


async def keep(
    db: Database, collection: str, rows: Sequence[WorkRow], empty: Sequence[WorkRow] = ()
) -> int:
    """Say that claimed posts are in a collection; their work goes with the last collection.

    The `empty` ones have nothing to embed, which counts as being in it. Return of how many it
    counts: not of those whose work went to another worker, or whose post has changed, and of none
    if the collection is not known.
    """
    async with decisive(db) as connection:
        if await connection.fetchrow(meaning_sql.hold_collection, collection) is None:
            return 0
        held = await held_on(connection, [*rows, *empty])
        locked = await connection.fetch(
            meaning_sql.lock_work,
            [row.kind for row in held],
            [row.channel_id for row in held],
            [row.post_id for row in held],
            [row.lease for row in held],
        )
        changed = {(row["channel_id"], row["post_id"]) for row in locked if row["again"]}
        kept = {(row["channel_id"], row["post_id"]) for row in locked} - changed
        nothing = {(row.channel_id, row.post_id) for row in empty}
        whole = await _write(connection, collection, sorted(kept), nothing)
        ended = [row for row in held if (row.channel_id, row.post_id) in changed | whole]
        await work.done_on(connection, ended)
    return len(kept)


async def _write(
    connection: Connection,
    collection: str,
    kept: Sequence[tuple[int, int]],
    empty: set[tuple[int, int]],
) -> set[tuple[int, int]]:
    """Say that posts are in a collection; return those that are in all of them now."""
    rows = await connection.fetch(
        meaning_sql.keep_indexed,
        collection,
        [channel for channel, _ in kept],
        [post for _, post in kept],
        [each in empty for each in kept],
    )
    return {(row["channel_id"], row["post_id"]) for row in rows}
