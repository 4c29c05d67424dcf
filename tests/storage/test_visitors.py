"""Who writes to the bot, and who may not."""

import asyncio
from datetime import UTC, datetime, time, timedelta

import pytest

from storage import digests, forgetting, notices, posts, reports, schedule, subscriptions, visitors
from storage.bot_rows import Visitor, VisitorRow
from storage.database import Database
from storage.errors import UnknownTimezone, UnknownVisitor
from storage.rows import NoticeRow
from tests.storage.conftest import Own
from tests.storage.found import seen as channel_seen

pytestmark = pytest.mark.anyio

VERA, BORIS, OPERATOR = 42, 43, 1
NOW = datetime(2026, 5, 2, 10, tzinfo=UTC)
WRITTEN = "SELECT xmin::text FROM visitors WHERE account = 42"


async def visit(db: Database, account: int = VERA, name: str = "Вера") -> Visitor:
    """Write to the bot."""
    return await visitors.visit(db, account, name, "ru")


async def register(db: Database, account: int = VERA, state: str = "READY") -> None:
    """Register an account."""
    await db.execute("INSERT INTO accounts (id, state) VALUES ($1, $2)", account, state)


async def tell(db: Database, account: int | None, kind: str, *, days: int = 0) -> None:
    """Write a notice, so many days ago."""
    async with db.transaction() as connection:
        await notices.write_on(connection, account, kind, "once", {})
    ago = "UPDATE notices SET created_at = now() - make_interval(days => $2) WHERE kind = $1"
    await db.execute(ago, kind, days)


def kinds(found: list[NoticeRow]) -> list[str]:
    """Return what they are about."""
    return [each.kind for each in found]


async def test_whoever_writes_is_known_from_then_on(db: Database) -> None:
    """Without an account: by name and language, which follow what Telegram says."""
    first = await visit(db)
    assert (first.account, first.name, first.language, first.timezone) == (42, "Вера", "ru", "UTC")
    assert (first.language_chosen, first.banned_at, first.blocked_at) == (False, None, None)
    assert first.first_at == first.seen_at
    again = await visitors.visit(db, VERA, "Vera", "en")
    assert (again.name, again.language, again.first_at) == ("Vera", "en", first.first_at)
    assert await visitors.load(db, VERA) == again
    assert await visitors.load(db, BORIS) is None


async def test_whoever_writes_often_is_written_down_once_a_minute(db: Database) -> None:
    """Within a minute the row is not touched; after it, or when something is new, it is."""
    first = await visit(db)
    before = await db.fetch_value(WRITTEN)
    assert await visit(db) == first
    assert await db.fetch_value(WRITTEN) == before
    await db.execute("UPDATE visitors SET seen_at = seen_at - interval '61 seconds'")
    later = await visit(db)
    assert later.seen_at >= first.seen_at
    assert await db.fetch_value(WRITTEN) != before


async def test_first_messages_at_once_are_of_one_visitor(db: Database) -> None:
    """None of them fails, and all are told the same."""
    found = await asyncio.gather(*(visit(db) for _ in range(8)))
    assert {each.first_at for each in found} == {found[0].first_at}


async def test_a_name_of_any_kind_is_kept(db: Database) -> None:
    """NULs and broken characters are dropped, and what is endless is cut."""
    assert (await visit(db, name="a\0b\ud800" + "c" * 9999)).name == "ab" + "c" * 298


async def test_a_choice_outweighs_telegram(db: Database) -> None:
    """The language stays as it was chosen, whatever Telegram says; what is not chosen stays."""
    await visit(db)
    chosen = await visitors.choose(db, VERA, language="en", timezone=None, now=NOW)
    assert (chosen.language, chosen.language_chosen, chosen.timezone) == ("en", True, "UTC")
    await visitors.choose(db, VERA, language=None, timezone="Asia/Tokyo", now=NOW)
    again = await visit(db)
    assert (again.language, again.timezone) == ("en", "Asia/Tokyo")


async def test_what_is_no_time_zone_is_not_chosen(db: Database) -> None:
    """It is refused before anything is written."""
    await visit(db)
    with pytest.raises(UnknownTimezone):
        await visitors.choose(db, VERA, language="en", timezone="Europe/Nowhere", now=NOW)
    assert (await visit(db)).language == "ru"


async def test_a_stranger_has_no_choice(db: Database) -> None:
    """Who never wrote to the bot is not made a visitor by it."""
    with pytest.raises(UnknownVisitor, match="42"):
        await visitors.choose(db, VERA, language="en", timezone=None, now=NOW)
    assert await visitors.load(db, VERA) is None


