"""The second lock: what accounts read is theirs, whatever a statement asks for."""

import asyncio
import importlib
import inspect
import pkgutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import asyncpg
import pytest

import storage
from storage import (
    collections,
    floods,
    indexing,
    lexical,
    meaning,
    notices,
    paging,
    posts,
    reads,
    reports,
    spending,
    tagging,
    work,
)
from storage.database import Connection, Database
from storage.embedded import Postgres
from storage.errors import StatementRefused
from storage.isolation import reading_as
from storage.meaning_rows import Spending
from storage.rows import Batch, Hold
from tests.conftest import within
from tests.storage.conftest import Own
from tests.storage.found import EPOCH, message, seen
from tests.storage.storing import claim, store, tagged

pytestmark = pytest.mark.anyio

ANNA, BORIS = 42, 43
THEIRS = {ANNA: 700700, BORIS: 800800}
"""A private channel of each; both follow the public channel 9, and 10 as far as they see it."""

SHOWN = {
    "channels",
    "collections",
    "indexed",
    "notices",
    "own_readable",
    "own_sight",
    "posts",
    "reports",
    "spendings",
    "subscriptions",
    "tags",
    "work",
}
"""What the reader's role may look at; of `collections` there is nothing that is anybody's."""

OPEN = {"migrations"}
"""Tables without policies: nothing in them is anybody's, and the role may not look at them."""


@pytest.fixture
async def filled(db: Database, own: Own) -> None:
    """Two accounts with something in every table that the role may look at."""
    holds = {account: await own(account) for account in THEIRS}
    await collections.begin(db, "a", model="m", dimension=3, epoch="1")
    for account, hold in holds.items():
        private = [seen(THEIRS[account], username=None, title=f"of {account}")]
        hidden = seen(10, username=None)
        await posts.follow(db, hold, [*private, seen(9), hidden])
        await posts.sees_from(db, hold, THEIRS[account], 0)
        await posts.sees_from(db, hold, 10, {ANNA: 0, BORIS: 4}[account])
        await store(db, hold, 1, 2, channel=THEIRS[account], text=f"secret of {account}")
    await fill_shared(db, holds[ANNA])
    for account, hold in holds.items():
        cost = Spending(
            account=account, provider="p", model="m", purpose="ask",
            prompt_tokens=1, completion_tokens=1,
        )  # fmt: skip
        await spending.keep(db, [cost])
        await reports.add(db, account, datetime.now(UTC), {"of": account})
        await floods.note(db, hold, floods.HISTORY, datetime.now(UTC), now=EPOCH)
        async with db.transaction() as connection:
            await notices.write_on(connection, account, "k", "o", {"of": account})
            await notices.write_on(connection, None, "k", f"{account}", {"account": account})
    for item in await claim(db, "tag"):
        where = f"c{item.row.channel_id}"
        await tagging.keep(db, [tagged(item.row, where, "secret")])
    items = await claim(db, "index")
    await indexing.keep(db, "a", [item.row for item in items if item.row.post_id != 2])
    for item in items:
        if item.row.post_id == 2:
            await work.dead(db, item.row, f"reason of {item.row.channel_id}")


async def fill_shared(db: Database, hold: Hold) -> None:
    """Store posts of channels that both follow; of an album in 10 one sees only the second part."""
    await store(db, hold, 1, channel=9, text="public secret")
    await store(db, hold, 2, channel=10, text="early secret")
    album = tuple(message(id, channel=10, album=5, text=f"part{id} secret") for id in (4, 5))  # noqa: A001
    await posts.store(db, hold, Batch(channel_id=10, floor=None, read=(4, 6), posts=album))
    await store(db, hold, 7, channel=10, text="late secret")


MAY_READ = {
    ANNA: {(700700, 1), (700700, 2), (9, 1), (10, 2), (10, 4), (10, 7)},
    BORIS: {(800800, 1), (800800, 2), (9, 1), (10, 4), (10, 7)},
}
WHOLE = {ANNA: MAY_READ[ANNA], BORIS: MAY_READ[BORIS] - {(10, 4)}}
"""What each may read; of these, less the album of which a part is hidden."""


@asynccontextmanager
async def role(db: Database, account: str | None) -> AsyncIterator[Connection]:
    """Be the reader's role, for an account or for none, with no filter of our own."""
    async with db.transaction() as connection:
        await connection.execute("SET LOCAL ROLE tgactors_reader")
        if account is not None:
            await connection.execute("SELECT set_config('tgactors.account', $1, true)", account)
        yield connection


