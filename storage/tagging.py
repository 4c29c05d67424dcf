"""The tags of posts, as they are found.

Theory of operation. A post's tags are a row beside it, and without one they are awaited. The row
is written by the transaction that removes the tagging's work and counts what it cost, so a program
that is killed has done all of it or nothing. It is for good: only another text voids it, in the
transaction that stores that text, and somebody's wish to try again what was given up.

Whoever keeps something of a post holds the post first, then its work, and waits for neither: what
is being removed is passed by. Whoever changes or removes a post has it before its work too, so
that no two wait for each other.
"""

from collections.abc import Sequence

from storage import spending, work
from storage.database import Connection, Database
from storage.leases import decisive
from storage.meaning_queries import meaning_sql
from storage.meaning_rows import Spending, TagResult
from storage.rows import WorkRow
from storage.text import json_text, storable


async def keep(
    db: Database, results: Sequence[TagResult], spendings: Sequence[Spending] = ()
) -> int:
    """Keep what tagging came to, remove its work, count its cost, in one transaction.

    Return how many results count: not those whose work went to another worker, or whose post has
    changed. What they have cost is counted all the same.
    """
    async with decisive(db) as connection:
        held = await held_on(connection, [result.row for result in results])
        done = {_post(row) for row in await work.done_on(connection, held)}
        first = {_post(result.row): result for result in reversed(results)}
        kept = [result for post, result in first.items() if post in done]
        if kept:
            await _write(connection, kept)
        await spending.keep_on(connection, spendings)
    return len(kept)


async def held_on(connection: Connection, rows: Sequence[WorkRow]) -> list[WorkRow]:
    """Keep posts from being removed in this transaction; of those that are, leave out the work."""
    found = await connection.fetch(
        meaning_sql.hold_posts, [row.channel_id for row in rows], [row.post_id for row in rows]
    )
    held = {(row["channel_id"], row["id"]) for row in found}
    return [row for row in rows if _post(row) in held]


async def _write(connection: Connection, kept: Sequence[TagResult]) -> None:
    await connection.execute(
        meaning_sql.keep_tags,
        [result.row.channel_id for result in kept],
        [result.row.post_id for result in kept],
        [result.state for result in kept],
        [result.reason and storable(result.reason) for result in kept],
        [json_text(result.tags) for result in kept],
        [result.provider and storable(result.provider) for result in kept],
        [result.model and storable(result.model) for result in kept],
    )


def _post(row: WorkRow) -> tuple[int, int]:
    return row.channel_id, row.post_id