async def test_another_time_zone_moves_the_digest(db: Database) -> None:
    """At once, and an occurrence that is being made by the old one counts no more."""
    await register(db)
    await visit(db)
    plan = await digests.plan(db, VERA, time(9), now=NOW)
    assert plan.next_at == datetime(2026, 5, 3, 9, tzinfo=UTC)
    (due,) = await digests.due(db, 9, now=plan.next_at, seconds=60)
    await visitors.choose(db, VERA, language=None, timezone="Asia/Tokyo", now=plan.next_at)
    moved = await digests.load(db, VERA)
    assert moved is not None
    assert moved.next_at == datetime(2026, 5, 4, 0, tzinfo=UTC)
    assert not await digests.sent(db, VERA, due.lease, now=plan.next_at)


async def test_a_ban_says_since_when_and_why(db: Database) -> None:
    """Known or not, once; the visitor learns it with the next message."""
    assert await visitors.ban(db, VERA, by=OPERATOR, reason="spam")
    assert not await visitors.ban(db, VERA, by=None, reason="again")
    found = await visit(db)
    assert (found.banned_at is not None, found.ban_reason) == (True, "spam")
    assert await visitors.banned(db) == [VERA]
    assert await visitors.unban(db, VERA)
    assert not await visitors.unban(db, VERA)
    assert (await visit(db)).banned_at is None


async def test_D9_a_ban_outlives_forgetting_as_a_bare_id(db: Database, own: Own) -> None:
    """Who is forgotten and comes back is banned still; why is forgotten."""
    hold = await own(VERA)
    await visit(db)
    await visitors.ban(db, VERA, by=OPERATOR, reason="wrote to Вера's friends")
    await visitors.ban(db, BORIS, by=VERA, reason="spam")
    await forgetting.forget(db, hold)
    assert await visitors.load(db, VERA) is None
    back = await visit(db)
    assert (back.banned_at is not None, back.ban_reason) == (True, None)
    assert (await visit(db, BORIS)).ban_reason == "spam"


async def test_nothing_is_read_for_the_banned(db: Database, own: Own) -> None:
    """Their channels are not due, their memberships are not confirmed; nobody else's wait."""
    hold = await own(VERA)
    for account, channels in ((VERA, (7, 8)), (BORIS, (8,))):
        hold = await own(account)
        await db.execute("UPDATE accounts SET state = 'READY' WHERE id = $1", account)
        await posts.follow(db, hold, [channel_seen(each) for each in channels])
    await visitors.ban(db, VERA, by=None, reason="")
    node = str(hold.incarnation)
    due = await schedule.due(db, node, 9, now=datetime.now(UTC), seconds=60)
    assert [each.channel for each in due] == [8]
    far = datetime.now(UTC) + timedelta(days=9)
    assert await schedule.due_accounts(db, node, 9, now=far, seconds=60) == [BORIS]
    await schedule.tell_unread(db, now=far)
    assert {each.account for each in await notices.pending(db, limit=9)} == {BORIS, None}


async def test_the_banned_read_what_nobody_else_can(db: Database, own: Own) -> None:
    """A channel of theirs is read by others; one that is theirs alone only when somebody asks."""
    for account, channels in ((VERA, (7, 8)), (BORIS, (8,))):
        hold = await own(account)
        await db.execute("UPDATE accounts SET state = 'READY' WHERE id = $1", account)
        await posts.follow(db, hold, [channel_seen(each) for each in channels])
    await visitors.ban(db, VERA, by=None, reason="")
    found = {channel: await subscriptions.readers(db, channel) for channel in (7, 8)}
    assert [each.account for each in found[7]] == [VERA]
    assert [each.account for each in found[8]] == [BORIS]


async def test_notices_go_to_those_whom_they_reach(db: Database) -> None:
    """Not to the banned, to those who blocked the bot, or never wrote to it; the rest in order."""
    for account in (42, 43, 44, 45):
        await register(db, account)
        await tell(db, account, f"to {account}")
    await tell(db, None, "to the operator")
    for account in (42, 43, 44):
        await visit(db, account)
    await visitors.ban(db, 43, by=None, reason="")
    await visitors.block(db, 44)
    assert kinds(await visitors.tellable(db, limit=9)) == ["to 42", "to the operator"]
    assert kinds(await visitors.tellable(db, limit=1)) == ["to 42"]
    await visitors.unban(db, 43)
    await visit(db, 44)
    told = await visitors.tellable(db, limit=9)
    assert kinds(told) == ["to 42", "to 43", "to 44", "to the operator"]
    assert len(await notices.pending(db, limit=9)) == 5


async def test_what_the_operator_is_not_told_crowds_nobody_out(db: Database) -> None:
    """However many wait for an operator whom nothing reaches: each person's oldest has its turn."""
    for number in range(5):
        await tell(db, None, f"operator {number}")
    for account in (42, 43):
        await register(db, account)
        await visit(db, account)
        await tell(db, account, f"first of {account}")
    await tell(db, 42, "second of 42")
    assert kinds(await visitors.tellable(db, limit=5)) == [
        "operator 0",
        "first of 42",
        "first of 43",
        "operator 1",
        "second of 42",
    ]