async def rows(db: Database, account: str | None, statement: str) -> set[tuple[Any, ...]]:
    """What a statement without any filter shows."""
    async with role(db, account) as connection:
        return {tuple(row) for row in await connection.fetch(statement)}


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize("account", THEIRS)
async def test_the_lock_alone_shows_each_their_own(db: Database, account: int) -> None:
    """Whatever table is read whole, what is another's is not there; what is one's own is."""

    async def shown(statement: str) -> set[tuple[Any, ...]]:
        return await rows(db, str(account), statement)

    assert await shown("SELECT channel_id, id FROM posts") == MAY_READ[account]
    assert await shown("SELECT channel_id, post_id FROM tags") == WHOLE[account]
    indexed = {key for key in WHOLE[account] if key[1] != 2}
    assert await shown("SELECT channel_id, post_id FROM indexed") == indexed
    dead = {key for key in WHOLE[account] if key[1] == 2}
    assert await shown("SELECT channel_id, post_id FROM work") == dead
    followed = {(THEIRS[account],), (9,), (10,)}
    assert await shown("SELECT id FROM channels") == followed
    assert await shown("SELECT channel FROM own_readable") == followed
    for table in ("subscriptions", "spendings", "reports", "notices", "own_readable"):
        assert await shown(f"SELECT DISTINCT account FROM {table}") == {(account,)}  # noqa: S608


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize("account", [None, "", "99", "0"])
async def test_nobody_sees_nothing(db: Database, account: str | None) -> None:
    """While it is not said whose rows are wanted, or if it is an account without any."""
    for table in SHOWN - {"collections"}:
        assert await rows(db, account, f"SELECT * FROM {table}") == set(), table  # noqa: S608
    search = "SELECT * FROM search_words('secret', NULL, '{}', NULL, NULL, 99)"
    assert await rows(db, account, search) == set()


@pytest.mark.usefixtures("filled")
async def test_a_senseless_account_is_refused(db: Database) -> None:
    """Rather than taken for another."""
    with pytest.raises(StatementRefused):
        await rows(db, "42 OR true", "SELECT * FROM posts")


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize("account", THEIRS)
async def test_the_search_is_a_lock_of_its_own(db: Database, account: int) -> None:
    """It passes by the policies, and finds of others' posts none, named or not."""
    await lexical.find(db, 99)
    for channels in ("NULL", "'{700700,800800,9,10}'"):
        search = f"""
            SELECT channel_id, post_id
            FROM search_words('secret', {channels}, '{{}}', NULL, NULL, 99)
        """  # noqa: S608
        assert await rows(db, str(account), search) == WHOLE[account]
    words = "SELECT channel_id FROM search_words('part4', NULL, '{}', NULL, NULL, 9)"
    assert await rows(db, str(account), words) == ({(10,)} if account == ANNA else set())


@pytest.mark.usefixtures("filled")
async def test_the_search_cannot_be_led_astray(db: Database) -> None:
    """Tables of the same names in front of ours are not what it reads."""
    await lexical.find(db, 99)
    search = "SELECT channel_id, post_id FROM search_words('secret', NULL, '{}', NULL, NULL, 99)"
    async with db.transaction() as connection:
        await connection.execute(
            "CREATE TEMP VIEW own_readable AS "
            "SELECT 42::int8 AS account, id AS channel, 0::int8 AS visible_from FROM channels"
        )
        await connection.execute("CREATE TEMP TABLE words AS SELECT * FROM public.words")
        await connection.execute("GRANT ALL ON own_readable, words TO tgactors_reader")
        await connection.execute("SET LOCAL search_path = pg_temp, public")
        await connection.execute("SET LOCAL ROLE tgactors_reader")
        await connection.execute("SET LOCAL tgactors.account = '43'")
        found = {tuple(row) for row in await connection.fetch(search)}
    assert found == WHOLE[BORIS]


