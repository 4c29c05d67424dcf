"""What a database is like."""

from collections.abc import Mapping
from dataclasses import dataclass

import asyncpg

from storage.errors import DatabaseForeign, DatabaseUnfit, ReaderRoleUnfit
from storage.queries import sql

OLDEST = 14  # the first with multiranges
ENCODING = "UTF8"
RECORD = ["number", "name", "checksum", "applied_at"]
READER = "tgactors_reader"
UPPER, LOWER = "ПРИВЕТ", "привет"
MAKE_ANOTHER = (
    "Create one that can (CREATE DATABASE tgactors "
    "TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8')"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Traits:
    """What was found in a database, before anything is done to it."""

    version: int
    """The server's, as it numbers itself: 180004."""
    encoding: str
    lowers: bool
    """Whether its locale knows the case of letters beyond English."""
    may_create: bool
    """Whether we may make tables in it."""
    user: str = ""
    """As whom we are connected."""
    may_make_roles: bool = True
    reader: str | None = None
    """The role that accounts are read as: `ready` for us, `open` to us if we let ourselves in,
    `closed`, or too `strong` to be one; None: there is none yet."""
    hidden_by: str | None = None
    """Whose tables they are, if we see of them no more than a reader does."""
    applied: Mapping[int, str] | None
    """Checksums of the steps taken by number; None if no schema of ours is there."""
    table: str | None
    """A table that is there, if any is."""


async def read(connection: "asyncpg.pool.PoolConnectionProxy[asyncpg.Record]") -> Traits:
    """Look at a database without changing it."""
    row = await connection.fetchrow(sql.traits)
    assert row is not None, "it selects from nothing"  # noqa: S101
    # Of another encoding the server would have to translate the letters, and may have none for it.
    lowers = row["encoding"] == ENCODING and await connection.fetchval(sql.lowered, UPPER) == LOWER
    applied = None
    if row["migrations"] == RECORD:
        steps = await connection.fetch(sql.applied_migrations)
        applied = {step["number"]: step["checksum"] for step in steps}
    return Traits(
        version=row["version"],
        encoding=row["encoding"],
        lowers=lowers,
        may_create=row["may_create"],
        user=row["user"],
        may_make_roles=row["may_make_roles"],
        reader=row["reader"],
        hidden_by=row["hidden_by"],
        applied=applied,
        table=row["table"],
    )


def check(found: Traits, where: str) -> None:
    """Refuse a database that cannot hold the archive, or holds somebody else's tables."""
    if found.version < OLDEST * 10000:
        why = f"its server is PostgreSQL {found.version // 10000}"
        raise DatabaseUnfit(where, why, f"Take one of PostgreSQL {OLDEST} or newer")
    if found.encoding != ENCODING:
        raise DatabaseUnfit(where, f"its encoding is {found.encoding}, not UTF8", MAKE_ANOTHER)
    if not found.lowers:
        why = "its locale knows no letters but English ones"
        raise DatabaseUnfit(where, why, MAKE_ANOTHER)
    if found.applied is None and found.table is not None:
        raise DatabaseForeign(where, found.table)


def check_rights(found: Traits, where: str) -> None:
    """Refuse a database in which we may make no tables, or of which we cannot use the reader."""
    if not found.may_create:
        why = "this role may make no tables in it"
        remedy = "Let the role own its database (ALTER DATABASE ... OWNER TO ...)"
        raise DatabaseUnfit(where, why, f"{remedy} or take one that it owns")
    creatable = found.reader is None and found.may_make_roles
    if not creatable and found.reader != "open":
        check_reader(found, where)


def check_reader(found: Traits, where: str) -> None:
    """Refuse a server on which we cannot read as the role that is shown one account's rows.

    So is one on which we ourselves are shown no more.
    """
    grant = f"GRANT {READER} TO {quoted(found.user)}"
    match found.reader:
        case "ready" if found.hidden_by is None:
            return
        case "ready":
            why = f"its tables belong to {found.hidden_by}, and {found.user} sees nothing of them"
            remedy = f"GRANT {quoted(str(found.hidden_by))} TO {quoted(found.user)}"
        case None:
            why = f"there is no role {READER}"
            remedy = f"CREATE ROLE {READER} NOLOGIN; {grant}"
        case "strong":
            why = f"the role {READER} may do more than read what it is shown"
            remedy = f"ALTER ROLE {READER} NOLOGIN NOSUPERUSER NOBYPASSRLS"
        case _:
            why = f"{found.user} may not act as the role {READER}"
            remedy = grant
    raise ReaderRoleUnfit(where, why, remedy)


def quoted(name: str) -> str:
    """Return a name as a statement spells it."""
    return '"' + name.replace('"', '""') + '"'
