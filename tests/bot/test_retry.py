"""`tgactors retry`: failed work, done again."""

from __future__ import annotations

import asyncio

from storage.database import Database
from storage.queries import sql
from tests.bot.conftest import PERSON, CommandLine

GIVEN_UP = """
UPDATE work SET attempts = 8, reason = 'a model has failed', not_before = now() + interval '1 day',
    dead_at = CASE WHEN post_id % 2 = 0 THEN now() END
WHERE kind = 'tag'
"""


def test_what_was_given_up_is_done_after_all(known: CommandLine, dsn: str) -> None:
    """Both what waits and what is dead is due at once, and the next parse does it."""
    known.run("parse", PERSON, TGACTORS_WORKERS="false")

    async def give_up() -> None:
        async with await Database.open(dsn, connections=1) as db:
            await db.execute(sql.spread_some_arrivals, 1_000_000)
            await db.execute(GIVEN_UP)

    asyncio.run(give_up())
    parsed = known.run("parse", PERSON, "--json", TGACTORS_WORKERS="true").facts
    assert (parsed["tagged"], parsed["indexed"]) == (0, 36)
    done = known.run("retry", PERSON)
    assert (done.status, done.err) == (0, "")
    assert done.out == "36 pieces of work due now, for whoever runs the workers.\n"
    parsed = known.run("parse", PERSON, "--json", TGACTORS_WORKERS="true").facts
    assert (parsed["tagged"], parsed["indexed"], parsed["pending"]) == (36, 0, 0)


def test_where_nothing_waits_nothing_is_done(beside: CommandLine) -> None:
    """A program is told a number, also of an account that nobody knows."""
    assert beside.run("retry", 7, "--json").facts == {"account": 7, "due": 0}