async def test_the_role_has_no_rights_but_these(db: Database) -> None:
    """It reads what it is shown and nothing else, changes nothing, and logs in nowhere.

    Every table has policies, so that of a new one nothing is shown by mistake.
    """
    tables = await db.fetch(
        """
        SELECT
            relname::text AS name, relkind = 'v' AS view, relrowsecurity AS locked,
            has_table_privilege('tgactors_reader', oid, 'SELECT') AS shown,
            has_table_privilege(
                'tgactors_reader', oid, 'INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER'
            ) AS writable
        FROM pg_class
        WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'v', 'm', 'p')
        """
    )
    assert {row["name"] for row in tables if row["shown"]} == SHOWN
    assert {row["name"] for row in tables if not row["view"] and not row["locked"]} == OPEN
    assert not any(row["writable"] for row in tables)
    rights = await db.fetch_row(
        "SELECT rolcanlogin, rolsuper, rolbypassrls, rolcreaterole, rolcreatedb "
        "FROM pg_roles WHERE rolname = 'tgactors_reader'"
    )
    assert rights is not None
    assert not any(rights)
    definers = await db.fetch(
        "SELECT proname::text FROM pg_proc "
        "WHERE prosecdef AND pronamespace = current_schema()::regnamespace"
    )
    assert [row["proname"] for row in definers] == ["search_words"]


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize("secret", ["sessions", "accounts", "invites", "words", "readable"])
async def test_what_is_no_readers_business_is_refused(db: Database, secret: str) -> None:
    """Sessions above all."""
    async with role(db, "42") as connection:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.fetch(f"SELECT * FROM {secret}")  # noqa: S608


@pytest.mark.usefixtures("filled")
async def test_the_role_ends_with_its_transaction(db: Database) -> None:
    """Whoever has the connection next is the owner again, for nobody."""
    async with reading_as(db, ANNA) as connection:
        assert await connection.fetchval("SELECT current_user") == "tgactors_reader"
    state = "SELECT current_user, reading_account()"
    assert [tuple(row) for row in await db.fetch(state)] == [("postgres", None)]


def all_keys() -> set[tuple[int, int]]:
    """The ids of every post there is."""
    return MAY_READ[ANNA] | MAY_READ[BORIS]


async def all_posts(db: Database, account: int) -> list[object]:
    """Every post asked for by its ids."""
    return [await reads.post(db, account, *key) for key in sorted(all_keys())]


READS: dict[Any, Callable[[Database, int], Awaitable[object]]] = {
    reads.newest: lambda db, account: reads.newest(db, account, 99),
    reads.post: all_posts,
    reads.channels: lambda db, account: reads.channels(db, account, all_=True),
    reads.count: reads.count,
    paging.page: lambda db, account: paging.page(db, account, limit=99),
    meaning.describe: meaning.describe,
    meaning.load: lambda db, account: meaning.load(db, account, sorted(all_keys())),
    meaning.between: lambda db, account: meaning.between(db, account, EPOCH),
    meaning.scope: lambda db, account: meaning.scope(db, account, channels=[700700, 800800, 9, 10]),
    lexical.search: lambda db, account: lexical.search(db, account, "secret"),
    lexical.vocabulary: lambda db, account: lexical.vocabulary(db, account, 99),
    reports.last: reports.last,
    notices.pending: lambda db, account: notices.pending(db, account=account, limit=99),
    spending.poor_until: lambda db, account: spending.poor_until(db, account, 3),
}
"""Each way by which something is read for an account."""

NOT_ITS_READS = {
    "accounts.load",
    "accounts.was_admitted",
    "allowances.limits",
    "allowances.set_limits",
    "allowances.take_question",
    "claiming.retry",
    "digests.load",
    "digests.move_on",
    "digests.plan",
    "digests.sent",
    "digests.unplan",
    "floods.of",
    "folders.chosen_on",
    "folders.followed",
    "folders.unfollow",
    "following.have_room",
    "invites.claim",
    "invites.forget_on",
    "invites.give_back",
    "invites.spend_on",
    "isolation.reading_as",
    "leases.claim",
    "leases.holder",
    "login_links.forget_on",
    "login_links.make",
    "notices.write_on",
    "reports.add",
    "retention.want",
    "retention.wanted",
    "schedule.apply",
    "schedule.confirmed",
    "schedule.set_every",
    "sends.of",
    "sessions.load",
    "subscriptions.state",
    "subscriptions.states_on",
    "subscriptions.unfollow",
    "tokens.issue",
    "visitors.ban",
    "visitors.block",
    "visitors.choose",
    "visitors.forget_on",
    "visitors.load",
    "visitors.unban",
    "visitors.unblock",
    "visitors.visit",
    "work.counts",
}
"""What takes an account and shows no posts: its own state, or a change that it makes."""


