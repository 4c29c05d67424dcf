"""Forgetting an account."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, time, timedelta

import pytest

from storage import (
    accounts,
    allowances,
    digests,
    floods,
    folders,
    forgetting,
    indexing,
    invites,
    login_links,
    notices,
    posts,
    reports,
    retention,
    schedule,
    sends,
    sessions,
    spending,
    tagging,
    tokens,
    visitors,
    work,
)
from storage.database import Database
from storage.errors import StatementRefused
from storage.meaning_rows import Spending
from storage.rows import Amendment, Batch, ChannelSeen, Forgotten, Hold
from storage.sessions import Vault, new_key
from tests.storage.conftest import Own
from tests.storage.found import message
from tests.storage.storing import claim, tagged

pytestmark = pytest.mark.anyio

VAULT = Vault([new_key()])
MINE, OTHER = 8124731874, 43
SHARED, OURS, LEFT_BY_BOTH, LEFT_BY_OTHER, LEFT_BY_ME = (900100100 + n for n in range(5))
NOBODYS = {"collections", "house", "migrations", "nodes", "pollers", "storings"}
"""Tables in which an account can have nothing."""

COLUMNS = """
    SELECT relname::text AS table, quote_ident(relname) AS source, quote_ident(attname) AS column
    FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid
    WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p')
        AND attnum > 0 AND NOT attisdropped