@pytest.mark.parametrize("way_back", ["unblock", "visit", "meanwhile"])
async def test_what_became_stale_is_not_told_any_more(db: Database, way_back: str) -> None:
    """Who has blocked the bot and is back gets the news of a week, and none of what is older."""
    for account in (VERA, BORIS):
        await register(db, account)
        await visit(db, account)
    await tell(db, VERA, "fresh", days=6)
    await tell(db, VERA, "stale", days=8)
    await tell(db, BORIS, "old", days=99)
    await visitors.block(db, VERA)
    if way_back == "meanwhile":
        assert kinds(await visitors.tellable(db, limit=9)) == ["old"]
        assert kinds(await notices.pending(db, account=VERA, limit=9)) == ["fresh"]
    if way_back == "visit":
        assert (await visit(db)).blocked_at is None
    else:
        await visitors.unblock(db, VERA)
    assert kinds(await visitors.tellable(db, limit=9)) == ["fresh", "old"]


async def test_who_never_blocked_the_bot_is_told_what_is_old(db: Database) -> None:
    """A bot that was down for long tells it all the same, whatever is noted of them."""
    await register(db)
    await visit(db)
    await tell(db, VERA, "old", days=99)
    await visitors.unblock(db, VERA)
    await visit(db)
    assert kinds(await visitors.tellable(db, limit=9)) == ["old"]


async def test_the_operator_sees_everybody(db: Database, own: Own) -> None:
    """Who has an account, wrote to the bot, or is banned; with what is known of each."""
    hold = await own(VERA)
    await db.execute("UPDATE accounts SET state = 'READY' WHERE id = $1", VERA)
    await posts.follow(db, hold, [channel_seen(7), channel_seen(8)])
    await posts.unfollow(db, VERA, 8)
    await reports.add(db, VERA, NOW, {"added": 36})
    until = datetime.now(UTC) + timedelta(hours=1)
    await db.execute("INSERT INTO floods VALUES ($1, 'history', $2)", VERA, until)
    await register(db, BORIS, "EXPIRED")
    await visitors.ban(db, 44, by=None, reason="spam")
    await visit(db, VERA)
    await visit(db, 45, "Гость")
    rows = {each.account: each for each in await all_(db)}
    assert set(rows) == {VERA, BORIS, 44, 45}
    vera = rows[VERA]
    assert (vera.name, vera.state, vera.channels, vera.added) == ("Вера", "READY", 1, 36)
    assert (vera.read_at, vera.flood_until) == (NOW, until)
    assert (rows[BORIS].name, rows[BORIS].state, rows[BORIS].seen_at) == (None, "EXPIRED", None)
    assert (rows[44].ban_reason, rows[44].state) == ("spam", None)
    assert (rows[45].state, rows[45].channels, rows[45].added) == (None, 0, None)


async def all_(
    db: Database, query: str | None = None, kind: str | None = None, limit: int = 9, offset: int = 0
) -> list[VisitorRow]:
    """List them as the operator does."""
    return await visitors.all(db, query=query, kind=kind, limit=limit, offset=offset)


async def test_the_operator_finds_somebody(db: Database) -> None:
    """By a part of the name in any case, by the id, by a state, page by page."""
    for account, name in ((42, "Вера"), (43, "Вероника"), (44, "100%")):
        await visit(db, account, name)
        age = "UPDATE visitors SET seen_at = now() - $1 * interval '1 day' WHERE account = $2"
        await db.execute(age, account, account)
    await register(db, 43)
    await visitors.ban(db, 44, by=None, reason="")
    await visitors.block(db, 42)

    async def ids(**how: str | int) -> list[int]:
        return [each.account for each in await all_(db, **how)]  # type: ignore[arg-type]

    assert await ids() == [42, 43, 44]
    assert await ids(query="вер") == [42, 43]
    assert await ids(query=" 43 ") == [43]
    assert await ids(query="%") == [44]
    assert await ids(query="nobody") == []
    assert await ids(kind="READY") == [43]
    assert await ids(kind="banned") == [44]
    assert await ids(kind="blocked") == [42]
    assert await ids(kind="visitor") == [42, 44]
    assert await ids(limit=1, offset=1) == [43]


@pytest.mark.parametrize("how", [{"kind": "unheard of"}, {"limit": 0}, {"limit": 1001}])
async def test_an_odd_list_is_refused(db: Database, how: dict[str, object]) -> None:
    """A fault of the program is told as one."""
    with pytest.raises(ValueError, match=r"state|limit"):
        await all_(db, **how)  # type: ignore[arg-type]
