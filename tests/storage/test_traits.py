"""Which databases are taken, and which are refused untouched."""

from dataclasses import replace

import pytest

from storage import traits
from storage.database import Database
from storage.embedded import Postgres
from storage.errors import DatabaseForeign, DatabaseUnfit, ReaderRoleUnfit
from storage.inspection import inspect
from storage.traits import Traits
from tests.conftest import within

GOOD = Traits(
    version=180004,
    encoding="UTF8",
    lowers=True,
    may_create=True,
    applied=None,
    table=None,
    user='an "odd" one',
    may_make_roles=False,
    reader="ready",
)
TABLES = "SELECT array_agg(relname::text) FROM pg_class WHERE relnamespace = 'public'::regnamespace"


@pytest.mark.parametrize(
    ("found", "told"),
    [
        (replace(GOOD, version=130011), "PostgreSQL 13"),
        (replace(GOOD, encoding="LATIN1"), "its encoding is LATIN1"),
        (replace(GOOD, lowers=False), "its locale knows no letters"),
        (replace(GOOD, table="orders"), "a table 'orders'"),
    ],
)
def test_an_unfit_database_is_told_with_the_remedy(found: Traits, told: str) -> None:
    """Each fault is named, and what to do ends the text."""
    with pytest.raises((DatabaseUnfit, DatabaseForeign), match=told) as refused:
        traits.check(found, "h/db")
    assert str(refused.value).endswith("in TGACTORS_DATABASE_URL.")


@pytest.mark.parametrize(
    ("found", "remedy"),
    [
        (
            replace(GOOD, reader=None),
            'CREATE ROLE tgactors_reader NOLOGIN; GRANT tgactors_reader TO "an ""odd"" one"',
        ),
        (replace(GOOD, reader="closed"), 'GRANT tgactors_reader TO "an ""odd"" one"'),
        (
            replace(GOOD, reader="strong"),
            "ALTER ROLE tgactors_reader NOLOGIN NOSUPERUSER NOBYPASSRLS",
        ),
        (replace(GOOD, hidden_by="anna"), 'GRANT "anna" TO "an ""odd"" one"'),
    ],
)
def test_a_server_that_cannot_keep_accounts_apart_is_told(found: Traits, remedy: str) -> None:
    """What an administrator has to run ends the text, with or without tables that are missing."""
    for check in (traits.check_rights, traits.check_reader):
        with pytest.raises(ReaderRoleUnfit) as refused:
            check(found, "h/db")
        assert str(refused.value).endswith(f"run `{remedy}`, then start again.")


@pytest.mark.parametrize(
    "found", [GOOD, replace(GOOD, reader=None, may_make_roles=True), replace(GOOD, reader="open")]
)
def test_a_server_on_which_the_reader_can_be_made_is_taken(found: Traits) -> None:
    """It is there and ours, or the missing step makes it or lets us in."""
    traits.check_rights(found, "h/db")


@pytest.mark.parametrize("found", [GOOD, replace(GOOD, applied={1: "x"}, table="orders")])
def test_a_fit_database_is_taken(found: Traits) -> None:
    """An empty one, and one of ours to which people added a table."""
    traits.check(found, "h/db")


@pytest.mark.anyio
@pytest.mark.parametrize(
    "table",
    ["CREATE TABLE orders (id int)", "CREATE TABLE migrations (id int, batch int)"],
    ids=["orders", "migrations"],
)
async def test_somebody_elses_database_is_left_alone(empty_dsn: str, table: str) -> None:
    """A table that is not ours, even one named migrations, refuses the database untouched."""
    async with await Database.open(empty_dsn) as db:
        await db.execute(table)
        before = await db.fetch_value(TABLES)
        with pytest.raises(DatabaseForeign):
            await db.migrate()
        assert await db.fetch_value(TABLES) == before


@pytest.mark.anyio
async def test_a_view_of_an_extension_is_no_table_of_somebodys(empty_dsn: str) -> None:
    """What an extension brings does not make a database foreign."""
    async with await Database.open(empty_dsn) as db:
        await db.execute("CREATE EXTENSION vector")
        await db.execute("CREATE TABLE owned (id int)")
        await db.execute("ALTER EXTENSION vector ADD TABLE owned")
        await db.migrate()


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("kind", "told"),
    [
        ("ENCODING 'LATIN1' LOCALE 'C' LOCALE_PROVIDER libc", "LATIN1"),
        ("ENCODING 'SQL_ASCII' LOCALE 'C' LOCALE_PROVIDER libc", "SQL_ASCII"),
        ("ENCODING 'UTF8' LOCALE 'C' LOCALE_PROVIDER libc", "locale"),
    ],
)
async def test_a_real_unfit_database_is_seen(server: Postgres, kind: str, told: str) -> None:
    """Encodings and locales that lose letters are found on the server itself."""
    async with await Database.open(server.dsn, connections=1) as db:
        await db.execute(f"CREATE DATABASE unfit TEMPLATE template0 {kind}")
        try:
            async with await Database.open(within(server, "unfit")) as unfit:
                with pytest.raises(DatabaseUnfit, match=told):
                    await unfit.migrate()
            found = await inspect(within(server, "unfit"))
            assert told in str(found.refusal)
        finally:
            await db.execute("DROP DATABASE unfit WITH (FORCE)")


@pytest.mark.anyio
async def test_a_role_that_may_make_nothing_is_told(server: Postgres, empty_dsn: str) -> None:
    """Refused where tables are missing, it is served where none is and it acts as their owner."""
    name = empty_dsn.split("@/")[1].split("?", maxsplit=1)[0]
    async with await Database.open(server.dsn, connections=1) as db:
        await db.execute("CREATE ROLE guest LOGIN")
    try:
        async with await Database.open(empty_dsn.replace("postgres@", "guest@")) as guest:
            with pytest.raises(DatabaseUnfit, match="no tables in it"):
                await guest.migrate()
            async with await Database.open(empty_dsn) as owner:
                await owner.migrate()
                await owner.execute("GRANT SELECT ON ALL TABLES IN SCHEMA public TO guest")
                with pytest.raises(ReaderRoleUnfit, match='GRANT tgactors_reader TO "guest"`'):
                    await guest.migrate()
                await owner.execute("GRANT tgactors_reader TO guest")
                with pytest.raises(ReaderRoleUnfit, match='GRANT "postgres" TO "guest"`'):
                    await guest.migrate()
                await owner.execute("GRANT postgres TO guest")
            await guest.migrate()
    finally:
        async with await Database.open(within(server, name), connections=1) as db:
            await db.execute("DROP OWNED BY guest")
            await db.execute("DROP ROLE guest")