"""
BLOCKED = "SELECT count(DISTINCT pid) FROM pg_locks WHERE NOT granted"


def needles() -> set[str]:
    """How anything that is the account's alone looks when any column of any type is read as text.

    Its own id also as bytes, and everything else of its own is marked with a word.
    """
    words = {str(MINE), "mine", str(OURS), str(LEFT_BY_BOTH), str(LEFT_BY_OTHER)}
    number = MINE.to_bytes(8, "big")
    return words | {word.encode().hex() for word in words} | {number.hex(), number[::-1].hex()}


async def traces(db: Database) -> set[str]:
    """Every column of the schema in which something of the account is found."""
    found = set()
    for row in await db.fetch(COLUMNS):
        column, source = row["column"], row["source"]
        values = await db.fetch(f"SELECT {column}::text FROM {source} WHERE {column} IS NOT NULL")  # noqa: S608
        if any(needle in value[0] for value in values for needle in needles()):
            found.add(f"{row['table']}.{column}")
    return found


async def follow(db: Database, hold: Hold, *channels: int) -> None:
    """Follow channels, each titled by whether anybody else will see it."""
    theirs = {SHARED, LEFT_BY_ME}
    seen = [
        ChannelSeen(
            id=channel,
            access_hash=1 if hold.account == OTHER else MINE,
            title="shared" if channel in theirs else "mine",
            username="shared" if channel in theirs else "mine",
            top=9,
            pts=None,
        )
        for channel in channels
    ]
    await posts.follow(db, hold, seen)


async def store(db: Database, hold: Hold, channel: int, text: str) -> None:
    """Store two posts of a channel."""
    found = tuple(message(id, channel=channel, text=text) for id in (1, 2))  # noqa: A001
    await posts.store(db, hold, Batch(channel_id=channel, floor=1, read=(1, 9), posts=found))


async def tell(db: Database, account: int | None, data: dict[str, object]) -> None:
    """Write a notice."""
    async with db.transaction() as connection:
        await notices.write_on(connection, account, "kind", str(data), data)


def cost(account: int) -> Spending:
    """Tokens that an account has spent."""
    return Spending(
        account=account,
        provider="p",
        model="m",
        purpose="ask",
        prompt_tokens=1,
        completion_tokens=1,
    )


async def know(db: Database) -> None:
    """Have all posts tagged, and indexed in part, so that there is work and what came of it."""
    await db.execute(
        "INSERT INTO collections (name, model, dimension, epoch, state) "
        "VALUES ('model-3', 'model', 3, 'e', 'active')"
    )
    items = await claim(db, "tag")
    await tagging.keep(db, [tagged(item.row, item.text) for item in items])
    rows = [item.row for item in await claim(db, "index", lease=timedelta(0))]
    some = [row for row in rows if row.channel_id in {SHARED, OURS}]
    assert await indexing.keep(db, "model-3", some) == 4
    await db.execute("INSERT INTO arrivals (channel_id, posts) VALUES ($1, '{1}')", OURS)


async def come(db: Database, account: int) -> None:
    """Write to the bot, plan a digest, ask a question, be allowed more, and other wishes."""
    await visitors.visit(db, account, "mine" if account == MINE else "theirs", "ru")
    await digests.plan(db, account, time(9), now=datetime.now(UTC))
    await tokens.issue(db, name="a token", account=account)
    await login_links.make(db, account)
    await retention.want(db, account, retention.LONGEST)
    await allowances.set_limits(db, account, channels=9, questions_per_day=9)
    await allowances.take_question(db, account)


@pytest.fixture
async def mine(db: Database, own: Own) -> Hold:
    """An account that has left something everywhere, beside another that has too."""
    spent, reserved = await invites.create(db, uses=2), await invites.create(db)
    hold, other = await own(MINE), await own(OTHER)
    for held in (hold, other):
        await invites.claim(db, spent.code, held.account, 600)
        await sessions.admit(db, VAULT, held, "READY", None, b"record")
        await db.execute("UPDATE sessions SET record = 'mine' WHERE account = $1", MINE)
        await tell(db, held.account, {"reason": "whatever"})
        await tell(db, None, {"account": held.account})
    await invites.claim(db, reserved.code, MINE, 600)
    await db.execute("INSERT INTO quarantined_sessions VALUES ($1, 'mine', 'reason')", MINE)
    await follow(db, hold, SHARED, OURS, LEFT_BY_BOTH, LEFT_BY_OTHER, LEFT_BY_ME)
    await follow(db, other, SHARED, LEFT_BY_BOTH, LEFT_BY_OTHER, LEFT_BY_ME)
    for channel in (SHARED, OURS, LEFT_BY_BOTH, LEFT_BY_OTHER, LEFT_BY_ME):
        await store(db, hold, channel, "shared" if channel in {SHARED, LEFT_BY_ME} else "mine")
    edit = message(1, channel=OURS, text="mine, edited")
    await posts.amend(
        db,
        hold,
        Amendment(channel_id=OURS, seen=(edit,), deleted=(), window=None, pts=None, swept_to=None),
    )
    await follow(db, hold, SHARED, OURS, LEFT_BY_OTHER)
    await follow(db, other, SHARED, LEFT_BY_ME)
    now = datetime.now(UTC)
    for held in (hold, other):
        await floods.note(db, held, floods.HISTORY, now + timedelta(hours=1), now=now)
        await sends.keep(db, held, "join", now, since=now)
        await reports.add(db, held.account, now, {"added": 1})
        await spending.keep(db, [cost(held.account)])
        await folders.follow(db, held, 7, "mine" if held is hold else "theirs")
        await come(db, held.account)
    await know(db)
    assert await schedule.tell_unread(db, now=now + timedelta(days=1)) == 5 + 4
    for account in (MINE, OTHER):
        await visitors.ban(db, account, by=MINE, reason="mine" if account == MINE else "theirs")
    return hold


async def others_view(db: Database) -> list[object]:
    """All that another account can see."""
    told = await notices.pending(db, limit=99)
    return [
        await accounts.load(db, OTHER),
        await sessions.load(db, VAULT, OTHER),
        await posts.channels(db, OTHER),
        await posts.newest(db, OTHER, 99),
        [each for each in told if OTHER in (each.account, each.data.get("account"))],
        [(invite.label, invite.spent) for invite in await invites.all(db)],
    ]


async def test_every_table_is_looked_at(db: Database, mine: Hold) -> None:
    """The account has left something in every table where it can, so none is passed by unseen.

    A new table fails here until `mine` fills it, or NOBODYS names it.
    """
    tables = {row["table"] for row in await db.fetch(COLUMNS)}
    found = {trace.split(".")[0] for trace in await traces(db)}
    assert tables - found == NOBODYS | {"invites"}
    assert mine.account == MINE


async def test_nothing_of_a_forgotten_account_is_left(db: Database, mine: Hold) -> None:
    """No column of any table shows its id or what was its alone; what others may see stays.

    Only that channels are to leave the index is noted, until it is done, and that it is banned.
    """
    before = await others_view(db)
    forgotten = await forgetting.forget(db, mine)
    assert await traces(db) == {"work.channel_id", "bans.account"}
    assert await others_view(db) == before
    removals = await work.claim(db, "unindex", "indexer", 9, timedelta(minutes=1))
    assert {row.channel_id for row in removals} == {OURS, LEFT_BY_BOTH, LEFT_BY_OTHER}
    assert await work.done(db, removals) == 3
    assert await traces(db) == {"bans.account"}
    assert await visitors.unban(db, MINE)
    assert await traces(db) == set()
    assert forgotten == Forgotten(account=MINE, subscriptions=5, channels=3, posts=6)
    assert await accounts.load(db, MINE) is None


@pytest.mark.parametrize(
    "column",
    [
        f"bigint DEFAULT {MINE}",
        f"text DEFAULT 'about {MINE}'",
        f"""jsonb DEFAULT '[{{"of": {MINE}}}]'""",
        f"bytea DEFAULT '{MINE}'",
        f"bytea DEFAULT '\\x{MINE:016x}'",
        f"int8multirange DEFAULT '{{[1,2),[{MINE},{MINE + 1})}}'",
        f"text[] DEFAULT '{{x,{MINE}}}'",
        "text DEFAULT 'mine'",
    ],
)
async def test_a_table_without_cascade_is_found(db: Database, mine: Hold, column: str) -> None:
    """A new table that keeps something, whatever the type, would fail the test above."""
    await db.execute(f"CREATE TABLE fresh (id int, held {column})")
    await db.execute("INSERT INTO fresh (id) VALUES (1)")
    await forgetting.forget(db, mine)
    assert await traces(db) == {"fresh.held", "work.channel_id", "bans.account"}


async def test_a_half_done_forgetting_is_undone(db: Database, mine: Hold) -> None:
    """If something still refers to what must go, everything stays as it was."""
    await db.execute("CREATE TABLE fresh (channel bigint REFERENCES channels)")
    await db.execute("INSERT INTO fresh VALUES ($1)", OURS)
    before = await traces(db)
    with pytest.raises(StatementRefused, match="ForeignKeyViolation"):
        await forgetting.forget(db, mine)
    assert await traces(db) == before
    assert await posts.count(db, MINE) == 6


async def test_a_forgotten_account_may_come_back(db: Database, own: Own, mine: Hold) -> None:
    """It is new then, and reads its channels from the beginning."""
    await forgetting.forget(db, mine)
    again = await own(MINE)
    row = await accounts.load(db, MINE)
    assert row is not None
    assert row.state == "NEW"
    await follow(db, again, OURS, SHARED)
    views = await posts.channels(db, MINE)
    assert [view.coverage for view in views] == [(), ((1, 9),)]


@asynccontextmanager
async def locked(db: Database, statement: str, *, waiting: int) -> AsyncIterator[None]:
    """Hold row locks until that many sessions wait for something."""
    async with db.transaction() as connection:
        await connection.execute(f"{statement} FOR UPDATE")
        yield
        async with asyncio.timeout(10):
            while await connection.fetchval(BLOCKED) < waiting:
                """Each look is a round trip, which lets the others run."""


async def test_the_last_two_followers_forgotten_at_once(db: Database, own: Own) -> None:
    """Two accounts that share channels, forgotten at the same time, leave none of them behind."""
    holds = [await own(number) for number in (1, 2)]
    await follow(db, holds[0], *range(1, 9))
    await follow(db, holds[1], *range(8, 0, -1))
    async with locked(db, "SELECT FROM channels WHERE id = 4", waiting=2):
        tasks = [asyncio.create_task(forgetting.forget(db, hold)) for hold in holds]
    done = await asyncio.gather(*tasks)
    assert sorted(forgotten.channels for forgotten in done) == [0, 8]
    assert await db.fetch("SELECT FROM channels") == []


async def test_following_what_is_being_forgotten(db: Database, own: Own) -> None:
    """Whoever follows a channel at the moment of its deletion has it, to be read anew at worst."""
    leaving, coming = await own(1), await own(2)
    await follow(db, leaving, 5)
    await store(db, leaving, 5, "text")
    async with locked(db, "SELECT FROM channels WHERE id = 5", waiting=2):
        forgetting_it = asyncio.create_task(forgetting.forget(db, leaving))
        following_it = asyncio.create_task(follow(db, coming, 5))
    forgotten = await forgetting_it
    await following_it
    (view,) = await posts.channels(db, 2)
    assert (view.posts, view.coverage) == ((0, ()) if forgotten.channels else (2, ((1, 9),)))


async def test_forgetting_with_common_invites_does_not_deadlock(
    dsn: str, db: Database, own: Own
) -> None:
    """Accounts that spent the same invites in opposite orders, forgotten at once, both go."""
    made = [await invites.create(db, uses=2) for _ in range(6)]
    holds = [await own(number) for number in (1, 2)]
    for hold, order in zip(holds, (made, made[::-1]), strict=True):
        for invite in order:
            await invites.claim(db, invite.code, hold.account, 600)
            await sessions.admit(db, VAULT, hold, "READY", None, b"record")
    # As the server would go about it if the tables were large.
    for plan in ("enable_seqscan", "enable_hashjoin", "enable_mergejoin"):
        await db.execute(f"""DO $$BEGIN
            EXECUTE format('ALTER DATABASE %I SET {plan} = off', current_database());
        END$$""")
    async with await Database.open(dsn) as large:
        async with locked(large, f"SELECT FROM invites WHERE id = {made[3].id}", waiting=2):
            tasks = [asyncio.create_task(forgetting.forget(large, hold)) for hold in holds]
        await asyncio.gather(*tasks)
    assert [invite.spent for invite in await invites.all(db)] == [2] * 6
