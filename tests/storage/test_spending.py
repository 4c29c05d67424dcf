"""The tokens that accounts spend."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from storage import posts, spending
from storage.database import Database
from storage.meaning_rows import Spending
from tests.storage.conftest import Own
from tests.storage.found import seen
from tests.storage.storing import claim, store

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("followers")]


def spent(account: int, tokens: int, **more: Any) -> Spending:
    """Tokens of an answer, half of them the question's."""
    values: dict[str, Any] = {"provider": "p", "model": "m", "purpose": "tag"} | more
    half = tokens // 2
    return Spending(account=account, prompt_tokens=half, completion_tokens=tokens - half, **values)


def midnight() -> datetime:
    """When the next day begins in UTC."""
    now = datetime.now(UTC)
    return datetime(now.year, now.month, now.day, tzinfo=UTC) + timedelta(days=1)


@pytest.fixture
async def followers(db: Database, own: Own) -> None:
    """Accounts 42 and 43 that follow channel 7 and are logged in; of 8 only 43 is a follower."""
    for account, channels in ((42, [seen(7)]), (43, [seen(7), seen(8)])):
        await posts.follow(db, await own(account), channels)
    await db.execute("UPDATE accounts SET state = 'READY'")


async def post(db: Database, own: Own, number: int, channel: int = 7) -> None:
    """Store one post."""
    await store(db, await own(43), number, channel=channel)


async def test_tokens_add_up_by_day_and_purpose(db: Database) -> None:
    """Answers of one kind are one row, also within one call; other purposes are others."""
    await spending.keep(db, [spent(42, 4), spent(42, 6), spent(42, 2, purpose="ask")])
    await spending.keep(db, [spent(42, 10)])
    rows = await db.fetch(
        "SELECT day, purpose, prompt_tokens, completion_tokens FROM spendings ORDER BY purpose"
    )
    today = datetime.now(UTC).date()
    assert [tuple(row) for row in rows] == [(today, "ask", 1, 1), (today, "tag", 10, 10)]


async def test_nothing_spent_is_no_row(db: Database) -> None:
    """An empty call writes nothing, and neither does an account that is gone."""
    await spending.keep(db, [])
    await spending.keep(db, [spent(99, 4)])
    assert await db.fetch("SELECT FROM spendings") == []


async def test_the_follower_who_has_spent_least_pays(db: Database, own: Own) -> None:
    """Of those who are logged in; who does not follow the channel pays nothing for it."""
    await spending.keep(db, [spent(43, 10), spent(42, 4)])
    await post(db, own, 1)
    await post(db, own, 1, channel=8)
    items = await claim(db, "tag", cap=100)
    assert {item.row.channel_id: item.payer for item in items} == {7: 42, 8: 43}
    await spending.keep(db, [spent(42, 20)])
    await post(db, own, 2)
    (item,) = await claim(db, "tag", cap=100)
    assert item.payer == 43
    await db.execute("UPDATE accounts SET state = 'EXPIRED' WHERE id = 43")
    await post(db, own, 3)
    (item,) = await claim(db, "tag", cap=100)
    assert item.payer == 42


async def test_when_all_have_spent_their_share_it_waits_for_the_next_day(
    db: Database, own: Own
) -> None:
    """Until the next midnight in UTC; a follower with something left pays at once."""
    await spending.keep(db, [spent(42, 100), spent(43, 99)])
    await post(db, own, 1)
    (item,) = await claim(db, "tag", cap=100)
    assert (item.payer, item.poor_until) == (43, None)
    await spending.keep(db, [spent(43, 1)])
    await post(db, own, 2)
    before = midnight()
    (item,) = await claim(db, "tag", cap=100)
    assert item.payer is None
    assert item.poor_until in {before, midnight()}
    await post(db, own, 3)
    (item,) = await claim(db, "tag")
    assert (item.payer, item.poor_until) == (42, None)


async def test_yesterday_is_over(db: Database, own: Own) -> None:
    """What was spent on another day counts no longer."""
    await spending.keep(db, [spent(42, 100), spent(43, 100)])
    await db.execute("UPDATE spendings SET day = day - 1")
    await post(db, own, 1)
    (item,) = await claim(db, "tag", cap=100)
    assert item.payer == 42
    assert await spending.poor_until(db, 42, 100) is None


@pytest.mark.parametrize("state", ["EXPIRED", "LOGGED_OUT"])
async def test_who_is_not_logged_in_pays_only_where_nobody_else_does(
    db: Database, own: Own, state: str
) -> None:
    """Logging out lifts no cap, and lets nobody else pay for longer than they have tokens."""
    await spending.keep(db, [spent(42, 100), spent(43, 10)])
    await db.execute("UPDATE accounts SET state = $1 WHERE id = 43", state)
    await post(db, own, 1)
    before = midnight()
    (item,) = await claim(db, "tag", cap=100)
    assert (item.payer, item.poor_until in {before, midnight()}) == (None, True)
    await db.execute("UPDATE accounts SET state = $1", state)
    await post(db, own, 2)
    (item,) = await claim(db, "tag", cap=100)
    assert (item.payer, item.poor_until) == (43, None)
    await spending.keep(db, [spent(43, 90)])
    await post(db, own, 3)
    (item,) = await claim(db, "tag", cap=100)
    assert item.payer is None
    assert item.poor_until is not None


async def test_an_account_is_poor_until_midnight(db: Database) -> None:
    """From the token on that reaches the cap; without a cap never."""
    await spending.keep(db, [spent(42, 60), spent(42, 39, purpose="ask")])
    assert await spending.poor_until(db, 42, 100) is None
    await spending.keep(db, [spent(42, 1, purpose="digest")])
    before = midnight()
    assert await spending.poor_until(db, 42, 100) in {before, midnight()}
    assert await spending.poor_until(db, 42, None) is None
    assert await spending.poor_until(db, 43, 100) is None
