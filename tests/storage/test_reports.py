"""Reports of parses."""

from datetime import UTC, datetime, timedelta

import pytest

from storage import reports
from storage.database import Database
from storage.errors import UnknownAccount
from tests.storage.following import account

pytestmark = pytest.mark.anyio

NOW = datetime.now(UTC)


@pytest.fixture(autouse=True)
async def accounts(db: Database) -> None:
    """Two accounts."""
    await account(db, 42, 43)


async def test_a_report_comes_back_as_it_was_added(db: Database) -> None:
    """The newest report carries whose it is, when it began, and its values."""
    report = {"added": 36, "unread": [{"title": "Лента\0", "channel": 7}], "flood_until": None}
    id_ = await reports.add(db, 42, NOW, report)
    found = await reports.last(db, 42)
    assert found is not None
    assert (found.id, found.account, found.began_at) == (id_, 42, NOW)
    assert found.report == report | {"unread": [{"title": "Лента", "channel": 7}]}
    assert found.began_at.utcoffset() == timedelta(0)


async def test_the_last_report_is_the_one_that_began_last(db: Database) -> None:
    """Whenever they were added, and whoever else has reports; of two at once the later counts."""
    assert await reports.last(db, 42) is None
    for seconds in (10, 20, 5):
        await reports.add(db, 42, NOW + timedelta(seconds=seconds), {"at": seconds})
    await reports.add(db, 43, NOW + timedelta(seconds=30), {"at": 30})
    for again in range(2):
        last = await reports.last(db, 42)
        assert last is not None
        assert last.report == {"at": 20, **({"again": 1} if again else {})}
        await reports.add(db, 42, NOW + timedelta(seconds=20), {"at": 20, "again": 1})


async def test_reports_are_kept_for_90_days(db: Database) -> None:
    """Adding one drops those of anybody that are older, and no younger one."""
    for days in (91, 89):
        await reports.add(db, 43, NOW - timedelta(days=days), {"days": days})
    await reports.add(db, 42, NOW, {})
    rows = await db.fetch("SELECT account, report ->> 'days' AS days FROM reports ORDER BY id")
    assert [tuple(row) for row in rows] == [(43, "89"), (42, None)]


async def test_an_account_that_is_gone_has_no_reports(db: Database) -> None:
    """Its reports go with it, and it gets no new one."""
    await reports.add(db, 42, NOW, {})
    await db.execute("DELETE FROM accounts WHERE id = 42")
    assert await reports.last(db, 42) is None
    with pytest.raises(UnknownAccount, match="42"):
        await reports.add(db, 42, NOW, {})
    assert await db.fetch_value("SELECT count(*) FROM reports") == 0