def test_every_way_to_read_is_tried() -> None:
    """A function of the room that takes an account is tried below, or said to show none."""
    found = {
        function
        for module in pkgutil.iter_modules(storage.__path__, "storage.")
        if not module.ispkg
        for name, function in vars(importlib.import_module(module.name)).items()
        if inspect.isfunction(function)
        and not name.startswith("_")
        and function.__module__ == module.name
        and "account" in inspect.signature(function).parameters
    }
    untried = found - READS.keys()
    names = {f"{each.__module__}.{each.__name__}" for each in untried}
    assert names == {f"storage.{name}" for name in NOT_ITS_READS}


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize("way", READS, ids=lambda way: f"{way.__module__}.{way.__name__}")
async def test_no_way_to_read_tells_of_the_other(db: Database, way: Any) -> None:
    """Nothing that marks the other's private channel is in what either reads."""
    await lexical.find(db, 99)
    for account, other in ((ANNA, BORIS), (BORIS, ANNA)):
        told = repr(await READS[way](db, account))
        marks = [f"of {other}", f"{THEIRS[other]}", f"={other},", f": {other}"]
        assert [mark for mark in marks if mark in told] == []
        if account == BORIS:
            assert "part4" not in told
            assert "early" not in told


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize("account", THEIRS)
async def test_each_way_shows_all_of_ones_own(db: Database, account: int) -> None:
    """The lock keeps nothing back: two locks show what one did."""
    mine = MAY_READ[account]
    newest = await reads.newest(db, account, 99)
    assert {(each.channel_id, 4 if each.parts else each.id) for each in newest} == mine
    assert await reads.count(db, account) == len(mine)
    assert (await paging.page(db, account, limit=99)).posts == tuple(newest)
    found = await meaning.load(db, account, sorted(all_keys()))
    assert len(found) == len(mine)
    assert len(await meaning.between(db, account, EPOCH)) == len(mine)
    hits = await lexical.search(db, account, "secret")
    assert {(hit.channel_id, hit.post_id) for hit in hits} == WHOLE[account]
    told = await meaning.describe(db, account)
    assert (told.posts, told.tagged) == (len(mine), len(WHOLE[account]))
    assert len(await notices.pending(db, account=account, limit=9)) == 1
    report = await reports.last(db, account)
    assert report is not None
    assert report.report == {"of": account}
    assert await spending.poor_until(db, account, 2) is not None


async def test_databases_of_one_server_are_migrated_at_once(server: Postgres) -> None:
    """They share the role: whoever comes second finds it, and no migration fails."""
    names = [f"sharing{number}" for number in range(3)]
    async with await Database.open(server.dsn, connections=1) as db:
        for name in names:
            await db.execute(f"CREATE DATABASE {name} TEMPLATE template0")
    opened = [await Database.open(within(server, name), connections=1) for name in names]
    try:
        await asyncio.gather(*(each.migrate() for each in opened))
        for each in opened:
            assert await rows(each, "1", "SELECT * FROM posts") == set()
    finally:
        for each in opened:
            await each.close()
        async with await Database.open(server.dsn, connections=1) as db:
            for name in names:
                await db.execute(f"DROP DATABASE {name} WITH (FORCE)")


async def test_an_owner_who_is_no_superuser_reads_as_the_role(
    server: Postgres, empty_dsn: str
) -> None:
    """A user that may create roles lets itself in; one that may not is let in by another."""
    name = empty_dsn.split("@/")[1].split("?", maxsplit=1)[0]
    async with await Database.open(empty_dsn, connections=1) as db:
        await db.execute("CREATE ROLE plain LOGIN")
        await db.execute(f"ALTER DATABASE {name} OWNER TO plain")
        await db.execute("GRANT tgactors_reader TO plain")
    try:
        async with await Database.open(empty_dsn.replace("postgres@", "plain@")) as mine:
            await mine.migrate()
            await mine.execute("INSERT INTO accounts (id, state) VALUES (42, 'READY')")
            assert await reads.newest(mine, 42, 9) == []
            async with reading_as(mine, 42) as connection:
                assert await connection.fetchval("SELECT current_user") == "tgactors_reader"
    finally:
        async with await Database.open(within(server, name), connections=1) as db:
            await db.execute("DROP OWNED BY plain")
            await db.execute("ALTER DATABASE " + name + " OWNER TO postgres")
            await db.execute("DROP ROLE plain")
