"""How everything is doing, for the operator."""

from datetime import UTC, datetime, timedelta

import pytest

from storage import overview, posts, visitors, work
from storage.bot_rows import FloodRow, WorkOverview
from storage.database import Database
from tests.storage.conftest import Own
from tests.storage.found import seen
from tests.storage.storing import claim, store

pytestmark = pytest.mark.anyio


async def test_nothing_is_nothing(db: Database) -> None:
    """Of an empty house every number is 0, and every kind of work is named."""
    found = await overview.describe(db, now=datetime.now(UTC))
    assert (found.states, found.visitors, found.blocked, found.banned) == ({}, 0, 0, 0)
    assert (found.freshness.channels, found.freshness.unread, found.floods) == (0, {}, ())
    assert [each.kind for each in found.work] == ["index", "tag", "unindex"]
    assert {(each.due, each.waiting, each.dead) for each in found.work} == {(0, 0, 0)}


async def test_everything_is_counted(db: Database, own: Own) -> None:
    """Accounts by state, channels, waits, and work with the reasons why most was given up."""
    hold = await own(42)
    await db.execute("UPDATE accounts SET state = 'READY'")
    await own(43)
    await posts.follow(db, hold, [seen(7), seen(8)])
    await store(db, hold, *range(1, 9), channel=7)
    for number, item in enumerate(await claim(db, "tag")):
        reason = "broken" if number < 3 else "empty"
        if number < 5:
            await work.dead(db, item.row, reason)
        elif number < 7:
            later = datetime.now(UTC) + timedelta(hours=1)
            await work.later(db, item.row, later, "no budget", failed=False)
    await store(db, hold, 20, 21, channel=7)
    for account in (42, 44):
        await visitors.visit(db, account, "name", "ru")
    await visitors.block(db, 44)
    await visitors.ban(db, 45, by=None, reason="")
    now = datetime.now(UTC)
    until = now + timedelta(hours=1)
    await db.execute("INSERT INTO floods VALUES (42, 'history', $1), (43, 'join', $2)", until, now)
    found = await overview.describe(db, now=now)
    assert found.states == {"NEW": 1, "READY": 1}
    assert (found.visitors, found.blocked, found.banned) == (2, 1, 1)
    assert (found.freshness.channels, found.freshness.due) == (2, 2)
    assert found.floods == (FloodRow(account=42, method="history", until=until),)
    tag = WorkOverview(kind="tag", due=2, waiting=3, dead=5, reasons={"broken": 3, "empty": 2})
    assert found.work[1] == tag
    assert (found.work[0].due, found.work[0].dead) == (10, 0)
